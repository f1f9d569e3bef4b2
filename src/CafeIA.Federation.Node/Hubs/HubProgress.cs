using System.Collections.Concurrent;
using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Protocol.Identifiers;

namespace CafeIA.Federation.Node.Hubs;

/// <summary>How far this node is with one hub.</summary>
/// <param name="Hub">The hub.</param>
/// <param name="Held">The last change held here.</param>
/// <param name="KnownSize">Seq of the last change a verified head speaks of.</param>
/// <param name="HeardAt">When the hub's newest head last arrived here, by the local clock; null when never since the start.</param>
internal sealed record HubStanding(KnownHub Hub, Position Held, ulong KnownSize, DateTimeOffset? HeardAt)
{
    /// <summary>Changes known to exist that are not held.</summary>
    public ulong Behind => KnownSize > Held.Seq ? KnownSize - Held.Seq : 0;
}

/// <summary>What the hubs' grains of this process know of their progress, for pages and metrics.</summary>
internal sealed class HubProgress(HubRegister hubs)
{
    private readonly ConcurrentDictionary<HubId, Entry> entries = new();

    public IReadOnlyList<HubStanding> All() =>
        [.. hubs.Hubs.Select(h => entries.TryGetValue(h.Id, out var e) ? new HubStanding(h, e.Held, e.KnownSize, e.HeardAt) : new(h, default, 0, null))];

    public void Set(HubId hub, Position held, ulong knownSize, DateTimeOffset? heardAt) => entries[hub] = new(held, Math.Max(knownSize, held.Seq), heardAt);

    private sealed record Entry(Position Held, ulong KnownSize, DateTimeOffset? HeardAt);
}
