using CafeIA.Federation.Node.Exchange;
using CafeIA.Federation.Node.Exchange.AntiEntropy;
using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Protocol;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Protocol.Journal;
using CafeIA.Federation.Protocol.Segments;

namespace CafeIA.Federation.Node.Hubs.Scrubbing;

/// <summary>Asks peers for single changes whose leaf is known here, so that nothing of the answer need be believed.</summary>
internal sealed class PeerChanges(IPeerClient peers, IStateClient states, HubRegister hubs, ExchangeOptions exchange)
{
    /// <summary>Of the hub's own node first, then every other known one.</summary>
    private IEnumerable<Uri> Sources(KnownHub hub) =>
        new[] { hub.IsLocal ? null : hub.Address }
            .Concat(hubs.Hubs.Where(h => h is { IsLocal: false, IsHidden: false }).Select(h => h.Address))
            .Concat(exchange.Peers.Select(p => p.Address))
            .OfType<Uri>()
            .Distinct();

    /// <summary>The change of that leaf, with its body where one is committed to.</summary>
    /// <param name="hub">Whose journal.</param>
    /// <param name="at">Where it stands.</param>
    /// <param name="leaf">Its leaf, which is right.</param>
    /// <param name="needsBody">A change without the body it commits to is no answer.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>Null when no peer has it.</returns>
    public async Task<(Change Change, Uri Source)?> FindAsync(KnownHub hub, Position at, Hash leaf, bool needsBody, CancellationToken cancellation)
    {
        foreach (var source in Sources(hub))
        {
            var changes = await RunAsync(source, hub, at, cancellation);
            var found = changes.FirstOrDefault(c => c.Header.Position == at && c.Leaf == leaf);
            if (found is not null && (!needsBody || found.BodyMatches))
                return (found, source);
        }
        return null;
    }

    /// <summary>A current change by its entry, also below a peer's floor.</summary>
    public async Task<(Change Change, Uri Source)?> FindCurrentAsync(KnownHub hub, Position end, CurrentChange current, CancellationToken cancellation)
    {
        foreach (var source in Sources(hub))
        {
            var answer = await states.EntriesAsync(source, hub.Id, end, [new(current.Entry.Slot(), current.Leaf.A)], cancellation);
            if (answer.IsOk && answer.Value.FirstOrDefault(p => p.Change.Leaf == current.Leaf && p.Change.BodyMatches) is { } found)
                return (found.Change, source);
        }
        return await FindAsync(hub, current.Position, current.Leaf, needsBody: true, cancellation);
    }

    /// <summary>A run of changes as the first peer that answers has it; it proves nothing by itself.</summary>
    public async IAsyncEnumerable<(IReadOnlyList<Change> Changes, Uri Source)> RunsAsync(
        KnownHub hub, uint epoch, ulong first, ulong last, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        foreach (var source in Sources(hub))
        {
            var run = new List<Change>();
            while (first + (ulong)run.Count <= last)
            {
                var next = new Position(epoch, first + (ulong)run.Count);
                var changes = await RunAsync(source, hub, next, cancellation);
                if (changes.Count == 0 || changes[0].Header.Position != next)
                    break;
                run.AddRange(changes);
            }
            if (first + (ulong)run.Count > last)
                yield return (run, source);
        }
    }

    /// <summary>What the peer sends from this change on; nothing where it fails.</summary>
    private async Task<IReadOnlyList<Change>> RunAsync(Uri source, KnownHub hub, Position first, CancellationToken cancellation)
    {
        var answer = await peers.PullAsync(source, hub.Id, first with { Seq = first.Seq - 1 }, TimeSpan.Zero, cancellation);
        return answer.IsOk && SegmentCodec.TryDecode(answer.Value, out var segment) ? segment.Changes : [];
    }
}
