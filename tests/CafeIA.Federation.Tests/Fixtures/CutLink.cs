using CafeIA.Federation.Node.Exchange;
using CafeIA.Federation.Node.Exchange.Http;
using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Protocol;
using CafeIA.Federation.Protocol.Heads;
using CafeIA.Federation.Protocol.Identifiers;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace CafeIA.Federation.Tests.Fixtures;

/// <summary>The way from a node to others over HTTP, to be cut and healed.</summary>
internal sealed class CutLink
{
    private int refused;

    /// <summary>The node that cannot be reached; null: all can.</summary>
    public Uri? To { get; set; }

    /// <summary>No node can be pulled from.</summary>
    public bool Pulls { get; set; }

    /// <summary>What becomes of the segments that are pulled; null: they come as they are.</summary>
    public Func<ReadOnlyMemory<byte>, ReadOnlyMemory<byte>>? Spoil { get; set; }

    /// <summary>Pulls that ran into the cut.</summary>
    public int Refused => refused;

    /// <summary>For <see cref="TestNode.StartAsync"/>: the real client, behind this link.</summary>
    public void Configure(WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<PeerClient>();
        builder.Services.AddSingleton<IPeerClient>(provider => new Client(provider.GetRequiredService<PeerClient>(), this));
    }

    private sealed class Client(IPeerClient inner, CutLink link) : IPeerClient
    {
        private static Refusal Down { get; } = new("peer-unreachable", "coupé");

        public Task<Result<HubProfile>> DescribeAsync(Uri peer, CancellationToken cancellation) =>
            peer == link.To ? Task.FromResult<Result<HubProfile>>(Down) : inner.DescribeAsync(peer, cancellation);

        public Task<Result<IReadOnlyDictionary<HubId, ShownHead>>> HeadsAsync(Uri peer, CancellationToken cancellation) =>
            peer == link.To ? Task.FromResult<Result<IReadOnlyDictionary<HubId, ShownHead>>>(Down) : inner.HeadsAsync(peer, cancellation);

        public async Task<Result<ReadOnlyMemory<byte>>> PullAsync(Uri peer, HubId hub, Position after, TimeSpan wait, CancellationToken cancellation)
        {
            if (!link.Pulls && peer != link.To)
            {
                var answer = await inner.PullAsync(peer, hub, after, wait, cancellation);
                return answer.IsOk && link.Spoil is { } spoil ? spoil(answer.Value) : answer;
            }
            Interlocked.Increment(ref link.refused);
            return Down;
        }

        public Task<Result<PeerHead>> HeadAsync(Uri peer, HubId hub, CancellationToken cancellation) =>
            peer == link.To ? Task.FromResult<Result<PeerHead>>(Down) : inner.HeadAsync(peer, hub, cancellation);

        public Task<Result<HistoryProof>> HistoryAsync(Uri peer, HubId hub, uint epoch, ulong first, ulong second, CancellationToken cancellation) =>
            peer == link.To ? Task.FromResult<Result<HistoryProof>>(Down) : inner.HistoryAsync(peer, hub, epoch, first, second, cancellation);

        public Task<Result<PeerKeys>> KeysAsync(Uri peer, HubId hub, CancellationToken cancellation) =>
            peer == link.To ? Task.FromResult<Result<PeerKeys>>(Down) : inner.KeysAsync(peer, hub, cancellation);
    }
}
