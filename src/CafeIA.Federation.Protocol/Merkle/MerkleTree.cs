using System.Numerics;
using System.Security.Cryptography;

namespace CafeIA.Federation.Protocol.Merkle;

/// <summary>The hashes of RFC 9162, section 2.1.1, over the headers of one hub's journal in one epoch.</summary>
public static class MerkleTree
{
    /// <summary>The root of a tree without leaves: SHA-256 of nothing.</summary>
    public static Hash EmptyRoot { get; } = Hash.Of([]);

    /// <summary>SHA-256(0x00 || header).</summary>
    public static Hash Leaf(ReadOnlySpan<byte> header)
    {
        const int StackBytes = 512;
        var length = header.Length + 1;
        var buffer = length <= StackBytes ? stackalloc byte[length] : new byte[length];
        buffer[0] = 0x00;
        header.CopyTo(buffer[1..]);
        return Hash.Of(buffer);
    }

    /// <summary>SHA-256(0x01 || left || right).</summary>
    public static Hash Node(Hash left, Hash right)
    {
        Span<byte> buffer = stackalloc byte[1 + (2 * Hash.Size)];
        buffer[0] = 0x01;
        left.Write(buffer[1..]);
        right.Write(buffer[(1 + Hash.Size)..]);
        Span<byte> hash = stackalloc byte[Hash.Size];
        SHA256.HashData(buffer, hash);
        return Hash.Read(hash);
    }

    /// <summary>MTH of RFC 9162 over all leaves.</summary>
    public static Hash Root(IEnumerable<Hash> leaves)
    {
        ArgumentNullException.ThrowIfNull(leaves);
        var frontier = new Frontier();
        foreach (var leaf in leaves)
            frontier.Append(leaf);
        return frontier.Root();
    }

    /// <summary>Root of a range from its perfect subtrees, largest (leftmost) first.</summary>
    internal static Hash Fold(ReadOnlySpan<Hash> perfect)
    {
        if (perfect.IsEmpty)
            return EmptyRoot;
        var hash = perfect[^1];
        for (var i = perfect.Length - 2; i >= 0; i--)
            hash = Node(perfect[i], hash);
        return hash;
    }

    /// <summary>The largest power of two smaller than n (k of RFC 9162, section 2.1.1); n at least 2.</summary>
    internal static ulong Split(ulong n) => 1UL << (63 - BitOperations.LeadingZeroCount(n - 1));
}
