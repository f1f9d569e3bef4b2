using System.Numerics;

namespace CafeIA.Federation.Protocol.Merkle;

/// <summary>What is needed of a tree to append to it: the roots of its perfect subtrees, largest first, one for each bit set in its size.</summary>
public sealed class Frontier
{
    private readonly List<Hash> perfect = [];

    public Frontier()
    {
    }

    private Frontier(ulong size, IEnumerable<Hash> perfect)
    {
        Size = size;
        this.perfect.AddRange(perfect);
    }

    /// <summary>Leaves so far.</summary>
    public ulong Size { get; private set; }

    /// <exception cref="FormatException">The bytes do not hold one hash for each bit set in the size.</exception>
    public static Frontier Read(ulong size, ReadOnlySpan<byte> bytes)
    {
        var count = BitOperations.PopCount(size);
        if (bytes.Length != count * Hash.Size)
            throw new FormatException($"A frontier of size {size} has {count * Hash.Size} bytes, not {bytes.Length}.");
        var frontier = new Frontier { Size = size };
        for (var i = 0; i < count; i++)
            frontier.perfect.Add(Hash.Read(bytes[(i * Hash.Size)..]));
        return frontier;
    }

    public byte[] ToArray()
    {
        var bytes = new byte[perfect.Count * Hash.Size];
        for (var i = 0; i < perfect.Count; i++)
            perfect[i].Write(bytes.AsSpan(i * Hash.Size));
        return bytes;
    }

    public Frontier Clone() => new(Size, perfect);

    public void Append(Hash leaf) => Append(leaf, null);

    /// <summary>Appends a leaf and reports each perfect subtree it completes, the leaf itself (level 0) included.</summary>
    public void Append(Hash leaf, Action<Subtree, Hash>? completed)
    {
        var hash = leaf;
        var index = Size;
        var level = 0;
        completed?.Invoke(new Subtree(0, index), hash);
        for (var size = Size; (size & 1) == 1; size >>= 1)
        {
            hash = MerkleTree.Node(perfect[^1], hash);
            perfect.RemoveAt(perfect.Count - 1);
            index >>= 1;
            level++;
            completed?.Invoke(new Subtree(level, index), hash);
        }
        perfect.Add(hash);
        Size++;
    }

    public Hash Root() => MerkleTree.Fold(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(perfect));
}

/// <summary>A perfect subtree: 2^level leaves, the first at index × 2^level.</summary>
public readonly record struct Subtree(int Level, ulong Index);
