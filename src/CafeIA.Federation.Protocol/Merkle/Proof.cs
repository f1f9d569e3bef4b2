using System.Numerics;

namespace CafeIA.Federation.Protocol.Merkle;

/// <summary>Inclusion and consistency proofs of RFC 9162, sections 2.1.3 and 2.1.4.</summary>
/// <remarks>A proof is planned first, as the perfect subtrees that make each of its nodes, so that a store can fetch them all in one go.</remarks>
public static class Proof
{
    /// <summary>The nodes of PATH(index, D[size]), lowest first, each as the perfect subtrees it folds from.</summary>
    public static IReadOnlyList<IReadOnlyList<Subtree>> PlanInclusion(ulong index, ulong size)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, size);
        var nodes = new List<IReadOnlyList<Subtree>>();
        ulong start = 0;
        var end = size;
        while (end - start > 1)
        {
            var middle = start + MerkleTree.Split(end - start);
            if (index < middle)
            {
                nodes.Add(Range(middle, end));
                end = middle;
            }
            else
            {
                nodes.Add(Range(start, middle));
                start = middle;
            }
        }
        nodes.Reverse();
        return nodes;
    }

    /// <summary>The nodes of PROOF(first, D[second]); none when the sizes are equal or first is 0.</summary>
    public static IReadOnlyList<IReadOnlyList<Subtree>> PlanConsistency(ulong first, ulong second) =>
        [.. ConsistencyNodes(first, second).Select(n => Range(n.Start, n.End))];

    /// <summary>PROOF(first, D[second]) as it is made by a node that holds fewer leaves than second: from PROOF(held, D[second]), which came with what it holds.</summary>
    /// <param name="first">At most <paramref name="held"/>.</param>
    /// <param name="held">Leaves that are held.</param>
    /// <param name="second">Leaves of the head.</param>
    /// <param name="proof">PROOF(held, D[second]), verified.</param>
    /// <param name="hashOf">The hash of a perfect subtree of what is held.</param>
    /// <exception cref="ArgumentException">The proof has not one hash for each of its nodes.</exception>
    public static Hash[] Shorten(ulong first, ulong held, ulong second, IReadOnlyList<Hash> proof, Func<Subtree, Hash> hashOf)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(first, held);
        ArgumentNullException.ThrowIfNull(proof);
        ArgumentNullException.ThrowIfNull(hashOf);
        var given = ConsistencyNodes(held, second);
        if (given.Count != proof.Count)
            throw new ArgumentException($"PROOF({held}, {second}) has {given.Count} hashes, not {proof.Count}.", nameof(proof));
        var beyond = given.Zip(proof).Where(g => g.First.Start >= held).ToDictionary(g => g.First, g => g.Second);
        return [.. ConsistencyNodes(first, second).Select(n => HashOf(n.Start, n.End))];

        Hash HashOf(ulong start, ulong end)
        {
            if (end <= held)
                return MerkleTree.Fold(Range(start, end).Select(hashOf).ToArray());
            if (beyond.TryGetValue((start, end), out var hash))
                return hash;
            var middle = start + MerkleTree.Split(end - start);
            return MerkleTree.Node(HashOf(start, middle), HashOf(middle, end));
        }
    }

    /// <summary>The perfect subtrees that MTH(D[size]) folds from; none for a tree without leaves.</summary>
    public static IReadOnlyList<Subtree> PlanRoot(ulong size) => Range(0, size);

    /// <summary>Makes the proof from its plan and the hash of each perfect subtree.</summary>
    public static Hash[] Make(IReadOnlyList<IReadOnlyList<Subtree>> plan, Func<Subtree, Hash> hashOf)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(hashOf);
        var proof = new Hash[plan.Count];
        for (var i = 0; i < proof.Length; i++)
            proof[i] = MerkleTree.Fold(plan[i].Select(hashOf).ToArray());
        return proof;
    }

    /// <summary>RFC 9162, section 2.1.3.2.</summary>
    public static bool VerifyInclusion(Hash leaf, ulong index, ulong size, ReadOnlySpan<Hash> proof, Hash root)
    {
        if (index >= size)
            return false;
        var fn = index;
        var sn = size - 1;
        var hash = leaf;
        foreach (var node in proof)
        {
            if (sn == 0)
                return false;
            if ((fn & 1) == 1 || fn == sn)
            {
                hash = MerkleTree.Node(node, hash);
                while ((fn & 1) == 0 && fn != 0)
                {
                    fn >>= 1;
                    sn >>= 1;
                }
            }
            else
            {
                hash = MerkleTree.Node(hash, node);
            }
            fn >>= 1;
            sn >>= 1;
        }
        return sn == 0 && hash == root;
    }

    /// <summary>RFC 9162, section 2.1.4.2. Any tree is consistent with the empty one.</summary>
    public static bool VerifyConsistency(ulong first, Hash firstRoot, ulong second, Hash secondRoot, ReadOnlySpan<Hash> proof)
    {
        if (first > second)
            return false;
        if (first == second)
            return proof.IsEmpty && firstRoot == secondRoot;
        if (first == 0)
            return proof.IsEmpty && firstRoot == MerkleTree.EmptyRoot;
        var next = 0;
        Hash fr, sr;
        if (BitOperations.IsPow2(first))
        {
            fr = sr = firstRoot;
        }
        else
        {
            if (proof.IsEmpty)
                return false;
            fr = sr = proof[next++];
        }
        var fn = first - 1;
        var sn = second - 1;
        while ((fn & 1) == 1)
        {
            fn >>= 1;
            sn >>= 1;
        }
        for (; next < proof.Length; next++)
        {
            if (sn == 0)
                return false;
            if ((fn & 1) == 1 || fn == sn)
            {
                fr = MerkleTree.Node(proof[next], fr);
                sr = MerkleTree.Node(proof[next], sr);
                while ((fn & 1) == 0 && fn != 0)
                {
                    fn >>= 1;
                    sn >>= 1;
                }
            }
            else
            {
                sr = MerkleTree.Node(sr, proof[next]);
            }
            fn >>= 1;
            sn >>= 1;
        }
        return sn == 0 && fr == firstRoot && sr == secondRoot;
    }

    /// <summary>The perfect subtrees that make [start, end), largest aligned first; start is aligned as the RFC's splits leave it.</summary>
    private static List<Subtree> Range(ulong start, ulong end)
    {
        var subtrees = new List<Subtree>();
        while (start < end)
        {
            var level = 63 - BitOperations.LeadingZeroCount(end - start);
            if (start != 0)
                level = Math.Min(level, BitOperations.TrailingZeroCount(start));
            subtrees.Add(new Subtree(level, start >> level));
            start += 1UL << level;
        }
        return subtrees;
    }

    /// <summary>The nodes of PROOF(first, D[second]) as ranges of leaves, in the proof's order.</summary>
    private static List<(ulong Start, ulong End)> ConsistencyNodes(ulong first, ulong second)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(first, second);
        var nodes = new List<(ulong, ulong)>();
        if (first == 0 || first == second)
            return nodes;
        ulong start = 0;
        var end = second;
        var whole = true;
        while (first != end)
        {
            var middle = start + MerkleTree.Split(end - start);
            if (first <= middle)
            {
                nodes.Add((middle, end));
                end = middle;
            }
            else
            {
                nodes.Add((start, middle));
                start = middle;
                whole = false;
            }
        }
        if (!whole)
            nodes.Add((start, end));
        nodes.Reverse();
        return nodes;
    }
}
