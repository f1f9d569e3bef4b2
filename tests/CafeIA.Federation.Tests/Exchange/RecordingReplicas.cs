using System.Collections.Concurrent;
using System.Threading.Channels;
using CafeIA.Federation.Node.Exchange;
using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Protocol.Heads;
using CafeIA.Federation.Protocol.Identifiers;

namespace CafeIA.Federation.Tests.Exchange;

/// <summary>Keeps what the exchange hands in.</summary>
internal sealed class RecordingReplicas : IReplicas
{
    public ConcurrentDictionary<HubId, KnownHub> Followed { get; } = new();

    public Channel<byte[]> Received { get; } = Channel.CreateUnbounded<byte[]>();

    public ConcurrentQueue<(HubId Hub, Uri Peer, SignedHead Head)> Hints { get; } = new();

    public ConcurrentQueue<HubId> Reloaded { get; } = new();

    /// <summary>Whether the lane is up, as it was said last.</summary>
    public bool? Lane { get; private set; }

    public void LaneChanged(bool isUp) => Lane = isUp;

    public void Reload(KnownHub hub) => Reloaded.Enqueue(hub.Id);

    public void Follow(KnownHub hub) => Followed[hub.Id] = hub;

    public void Receive(ReadOnlyMemory<byte> bytes) => Received.Writer.TryWrite(bytes.ToArray());

    /// <summary>Heads that are known of hubs, as <see cref="KnownAsync"/> tells.</summary>
    public ConcurrentDictionary<HubId, SignedHead> Known { get; } = new();

    public Task<SignedHead?> KnownAsync(KnownHub hub) => Task.FromResult(Known.GetValueOrDefault(hub.Id));

    public void Hint(KnownHub hub, Uri peer, SignedHead head, Position held) => Hints.Enqueue((hub.Id, peer, head));
}
