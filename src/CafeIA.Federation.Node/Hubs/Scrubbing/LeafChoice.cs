using CafeIA.Federation.Protocol;

namespace CafeIA.Federation.Node.Hubs.Scrubbing;

/// <summary>Which leaves of a block are the right ones: those that lead where the block must lead.</summary>
internal static class LeafChoice
{
    /// <summary>Doubtful changes of a block of which each leaf is tried with each other's.</summary>
    private const int MaxTried = 10;

    /// <summary>The leaves that <paramref name="isRight"/> accepts: as stored first, then with the headers' in place of doubtful ones. Null when none is.</summary>
    public static Hash[]? Find(IReadOnlyList<StoredLeaf> block, Func<Hash[], bool> isRight)
    {
        var doubtful = Enumerable.Range(0, block.Count).Where(i => block[i].IsDoubtful).ToArray();
        var leaves = block.Select(l => l.Stored ?? l.OfHeader ?? Hash.Zero).ToArray();
        if (leaves.All(l => !l.IsZero) && isRight(leaves))
            return leaves;
        if (doubtful.Length == 0)
            return null;
        var tried = doubtful.Length <= MaxTried ? 1 << doubtful.Length : 2;
        for (var choice = 1; choice < tried; choice++)
        {
            for (var i = 0; i < doubtful.Length; i++)
            {
                var (stored, ofHeader) = (block[doubtful[i]].Stored, block[doubtful[i]].OfHeader);
                var isHeaders = doubtful.Length > MaxTried || (choice & (1 << i)) != 0;
                leaves[doubtful[i]] = (isHeaders ? ofHeader ?? stored : stored ?? ofHeader) ?? Hash.Zero;
            }
            if (leaves.All(l => !l.IsZero) && isRight(leaves))
                return leaves;
        }
        return null;
    }
}
