using CafeIA.Federation.Protocol;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Protocol.Merkle;
using CsCheck;
using Hash = CafeIA.Federation.Protocol.Hash;

namespace CafeIA.Federation.Tests.Protocol;

public sealed class StateDigestTests
{
    private static readonly Gen<Hash> AnyHash = Gen.Select(Gen.ULong, Gen.ULong, Gen.ULong, Gen.ULong).Select(w => new Hash(w.Item1, w.Item2, w.Item3, w.Item4));

    private static readonly Gen<EntryId> AnyEntry = Gen.Guid.Select(g => new EntryId(g));

    [Fact]
    public void The_order_in_which_entries_come_does_not_matter() =>
        Gen.Select(AnyEntry, AnyHash).Array[1, 60].SelectMany(entries => Gen.Select(Gen.Const(entries), Gen.Shuffle(entries.ToArray()))).Sample((entries, shuffled) =>
        {
            Assert.Equal(Of(entries).Digest(), Of(shuffled).Digest());
        });

    [Fact]
    public void Only_the_last_change_of_an_entry_counts() =>
        Gen.Select(AnyEntry, AnyHash.Array[1, 10]).Sample((entry, leaves) =>
        {
            var digest = new StateDigest();
            Hash? previous = null;
            foreach (var leaf in leaves)
            {
                digest.Replace(entry, previous, leaf);
                previous = leaf;
            }
            Assert.Equal(Of([(entry, leaves[^1])]).Digest(), digest.Digest());
            Assert.Equal(1UL, digest.Count);
        });

    [Fact]
    public void Undo_restores_every_byte() =>
        Gen.Select(Gen.Select(AnyEntry, AnyHash).Array[0, 20], AnyEntry, AnyHash, AnyHash, Gen.Bool).Sample((entries, entry, first, second, isNew) =>
        {
            var digest = Of(entries);
            if (!isNew)
                digest.Replace(entry, null, first);
            Hash? previous = isNew ? null : first;
            var before = digest.ToArray();
            digest.Replace(entry, previous, second);
            digest.Undo(entry, previous, second);
            Assert.Equal(before, digest.ToArray());
        });

    [Fact]
    public void Sums_carry_and_borrow_over_all_words()
    {
        var entry = TestHub.Entry(1);
        var ones = new Hash(ulong.MaxValue, ulong.MaxValue, ulong.MaxValue, ulong.MaxValue);
        var digest = new StateDigest();
        digest.Replace(entry, null, ones);
        digest.Replace(entry, null, new(0, 0, 0, 1));
        var bucket = digest.ToArray().AsSpan(entry.Bucket() * StateDigest.BucketSize, StateDigest.BucketSize);
        Assert.Equal(Hash.Zero, Hash.Read(bucket[8..]));
        digest.Replace(entry, new(0, 0, 0, 1), Hash.Zero);
        bucket = digest.ToArray().AsSpan(entry.Bucket() * StateDigest.BucketSize, StateDigest.BucketSize);
        Assert.Equal(ones, Hash.Read(bucket[8..]));
    }

    [Fact]
    public void Every_entry_is_counted_and_a_different_leaf_is_a_different_digest()
    {
        var digest = new StateDigest();
        for (var i = 0; i < 3000; i++)
            digest.Replace(TestHub.Entry(i), null, Hash.Of([(byte)i, (byte)(i >> 8)]));
        Assert.Equal(3000UL, digest.Count);
        var before = digest.Digest();
        digest.Replace(TestHub.Entry(17), Hash.Of([17, 0]), Hash.Of([18, 1]));
        Assert.NotEqual(before, digest.Digest());
        Assert.Equal(3000UL, digest.Count);
    }

    [Fact]
    public void A_digest_read_back_is_the_one_written_and_other_sizes_are_refused()
    {
        var digest = Of([(TestHub.Entry(1), Hash.Of([1])), (TestHub.Entry(2), Hash.Of([2]))]);
        Assert.Equal(digest.Digest(), StateDigest.Read(digest.ToArray()).Digest());
        Assert.Throws<FormatException>(() => StateDigest.Read(new byte[StateDigest.Size - 1]));
    }

    private static StateDigest Of(IEnumerable<(EntryId Entry, Hash Leaf)> entries)
    {
        var digest = new StateDigest();
        foreach (var (entry, leaf) in entries)
            digest.Replace(entry, null, leaf);
        return digest;
    }
}
