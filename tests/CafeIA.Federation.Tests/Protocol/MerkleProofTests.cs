using CafeIA.Federation.Protocol;
using CafeIA.Federation.Protocol.Merkle;

namespace CafeIA.Federation.Tests.Protocol;

public sealed class MerkleProofTests
{
    private const int MaxSize = 130;

    private static readonly Hash[] Leaves = [.. Enumerable.Range(0, MaxSize).Select(i => MerkleTree.Leaf([(byte)i, (byte)(i >> 8)]))];
    private static readonly Hash[] Roots = [.. Enumerable.Range(0, MaxSize + 1).Select(n => Naive(Leaves.AsSpan(0, n)))];

    [Fact]
    public void The_frontier_gives_the_root_of_the_definition_at_every_size()
    {
        var frontier = new Frontier();
        for (var size = 0; size <= MaxSize; size++)
        {
            Assert.Equal(Roots[size], frontier.Root());
            if (size < MaxSize)
                frontier.Append(Leaves[size]);
        }
    }

    [Fact]
    public void Every_inclusion_proof_verifies_and_fails_when_one_hash_changes()
    {
        for (ulong size = 1; size <= MaxSize; size++)
        {
            for (ulong index = 0; index < size; index++)
            {
                var proof = Proof.Make(Proof.PlanInclusion(index, size), HashOf);
                var leaf = Leaves[index];
                var root = Roots[size];
                Assert.True(Proof.VerifyInclusion(leaf, index, size, proof, root), $"{index} in {size}");
                Assert.False(Proof.VerifyInclusion(Other(leaf), index, size, proof, root), $"another leaf at {index} in {size}");
                Assert.False(Proof.VerifyInclusion(leaf, index, size, proof, Other(root)), $"another root at {index} in {size}");
                Assert.False(Proof.VerifyInclusion(leaf, index, size, [.. proof, leaf], root), $"one hash too many at {index} in {size}");
                Assert.False(Proof.VerifyInclusion(leaf, size, size, proof, root), $"an index beyond {size}");
                AssertEachHashCounts(proof, changed => Proof.VerifyInclusion(leaf, index, size, changed, root), $"{index} in {size}");
            }
        }
    }

    [Fact]
    public void A_proof_of_one_size_is_none_of_a_size_whose_path_is_longer_or_shorter()
    {
        for (ulong size = 1; size <= 40; size++)
        {
            for (ulong index = 0; index < size; index++)
            {
                var proof = Proof.Make(Proof.PlanInclusion(index, size), HashOf);
                for (var claimed = index + 1; claimed <= MaxSize; claimed++)
                {
                    if (Proof.PlanInclusion(index, claimed).Count != proof.Length)
                        Assert.False(Proof.VerifyInclusion(Leaves[index], index, claimed, proof, Roots[size]), $"{index} in {size}, claimed of {claimed}");
                }
            }
        }
    }

    [Fact]
    public void Every_consistency_proof_verifies_and_fails_when_one_hash_changes()
    {
        for (ulong second = 1; second <= MaxSize; second++)
        {
            for (ulong first = 1; first <= second; first++)
            {
                var proof = Proof.Make(Proof.PlanConsistency(first, second), HashOf);
                Assert.True(Proof.VerifyConsistency(first, Roots[first], second, Roots[second], proof), $"{first} to {second}");
                Assert.False(Proof.VerifyConsistency(first, Other(Roots[first]), second, Roots[second], proof), $"another root at {first} of {second}");
                Assert.False(Proof.VerifyConsistency(first, Roots[first], second, Other(Roots[second]), proof), $"another root at {second} from {first}");
                Assert.False(Proof.VerifyConsistency(first, Roots[first], second, Roots[second], [.. proof, Leaves[0]]), $"one hash too many from {first} to {second}");
                AssertEachHashCounts(proof, changed => Proof.VerifyConsistency(first, Roots[first], second, Roots[second], changed), $"{first} to {second}");
            }
        }
    }

    [Fact]
    public void Any_tree_is_consistent_with_the_empty_one_and_no_tree_with_a_larger_one()
    {
        Assert.True(Proof.VerifyConsistency(0, MerkleTree.EmptyRoot, 5, Roots[5], []));
        Assert.False(Proof.VerifyConsistency(0, Roots[1], 5, Roots[5], []));
        Assert.False(Proof.VerifyConsistency(0, MerkleTree.EmptyRoot, 5, Roots[5], [Leaves[0]]));
        Assert.False(Proof.VerifyConsistency(6, Roots[6], 5, Roots[5], []));
        Assert.False(Proof.VerifyConsistency(5, Roots[5], 5, Roots[4], []));
    }

    [Fact]
    public void A_proof_is_made_of_perfect_subtrees_that_a_store_can_fetch()
    {
        for (ulong second = 1; second <= MaxSize; second++)
        {
            for (ulong first = 1; first <= second; first++)
            {
                foreach (var subtree in Proof.PlanConsistency(first, second).SelectMany(n => n))
                    Assert.True((subtree.Index + 1) << subtree.Level <= second, $"{subtree} is not within {second}");
            }
        }
    }

    [Fact]
    public void A_frontier_read_back_goes_on_as_the_one_written()
    {
        for (var size = 0; size < MaxSize; size++)
        {
            var written = new Frontier();
            foreach (var leaf in Leaves[..size])
                written.Append(leaf);
            var read = Frontier.Read((ulong)size, written.ToArray());
            Assert.Equal(Roots[size], read.Root());
            read.Append(Leaves[size]);
            Assert.Equal(Roots[size + 1], read.Root());
            Assert.Equal(Roots[size], written.Root());
        }
    }

    [Fact]
    public void A_frontier_with_too_few_or_too_many_hashes_is_refused()
    {
        Assert.Throws<FormatException>(() => Frontier.Read(3, new byte[32]));
        Assert.Throws<FormatException>(() => Frontier.Read(3, new byte[96]));
        Assert.Throws<FormatException>(() => Frontier.Read(0, new byte[32]));
    }

    [Fact]
    public void A_clone_of_a_frontier_leaves_the_original_alone()
    {
        var frontier = new Frontier();
        frontier.Append(Leaves[0]);
        frontier.Clone().Append(Leaves[1]);
        Assert.Equal(Roots[1], frontier.Root());
        Assert.Equal(1UL, frontier.Size);
    }

    [Fact]
    public void Every_perfect_subtree_is_reported_once_with_its_hash()
    {
        var frontier = new Frontier();
        var reported = new Dictionary<Subtree, Hash>();
        foreach (var leaf in Leaves)
            frontier.Append(leaf, (subtree, hash) => reported.Add(subtree, hash));
        var expected = Enumerable.Range(0, 8).SelectMany(level => Enumerable.Range(0, MaxSize >> level).Select(i => new Subtree(level, (ulong)i)));
        Assert.Equal(expected.Order(Comparer<Subtree>.Create((a, b) => (a.Level, a.Index).CompareTo((b.Level, b.Index)))), reported.Keys.OrderBy(s => s.Level).ThenBy(s => s.Index));
        Assert.All(reported, r => Assert.Equal(HashOf(r.Key), r.Value));
    }

    [Fact]
    public void Who_holds_a_part_makes_the_proofs_of_all_that_is_smaller_from_the_one_that_came_with_it()
    {
        for (ulong second = 1; second <= 45; second++)
        {
            for (ulong held = 1; held <= second; held++)
            {
                var came = Proof.Make(Proof.PlanConsistency(held, second), HashOf);
                for (ulong first = 0; first <= held; first++)
                {
                    var made = Proof.Shorten(first, held, second, came, s => ((s.Index + 1) << s.Level) <= held ? HashOf(s) : throw new InvalidOperationException("Not held."));
                    Assert.Equal(Proof.Make(Proof.PlanConsistency(first, second), HashOf), made);
                }
            }
        }
        Assert.Throws<ArgumentException>(() => Proof.Shorten(1, 3, 5, [], HashOf));
    }

    private static void AssertEachHashCounts(Hash[] proof, Func<Hash[], bool> verify, string what)
    {
        for (var i = 0; i < proof.Length; i++)
        {
            Hash[] changed = [.. proof];
            changed[i] = Other(changed[i]);
            Assert.False(verify(changed), $"{what}: hash {i} changed");
        }
        if (proof.Length > 0)
        {
            Assert.False(verify(proof[..^1]), $"{what}: last hash missing");
            Assert.False(verify(proof[1..]), $"{what}: first hash missing");
        }
    }

    private static Hash Other(Hash hash) => hash with { D = hash.D ^ 1 };

    private static Hash HashOf(Subtree subtree) =>
        Naive(Leaves.AsSpan((int)(subtree.Index << subtree.Level), 1 << subtree.Level));

    /// <summary>MTH as RFC 9162, section 2.1.1, defines it.</summary>
    private static Hash Naive(ReadOnlySpan<Hash> leaves)
    {
        if (leaves.IsEmpty)
            return MerkleTree.EmptyRoot;
        if (leaves.Length == 1)
            return leaves[0];
        var k = 1;
        while (k * 2 < leaves.Length)
            k *= 2;
        return MerkleTree.Node(Naive(leaves[..k]), Naive(leaves[k..]));
    }
}
