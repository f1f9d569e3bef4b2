using CafeIA.Federation.Node.Exchange;
using CafeIA.Federation.Node.Exchange.Http;
using CafeIA.Federation.Node.Hubs;
using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Protocol;
using CafeIA.Federation.Protocol.Heads;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Protocol.Sequencing;
using CafeIA.Federation.Tests.Fixtures;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace CafeIA.Federation.Tests.Hubs;

public sealed class ReplicaGrainTests(PostgresServer server)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Without_a_broker_each_node_pulls_what_the_other_wrote()
    {
        await using var lyon = await TestNode.StartAsync(server, "lyon");
        await WriteAsync(lyon, 3);
        await using var bordeaux = await TestNode.StartAsync(server, "bordeaux", peers: [lyon.Address]);

        await AssertFollowsAsync(bordeaux, "lyon", 3);
        await WriteAsync(lyon, 2);
        await AssertFollowsAsync(bordeaux, "lyon", 5);

        Assert.Equal(await DigestAsync(lyon, "lyon"), await DigestAsync(bordeaux, "lyon"));
    }

    [Fact]
    public async Task A_long_history_is_pulled_in_segments_that_each_prove_where_they_belong()
    {
        await using var lyon = await TestNode.StartAsync(server, "lyon");
        await WriteAsync(lyon, 2_345);
        await using var bordeaux = await TestNode.StartAsync(server, "bordeaux", peers: [lyon.Address]);

        await AssertFollowsAsync(bordeaux, "lyon", 2_345);

        Assert.Equal(await DigestAsync(lyon, "lyon"), await DigestAsync(bordeaux, "lyon"));
    }

    [Fact]
    public async Task A_hub_that_cannot_be_reached_is_pulled_from_a_peer()
    {
        await using var lyon = await TestNode.StartAsync(server, "lyon");
        await using var paris = await TestNode.StartAsync(server, "paris", peers: [lyon.Address]);
        var cut = new CutLink();
        await using var nantes = await TestNode.StartAsync(server, "nantes", peers: [lyon.Address, paris.Address], configure: builder =>
        {
            builder.Services.AddSingleton<PeerClient>();
            builder.Services.AddSingleton<IPeerClient>(provider => new CutPeerClient(provider.GetRequiredService<PeerClient>(), cut));
        });
        await WriteAsync(lyon, 4);
        await AssertFollowsAsync(nantes, "lyon", 4);

        cut.To = lyon.Address;
        await WriteAsync(lyon, 3);
        await AssertFollowsAsync(nantes, "lyon", 7);

        Assert.Equal(await DigestAsync(lyon, "lyon"), await DigestAsync(nantes, "lyon"));
        Assert.True(cut.Refused > 0);
    }

    private static async Task WriteAsync(TestNode node, int count)
    {
        var hub = node.Get<IHubCommands>();
        var answers = await Task.WhenAll(Enumerable.Range(0, count).Select(i => hub.SubmitAsync(
            new Intent(EntryId.New(TimeProvider.System), IsNew: true, EntryKind.Event, ChangeOp.Put, System.Text.Encoding.UTF8.GetBytes($$"""{"title":"Café {{i}}"}""")),
            Cancellation)));
        Assert.All(answers, a => Assert.True(a.IsOk));
    }

    /// <summary>Waits for the commit itself, by the journal's signal.</summary>
    private static async Task AssertFollowsAsync(TestNode node, string hub, ulong size)
    {
        var signal = node.Get<JournalSignal>();
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        patience.CancelAfter(Patience);
        while (true)
        {
            var grown = signal.NextAsync();
            if (node.Get<HubRegister>().Find(HubId.Parse(hub)) is { } known
                && await node.Get<JournalReader>().EndAsync(known, patience.Token) is { } end
                && end.Position.Seq >= size)
            {
                Assert.Equal(size, end.Position.Seq);
                return;
            }
            await grown.WaitAsync(patience.Token);
        }
    }

    private static async Task<string> DigestAsync(TestNode node, string hub)
    {
        var known = node.Get<HubRegister>().Find(HubId.Parse(hub))!;
        var state = await node.Get<JournalLoader>().LoadAsync(known, Cancellation);
        return $"{state.Position} {state.Frontier.Root()} {state.Digest.Digest()}";
    }

    private sealed class CutLink
    {
        public Uri? To { get; set; }

        public int Refused { get; set; }
    }

    /// <summary>The real client, with the way to one node cut.</summary>
    private sealed class CutPeerClient(IPeerClient inner, CutLink cut) : IPeerClient
    {
        public Task<Result<HubProfile>> DescribeAsync(Uri peer, CancellationToken cancellation) =>
            IsCut(peer) ? Task.FromResult<Result<HubProfile>>(Down) : inner.DescribeAsync(peer, cancellation);

        public Task<Result<IReadOnlyDictionary<HubId, SignedHead>>> HeadsAsync(Uri peer, CancellationToken cancellation) =>
            IsCut(peer) ? Task.FromResult<Result<IReadOnlyDictionary<HubId, SignedHead>>>(Down) : inner.HeadsAsync(peer, cancellation);

        public Task<Result<ReadOnlyMemory<byte>>> PullAsync(Uri peer, HubId hub, Position after, TimeSpan wait, CancellationToken cancellation)
        {
            if (!IsCut(peer))
                return inner.PullAsync(peer, hub, after, wait, cancellation);
            cut.Refused++;
            return Task.FromResult<Result<ReadOnlyMemory<byte>>>(Down);
        }

        private static Refusal Down { get; } = new("peer-unreachable", "coupé");

        private bool IsCut(Uri peer) => peer == cut.To;
    }
}
