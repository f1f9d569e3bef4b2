using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Protocol;
using CafeIA.Federation.Protocol.AntiEntropy;
using CafeIA.Federation.Protocol.Heads;

namespace CafeIA.Federation.Node.Exchange.AntiEntropy;

/// <summary>Walks from this node's rows to a peer's, bucket by bucket, at one position of one journal. It finds; it changes nothing.</summary>
internal sealed class StateComparison(StateReader states, IStateClient client)
{
    /// <summary>Differing entries that one walk fetches; the next walk goes on.</summary>
    private const int MaxEntries = 4 * BucketCodec.MaxEntries;

    /// <summary>Finds the entries that differ.</summary>
    /// <param name="hub">Whose journal.</param>
    /// <param name="head">A verified head that covers no more than what is held here.</param>
    /// <param name="peer">Whose rows.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>The walk, with nothing taken yet; a refusal where either side cannot say its state at the head.</returns>
    public async Task<Result<BucketWalk>> CompareAsync(KnownHub hub, Head head, Uri peer, CancellationToken cancellation)
    {
        var at = head.Position;
        if (await states.DigestAsync(hub, at, cancellation) is not { } ours)
            return Elsewhere;
        var theirs = await client.BucketsAsync(peer, hub.Id, at, cancellation);
        if (!theirs.IsOk)
            return theirs.Refusal;
        var walk = new BucketWalk(head, ours.Digest, theirs.Value);
        if (walk.Buckets.Count == 0)
            return walk;
        var theirSums = await client.SlotsAsync(peer, hub.Id, at, walk.Buckets, cancellation);
        if (!theirSums.IsOk)
            return theirSums.Refusal;
        if (await states.InBucketsAsync(hub, at, [.. walk.Buckets], cancellation) is not { } inBuckets)
            return Elsewhere;
        var slots = BucketWalk.CompareSlots(Slots.Sum(walk.Buckets, inBuckets), theirSums.Value).Take(BucketCodec.MaxSlots).ToArray();
        if (slots.Length == 0)
            return walk;
        var prints = await client.FingerprintsAsync(peer, hub.Id, at, slots, cancellation);
        if (!prints.IsOk)
            return prints.Refusal;
        var answered = prints.Value.Slots.ToHashSet();
        walk.CompareEntries(inBuckets.Where(e => answered.Contains(e.Entry.Slot())), prints.Value.Prints);
        return walk;
    }

    /// <summary>Fetches what differs and says what is to be put right here.</summary>
    public async Task<Mending> FetchAsync(KnownHub hub, Head head, Uri peer, BucketWalk walk, CancellationToken cancellation)
    {
        var fetched = 0;
        while (walk.Wanted is { Count: > 0 } wanted && fetched < MaxEntries)
        {
            var entries = await client.EntriesAsync(peer, hub.Id, head.Position, [.. wanted.Take(BucketCodec.MaxEntries)], cancellation);
            if (!entries.IsOk)
                break;
            var taken = 0;
            foreach (var entry in entries.Value)
                taken += walk.Take(entry) ? 1 : 0;
            // What was asked for and did not come would be asked for again without end.
            if (taken == 0)
                break;
            fetched += entries.Value.Count;
        }
        return walk.Mend();
    }

    private static Refusal Elsewhere { get; } = new("elsewhere", "Ce journal n’est plus ici à cet endroit.");
}
