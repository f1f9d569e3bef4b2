using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Protocol;
using CafeIA.Federation.Protocol.Merkle;

namespace CafeIA.Federation.Node.Hubs.Scrubbing;

/// <summary>A journal's tree as the hashes of its blocks of 256 leaves and the leaves of the last one: small enough to be made anew for every leaf that is tried.</summary>
internal sealed class BlockTree(ulong size)
{
    private const int Level = JournalWriter.LowestStoredLevel;

    private readonly Hash[] blocks = new Hash[size >> Level];
    private Hash[] tail = [];

    public ulong Size => size;

    /// <summary>The leaves of the block that begins with this seq.</summary>
    public void Set(ulong first, Hash[] leaves)
    {
        var index = (first - 1) >> Level;
        if (index < (ulong)blocks.Length)
            blocks[index] = MerkleTree.Root(leaves);
        else
            tail = leaves;
    }

    public Hash Root() => Frontier().Root();

    /// <summary>The root if one block had these leaves.</summary>
    public Hash RootWith(ulong first, Hash[] leaves)
    {
        var index = (first - 1) >> Level;
        if (index >= (ulong)blocks.Length)
            return Frontier(leaves).Root();
        var before = blocks[index];
        blocks[index] = MerkleTree.Root(leaves);
        var root = Root();
        blocks[index] = before;
        return root;
    }

    public Frontier Frontier() => Frontier(tail);

    /// <summary>Every perfect subtree of a block and more.</summary>
    public IReadOnlyList<(Subtree Subtree, Hash Hash)> Subtrees()
    {
        var subtrees = new List<(Subtree, Hash)>(blocks.Length * 2);
        Fold((level, index, hash) => subtrees.Add((new(level, index), hash)));
        return subtrees;
    }

    private Frontier Frontier(Hash[] last)
    {
        var frontier = Protocol.Merkle.Frontier.Read((ulong)blocks.Length << Level, [.. Fold(null).SelectMany(h => h.ToArray())]);
        foreach (var leaf in last)
            frontier.Append(leaf);
        return frontier;
    }

    /// <summary>The perfect subtrees over all blocks, largest first.</summary>
    private List<Hash> Fold(Action<int, ulong, Hash>? completed)
    {
        var perfect = new List<Hash>();
        for (ulong i = 0; i < (ulong)blocks.Length; i++)
        {
            var (hash, level, index) = (blocks[i], Level, i);
            completed?.Invoke(level, index, hash);
            for (var n = i; (n & 1) == 1; n >>= 1)
            {
                hash = MerkleTree.Node(perfect[^1], hash);
                perfect.RemoveAt(perfect.Count - 1);
                (level, index) = (level + 1, index >> 1);
                completed?.Invoke(level, index, hash);
            }
            perfect.Add(hash);
        }
        return perfect;
    }
}
