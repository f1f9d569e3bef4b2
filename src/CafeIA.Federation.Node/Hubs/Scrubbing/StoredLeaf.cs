using CafeIA.Federation.Protocol;

namespace CafeIA.Federation.Node.Hubs.Scrubbing;

/// <summary>One change as a block of the tree sees it.</summary>
/// <param name="Seq">Its place.</param>
/// <param name="Stored">The leaf in its row; null where the row or the leaf is gone.</param>
/// <param name="OfHeader">The leaf its header makes; null where there is no header that could be this change's.</param>
/// <param name="HasHeader">False for a change of which only the leaf is kept, which says nothing against it.</param>
internal readonly record struct StoredLeaf(ulong Seq, Hash? Stored, Hash? OfHeader, bool HasHeader)
{
    /// <summary>Leaf and header contradict each other, or one of them is missing.</summary>
    public bool IsDoubtful => Stored is null || (HasHeader && OfHeader != Stored);
}
