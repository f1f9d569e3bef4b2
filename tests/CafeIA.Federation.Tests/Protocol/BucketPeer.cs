using CafeIA.Federation.Protocol.AntiEntropy;
using CafeIA.Federation.Protocol.Heads;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Protocol.Merkle;
using Hash = CafeIA.Federation.Protocol.Hash;

namespace CafeIA.Federation.Tests.Protocol;

/// <summary>A node's rows in memory, which answers the four questions of anti-entropy in bytes and counts what went over the wire.</summary>
internal sealed class BucketPeer(Head head, Dictionary<EntryId, HeldEntry> rows, Func<Fingerprint, ProvenChange?> proven)
{
    private Position At => head.Position;

    /// <summary>Bytes of questions and answers, bodies not counted.</summary>
    public int Bytes { get; private set; }

    public int RoundTrips { get; private set; }

    public static StateDigest Digest(IEnumerable<HeldEntry> rows)
    {
        var digest = new StateDigest();
        foreach (var row in rows)
            digest.Replace(row.Entry, null, row.Leaf);
        return digest;
    }

    /// <summary>Walks from the rows given to this peer's and says what is to be put right there.</summary>
    public (BucketWalk Walk, Mending Mending) Walk(IReadOnlyCollection<HeldEntry> ours)
    {
        var walk = new BucketWalk(head, Digest(ours), Buckets());
        var slots = BucketWalk.CompareSlots(Slots.Sum(walk.Buckets, ours), AskSlots(walk.Buckets));
        var (answered, prints) = AskFingerprints(slots);
        var set = answered.ToHashSet();
        walk.CompareEntries(ours.Where(o => set.Contains(o.Entry.Slot())), prints);
        foreach (var entry in AskEntries(walk.Wanted))
            walk.Take(entry);
        return (walk, walk.Mend());
    }

    private StateDigest Buckets()
    {
        Assert.True(BucketCodec.TryDecodeBuckets(Count(0, BucketCodec.EncodeBuckets(At, Digest(rows.Values))), At, out var digest));
        return digest;
    }

    private Dictionary<int, ulong[]> AskSlots(IReadOnlyList<int> buckets)
    {
        var question = BucketCodec.EncodeNumbers(buckets);
        Assert.True(BucketCodec.TryDecodeNumbers(question, StateDigest.BucketCount, BucketCodec.MaxBuckets, out var asked));
        Assert.True(BucketCodec.TryDecodeSlots(Count(question.Length, BucketCodec.EncodeSlots(At, Slots.Sum(asked, rows.Values))), At, out var sums));
        return sums;
    }

    private (IReadOnlyList<int> Slots, IReadOnlyList<Fingerprint> Prints) AskFingerprints(IReadOnlyList<int> slots)
    {
        var question = BucketCodec.EncodeNumbers(slots);
        Assert.True(BucketCodec.TryDecodeNumbers(question, Slots.Count, BucketCodec.MaxSlots, out var asked));
        var set = asked.ToHashSet();
        var answer = BucketCodec.EncodeFingerprints(At, asked, rows.Values.Where(r => set.Contains(r.Entry.Slot())));
        Assert.True(BucketCodec.TryDecodeFingerprints(Count(question.Length, answer), At, out var answered, out var prints));
        return (answered, prints);
    }

    private ProvenChange[] AskEntries(IReadOnlyList<Fingerprint> wanted)
    {
        var question = BucketCodec.EncodeWanted(wanted);
        Assert.True(BucketCodec.TryDecodeWanted(question, out var asked));
        var changes = asked.Select(proven).OfType<ProvenChange>().ToArray();
        var answer = BucketCodec.EncodeEntries(At, changes);
        Bytes -= changes.Sum(c => c.Change.Body?.Length ?? 0);
        Assert.True(BucketCodec.TryDecodeEntries(Count(question.Length, answer), At, out var entries));
        return entries;
    }

    private byte[] Count(int question, byte[] answer)
    {
        RoundTrips++;
        Bytes += question + answer.Length;
        return answer;
    }
}

/// <summary>All leaves of a journal, to make any inclusion proof of it.</summary>
internal sealed class WholeTree
{
    private readonly Dictionary<Subtree, Hash> subtrees = [];
    private readonly Frontier frontier = new();

    public WholeTree(IEnumerable<Hash> leaves)
    {
        foreach (var leaf in leaves)
            frontier.Append(leaf, (subtree, hash) => subtrees[subtree] = hash);
    }

    public Hash Root => frontier.Root();

    public Hash[] Inclusion(ulong seq) => Proof.Make(Proof.PlanInclusion(seq - 1, frontier.Size), s => subtrees[s]);
}
