using CafeIA.Federation.Protocol.Heads;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Protocol.Merkle;

namespace CafeIA.Federation.Protocol.AntiEntropy;

/// <summary>
/// Finds where a node's own rows differ from a peer's at one position of a journal, and what of the peer's may be believed: buckets, their slots,
/// fingerprints, entries. Pure; whoever walks asks the questions.
/// </summary>
/// <remarks>
/// <para>A peer is whole when its buckets are those the head signs. Then a bucket is mended by exactly what makes it the signed one, to the last bit of its
/// count and sum: entries that the peer does not have go, older changes than the node's own may come back.</para>
/// <para>Of a peer that is damaged itself only proven changes are taken that are not older than what stands here: a proof says that a change was written, not
/// that it is the last one of its entry, and nothing withdrawn or erased may come back by an old one.</para>
/// </remarks>
public sealed class BucketWalk
{
    private readonly Head head;
    private readonly StateDigest ours;
    private readonly StateDigest theirs;
    private readonly Dictionary<EntryId, HeldEntry> held = [];
    private readonly HashSet<Fingerprint> surplus = [];
    private readonly Dictionary<Fingerprint, ProvenChange> taken = [];
    private HashSet<Fingerprint> wanted = [];

    /// <param name="head">The verified head both sides stand at.</param>
    /// <param name="ours">What the node's own rows amount to at the head's position.</param>
    /// <param name="theirs">What the peer says its rows amount to there.</param>
    public BucketWalk(Head head, StateDigest ours, StateDigest theirs)
    {
        ArgumentNullException.ThrowIfNull(head);
        ArgumentNullException.ThrowIfNull(ours);
        ArgumentNullException.ThrowIfNull(theirs);
        (this.head, this.ours, this.theirs) = (head, ours, theirs);
        IsPeerWhole = theirs.Digest() == head.StateDigest;
        IsSelfWhole = ours.Digest() == head.StateDigest;
        Buckets = [.. Enumerable.Range(0, StateDigest.BucketCount).Where(b => !ours.Bucket(b).SequenceEqual(theirs.Bucket(b)))];
    }

    public bool IsPeerWhole { get; }

    public bool IsSelfWhole { get; }

    /// <summary>Buckets that differ.</summary>
    public IReadOnlyList<int> Buckets { get; }

    /// <summary>What to ask for: entries of the peer that are not the same here, and have not been taken.</summary>
    public IReadOnlyList<Fingerprint> Wanted => [.. wanted.Where(w => !taken.ContainsKey(w)).OrderBy(w => w.Slot).ThenBy(w => w.Word)];

    /// <summary>Entries that differ: in each slot, as many as stand on the side that has more of them.</summary>
    public int Differences { get; private set; }

    /// <summary>The slots whose sums differ. A bucket the peer left out counts as the same.</summary>
    public static IReadOnlyList<int> CompareSlots(IReadOnlyDictionary<int, ulong[]> ours, IReadOnlyDictionary<int, ulong[]> theirs)
    {
        ArgumentNullException.ThrowIfNull(ours);
        ArgumentNullException.ThrowIfNull(theirs);
        return
        [
            .. ours.Where(o => theirs.ContainsKey(o.Key)).OrderBy(o => o.Key)
                .SelectMany(o => Enumerable.Range(0, Slots.PerBucket).Where(p => o.Value[p] != theirs[o.Key][p]).Select(p => (o.Key * Slots.PerBucket) + p)),
        ];
    }

    /// <summary>Compares the entries of the slots that differ.</summary>
    /// <param name="entries">The node's own entries of exactly the slots the peer answered for.</param>
    /// <param name="prints">The peer's fingerprints in these slots.</param>
    public void CompareEntries(IEnumerable<HeldEntry> entries, IEnumerable<Fingerprint> prints)
    {
        ArgumentNullException.ThrowIfNull(entries);
        wanted = [.. prints];
        surplus.Clear();
        foreach (var entry in entries)
        {
            held[entry.Entry] = entry;
            if (!wanted.Remove(entry.Fingerprint))
                surplus.Add(entry.Fingerprint);
        }
        Differences = wanted.Select(w => w.Slot).Union(surplus.Select(s => s.Slot))
            .Sum(slot => Math.Max(wanted.Count(w => w.Slot == slot), surplus.Count(s => s.Slot == slot)));
    }

    /// <summary>An entry the peer sent. False when it was not asked for, is not proven, or may not be believed of this peer.</summary>
    public bool Take(ProvenChange change)
    {
        ArgumentNullException.ThrowIfNull(change);
        var header = change.Change.Header;
        var print = new Fingerprint(header.Entry.Slot(), change.Change.Leaf.A);
        if (!wanted.Contains(print) || !change.IsProven(head.Hub, head.Position, head.Root))
            return false;
        if (!IsPeerWhole && held.TryGetValue(header.Entry, out var own) && own.Seq > header.Position.Seq)
            return false;
        return taken.TryAdd(print, change);
    }

    /// <summary>What is to be put right. A bucket of a whole peer that would not become the signed one is left as it is.</summary>
    public Mending Mend()
    {
        // A peer may show, and prove, several changes of one entry: the last of them is the one that can be current.
        var puts = taken.Values.GroupBy(t => t.Change.Header.Entry).ToDictionary(g => g.Key, g => g.MaxBy(t => t.Change.Header.Position)!);
        if (!IsPeerWhole)
            return new([.. puts.Values.OrderBy(p => p.Change.Header.Position)], []);
        var removals = held.Values.Where(h => surplus.Contains(h.Fingerprint) && !puts.ContainsKey(h.Entry)).ToArray();
        var after = ours.Clone();
        foreach (var put in puts.Values)
            after.Replace(put.Change.Header.Entry, held.TryGetValue(put.Change.Header.Entry, out var old) ? old.Leaf : null, put.Change.Leaf);
        foreach (var removal in removals)
            after.Remove(removal.Entry, removal.Leaf);
        var good = Buckets.Where(b => after.Bucket(b).SequenceEqual(theirs.Bucket(b))).ToHashSet();
        return new(
            [.. puts.Values.Where(p => good.Contains(p.Change.Header.Entry.Bucket())).OrderBy(p => p.Change.Header.Position)],
            [.. removals.Where(r => good.Contains(r.Entry.Bucket()))]);
    }
}

/// <summary>What makes a node's rows right again.</summary>
/// <param name="Puts">Current changes, in the order of their seq.</param>
/// <param name="Removals">Entries that are in no state the hub signed.</param>
public sealed record Mending(IReadOnlyList<ProvenChange> Puts, IReadOnlyList<HeldEntry> Removals)
{
    public int Count => Puts.Count + Removals.Count;
}
