using CafeIA.Federation.Protocol.AntiEntropy;
using CafeIA.Federation.Protocol.Heads;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Protocol.Journal;
using CsCheck;
using Hash = CafeIA.Federation.Protocol.Hash;

namespace CafeIA.Federation.Tests.Protocol;

public sealed class BucketWalkTests
{
    /// <summary>Of target 16, besides bodies, with room for the headers of six requests and answers.</summary>
    private const int MostBytes = 200_000 - (6 * 600);

    [Fact]
    public void A_hundred_differences_among_a_million_entries_are_found_and_mended_in_few_bytes()
    {
        const int Entries = 1_000_000;
        const int Differences = 100;
        var random = new Random(16);
        var rows = new Dictionary<EntryId, HeldEntry>(Entries);
        var changed = new Dictionary<Fingerprint, Change>();
        var leaves = new Hash[Entries];
        for (var i = 0; i < Entries; i++)
        {
            var seq = (ulong)i + 1;
            var entry = new EntryId(Guid.CreateVersion7(TestHub.At.AddMilliseconds(i)));
            leaves[i] = new((ulong)random.NextInt64(), (ulong)random.NextInt64(), (ulong)random.NextInt64(), (ulong)random.NextInt64());
            if (i % (Entries / Differences) == 0)
            {
                var change = Put(entry, seq, $"event {i}");
                leaves[i] = change.Leaf;
                changed[new(entry.Slot(), change.Leaf.A)] = change;
            }
            rows[entry] = new(entry, seq, leaves[i]);
        }
        var tree = new WholeTree(leaves);
        var head = HeadOf(rows.Values, Entries, tree.Root);
        var peer = new BucketPeer(head, rows, print => changed.TryGetValue(print, out var change) ? new(change, tree.Inclusion(change.Header.Position.Seq)) : null);
        var damaged = new Dictionary<EntryId, HeldEntry>(rows);
        foreach (var change in changed.Values)
            damaged[change.Header.Entry] = damaged[change.Header.Entry] with { Leaf = Hash.Of(change.Leaf.ToArray()) };

        var (walk, mending) = peer.Walk(damaged.Values);

        Assert.Equal(Differences, walk.Differences);
        Assert.Equal(Differences, mending.Puts.Count);
        Assert.Equal(head.StateDigest, BucketPeer.Digest(Mended(damaged, mending).Values).Digest());
        Assert.InRange(peer.RoundTrips + 1, 1, 6);
        TestContext.Current.SendDiagnosticMessage($"target 16: {peer.Bytes} bytes besides bodies, {peer.RoundTrips + 1} round trips with the exchange of heads");
        Assert.InRange(peer.Bytes, 1, MostBytes);
    }

    [Fact]
    public void Whatever_differs_from_a_whole_peer_becomes_the_signed_state() =>
        Gen.Select(AuthoredHistory.Random, Gen.Select(Gen.Int[0, 11], Gen.Int[0, 3]).Array[0, 8]).Sample((history, damages) =>
        {
            var (head, rows, peer) = Peer(history);
            var damaged = new Dictionary<EntryId, HeldEntry>(rows);
            foreach (var (number, kind) in damages)
                Damage(damaged, history, TestHub.Entry(number), kind);
            var (walk, mending) = peer.Walk(damaged.Values);
            Assert.True(walk.IsPeerWhole);
            Assert.Equal(rows.Values.Order(BySeq), Mended(damaged, mending).Values.Order(BySeq));
            Assert.Equal(head.StateDigest, BucketPeer.Digest(Mended(damaged, mending).Values).Digest());
        });

    [Fact]
    public void A_damaged_peer_brings_no_older_change_back_and_takes_no_entry_away() =>
        Gen.Select(AuthoredHistory.Random, Gen.Select(Gen.Int[0, 11], Gen.Int[0, 3]).Array[1, 8]).Sample((history, damages) =>
        {
            var (head, rows, _) = Peer(history);
            var bad = new Dictionary<EntryId, HeldEntry>(rows);
            foreach (var (number, kind) in damages)
                Damage(bad, history, TestHub.Entry(number), kind);
            if (BucketPeer.Digest(bad.Values).Digest() == head.StateDigest)
                return;
            var (walk, mending) = Peer(history, bad).Peer.Walk(rows.Values);
            Assert.False(walk.IsPeerWhole);
            Assert.True(walk.IsSelfWhole);
            Assert.Equal(rows.Values.Order(BySeq), Mended(rows, mending).Values.Order(BySeq));
        });

    [Fact]
    public void Two_damaged_nodes_mend_each_other_where_their_damages_differ()
    {
        var history = AuthoredHistory.OfSize(60);
        var (head, rows, _) = Peer(history);
        var ours = new Dictionary<EntryId, HeldEntry>(rows);
        var theirs = new Dictionary<EntryId, HeldEntry>(rows);
        ours.Remove(TestHub.Entry(3));
        theirs.Remove(TestHub.Entry(40));
        var mending = Peer(history, theirs).Peer.Walk(ours.Values).Mending;
        Assert.Equal(head.StateDigest, BucketPeer.Digest(Mended(ours, mending).Values).Digest());
    }

    [Fact]
    public void Nothing_is_taken_that_is_not_proven_or_was_not_asked_for()
    {
        var history = AuthoredHistory.OfSize(20);
        var (head, rows, _) = Peer(history);
        var tree = new WholeTree(history.Changes.Select(c => c.Leaf));
        var missing = history.Changes[4];
        var walk = new BucketWalk(head, BucketPeer.Digest(rows.Values.Where(r => r.Entry != missing.Header.Entry)), BucketPeer.Digest(rows.Values));
        walk.CompareEntries([], [new(missing.Header.Entry.Slot(), missing.Leaf.A)]);
        Assert.False(walk.Take(new(history.Changes[5], tree.Inclusion(6))));
        Assert.False(walk.Take(new(missing, tree.Inclusion(6))));
        Assert.True(Change.TryRead(missing.HeaderBytes, missing.Salt, TestHub.Body("{}"), out var forged));
        Assert.False(walk.Take(new(forged, tree.Inclusion(5))));
        Assert.True(walk.Take(new(missing.WithoutBody(), tree.Inclusion(5))));
        Assert.Empty(walk.Wanted);
    }

    [Fact]
    public void Of_several_proven_changes_of_one_entry_the_last_is_taken()
    {
        var history = new AuthoredHistory();
        history.Write(AuthoredHistory.Put(1, "first"), AuthoredHistory.Put(2, "other"));
        history.Write(AuthoredHistory.Put(1, "second"));
        var (head, rows, _) = Peer(history);
        var tree = new WholeTree(history.Changes.Select(c => c.Leaf));
        var (first, second) = (history.Changes[0], history.Changes[2]);
        var walk = new BucketWalk(head, new(), BucketPeer.Digest([new(first.Header.Entry, 1, first.Leaf), .. rows.Values]));
        walk.CompareEntries([], new[] { first, second }.Select(c => new Fingerprint(c.Header.Entry.Slot(), c.Leaf.A)));
        Assert.True(walk.Take(new(second, tree.Inclusion(3))));
        Assert.True(walk.Take(new(first, tree.Inclusion(1))));
        Assert.Equal(second, Assert.Single(walk.Mend().Puts).Change);
    }

    [Fact]
    public void A_peer_that_is_whole_but_hides_an_entry_changes_nothing()
    {
        var history = AuthoredHistory.OfSize(20);
        var (head, rows, _) = Peer(history);
        var damaged = new Dictionary<EntryId, HeldEntry>(rows);
        damaged[TestHub.Entry(2)] = damaged[TestHub.Entry(2)] with { Leaf = Hash.Of([1]) };
        var mending = new BucketPeer(head, rows, _ => null).Walk(damaged.Values).Mending;
        Assert.Equal(0, mending.Count);
    }

    private static Comparer<HeldEntry> BySeq { get; } = Comparer<HeldEntry>.Create((a, b) => a.Seq.CompareTo(b.Seq));

    private static Dictionary<EntryId, HeldEntry> Mended(Dictionary<EntryId, HeldEntry> rows, Mending mending)
    {
        var mended = new Dictionary<EntryId, HeldEntry>(rows);
        foreach (var removal in mending.Removals)
            Assert.True(mended.Remove(removal.Entry));
        foreach (var put in mending.Puts)
            mended[put.Change.Header.Entry] = new(put.Change.Header.Entry, put.Change.Header.Position.Seq, put.Change.Leaf);
        return mended;
    }

    /// <summary>0 the row is gone, 1 its leaf is another, 2 it stands at the entry's first change, 3 there is one more row.</summary>
    private static void Damage(Dictionary<EntryId, HeldEntry> rows, AuthoredHistory history, EntryId entry, int kind)
    {
        if (kind == 3)
        {
            var stranger = TestHub.Entry(rows.Count + 1000);
            rows[stranger] = new(stranger, 1, Hash.Of([3]));
        }
        else if (rows.TryGetValue(entry, out var row))
        {
            var first = history.Changes.First(c => c.Header.Entry == entry);
            if (kind == 0)
                rows.Remove(entry);
            else
                rows[entry] = kind == 1 ? row with { Leaf = Hash.Of(row.Leaf.ToArray()) } : new(entry, first.Header.Position.Seq, first.Leaf);
        }
    }

    private static (Head Head, Dictionary<EntryId, HeldEntry> Rows, BucketPeer Peer) Peer(AuthoredHistory history, Dictionary<EntryId, HeldEntry>? rows = null)
    {
        var tree = new WholeTree(history.Changes.Select(c => c.Leaf));
        var current = history.Changes.GroupBy(c => c.Header.Entry).ToDictionary(g => g.Key, g => new HeldEntry(g.Key, g.Last().Header.Position.Seq, g.Last().Leaf));
        var byPrint = history.Changes.ToDictionary(c => new Fingerprint(c.Header.Entry.Slot(), c.Leaf.A));
        var head = history.Heads[^1].Head;
        return (head, current, new BucketPeer(head, rows ?? current, p => byPrint.TryGetValue(p, out var c) ? new(c, tree.Inclusion(c.Header.Position.Seq)) : null));
    }

    private static Change Put(EntryId entry, ulong seq, string title) => Change.Author(
        new ChangeHeader { Hub = TestHub.Id, Position = new(1, seq), At = TestHub.At, Kind = EntryKind.Event, Entry = entry, Op = ChangeOp.Put },
        new byte[Change.SaltSize],
        TestHub.Body($$"""{"title":"{{title}}"}"""));

    private static Head HeadOf(IEnumerable<HeldEntry> rows, ulong size, Hash root) => new()
    {
        Federation = TestHub.Federation,
        Hub = TestHub.Id,
        Epoch = 1,
        Size = size,
        Root = root,
        StateDigest = BucketPeer.Digest(rows).Digest(),
        Key = TestHub.Signer.PublicKey.Id,
        At = TestHub.At,
    };
}
