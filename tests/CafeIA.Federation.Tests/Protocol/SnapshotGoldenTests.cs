using CafeIA.Federation.Protocol.AntiEntropy;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Protocol.Journal;
using CafeIA.Federation.Protocol.Merkle;
using CafeIA.Federation.Protocol.Snapshots;
using Hash = CafeIA.Federation.Protocol.Hash;

namespace CafeIA.Federation.Tests.Protocol;

/// <summary>The journal of three changes of <see cref="GoldenBytesTests"/>, as anti-entropy and snapshots carry it.</summary>
public sealed class SnapshotGoldenTests
{
    private static readonly Position At = new(1, 3);

    private static readonly Change Put = Read("change-header-put", null, null);
    private static readonly Change Extended = Read("change-header-put-extended", [.. Enumerable.Range(32, 32).Select(i => (byte)i)], """{"title":"Kit d’animation"}""");
    private static readonly Change Withdrawal = Read("change-header-withdraw", null, null);

    private static readonly HeldEntry[] Entries =
    [
        new(Extended.Header.Entry, 2, Extended.Leaf),
        new(Withdrawal.Header.Entry, 3, Withdrawal.Leaf),
    ];

    private static Hash Root { get; } = Hash.Read(GoldenFile.Read("root-of-three"));

    [Fact]
    public void Buckets_slots_and_fingerprints_keep_their_bytes()
    {
        var buckets = BucketCodec.EncodeBuckets(At, BucketPeer.Digest(Entries));
        Assert.Equal(GoldenFile.Read("buckets-hash"), Hash.Of(buckets).ToArray());
        Assert.True(BucketCodec.TryDecodeBuckets(buckets, At, out var digest));
        Assert.Equal(GoldenFile.Read("state-digest"), digest.Digest().ToArray());

        var numbers = Entries.Select(e => e.Entry.Bucket()).Distinct().Order().ToArray();
        Assert.Equal(GoldenFile.Read("buckets-slots"), BucketCodec.EncodeSlots(At, Slots.Sum(numbers, Entries)));
        Assert.True(BucketCodec.TryDecodeSlots(GoldenFile.Read("buckets-slots"), At, out var sums));
        Assert.Equal(numbers, sums.Keys.Order());

        var slots = Entries.Select(e => e.Entry.Slot()).Distinct().Order().ToArray();
        Assert.Equal(GoldenFile.Read("buckets-fingerprints"), BucketCodec.EncodeFingerprints(At, slots, Entries));
        Assert.True(BucketCodec.TryDecodeFingerprints(GoldenFile.Read("buckets-fingerprints"), At, out var answered, out var prints));
        Assert.Equal(slots, answered);
        Assert.Equal(Entries.Select(e => e.Fingerprint).ToHashSet(), prints.ToHashSet());
    }

    [Fact]
    public void Proven_entries_keep_their_bytes_and_prove_themselves()
    {
        ProvenChange[] entries = [new(Extended, [Put.Leaf, Withdrawal.Leaf]), new(Withdrawal, [MerkleTree.Node(Put.Leaf, Extended.Leaf)])];
        Assert.Equal(GoldenFile.Read("buckets-entries"), BucketCodec.EncodeEntries(At, entries));
        Assert.True(BucketCodec.TryDecodeEntries(GoldenFile.Read("buckets-entries"), At, out var read));
        Assert.All(read, e => Assert.True(e.IsProven(TestHub.Id, At, Root)));
        Assert.False(read[0].IsProven(TestHub.Id, new(1, 2), Root));
        Assert.False(read[0].IsProven(HubId.Parse("autre"), At, Root));
    }

    [Fact]
    public void A_run_of_leaves_keeps_its_bytes_and_leads_to_the_root()
    {
        Assert.True(LeafRun.TryDecode(GoldenFile.Read("snapshot-leaves"), out var run));
        Assert.Equal(GoldenFile.Read("snapshot-leaves"), run.Encode());
        Assert.Equal((At, 1UL, 2UL), (run.At, run.First, run.Last));
        var after = run.Follow(new Frontier(), Root);
        Assert.NotNull(after);
        Assert.Equal(2UL, after.Size);
        Assert.Null((run with { Leaves = [Put.Leaf, Withdrawal.Leaf] }).Follow(new Frontier(), Root));
        Assert.Null((run with { First = 2 }).Follow(new Frontier(), Root));
    }

    [Fact]
    public void A_run_of_entries_keeps_its_bytes()
    {
        Assert.True(EntryRun.TryDecode(GoldenFile.Read("snapshot-entries"), out var run));
        Assert.Equal(GoldenFile.Read("snapshot-entries"), run.Encode());
        Assert.True(run.IsRun(TestHub.Id, At, 0));
        Assert.False(run.IsRun(TestHub.Id, At, 2));
        Assert.False(run.IsRun(HubId.Parse("autre"), At, 0));
        Assert.False((run with { Changes = [run.Changes[1], run.Changes[0]] }).IsRun(TestHub.Id, At, 0));
    }

    [Fact]
    public void What_is_cut_is_nothing_and_no_answer_of_another_position_is_taken()
    {
        foreach (var name in new[] { "buckets-slots", "buckets-fingerprints", "buckets-entries", "snapshot-leaves", "snapshot-entries" })
        {
            var whole = GoldenFile.Read(name);
            for (var length = 0; length < whole.Length; length++)
            {
                var cut = whole.AsMemory(0, length);
                Assert.False(
                    BucketCodec.TryDecodeSlots(cut, At, out _) || BucketCodec.TryDecodeFingerprints(cut, At, out _, out _) || BucketCodec.TryDecodeEntries(cut, At, out _)
                    || LeafRun.TryDecode(cut, out _) || EntryRun.TryDecode(cut, out _),
                    $"{name} cut to {length}");
            }
        }
        Assert.False(BucketCodec.TryDecodeSlots(GoldenFile.Read("buckets-slots"), new(1, 4), out _));
        Assert.False(BucketCodec.TryDecodeEntries(GoldenFile.Read("buckets-entries"), new(2, 3), out _));
    }

    private static Change Read(string header, byte[]? salt, string? body)
    {
        Assert.True(Change.TryRead(GoldenFile.Read(header), salt, body is null ? (ReadOnlyMemory<byte>?)null : TestHub.Body(body), out var change));
        return change;
    }
}
