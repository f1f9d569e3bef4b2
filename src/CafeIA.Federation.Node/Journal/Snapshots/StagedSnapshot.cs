using CafeIA.Federation.Protocol.Heads;
using CafeIA.Federation.Protocol.Merkle;

namespace CafeIA.Federation.Node.Journal.Snapshots;

/// <summary>How far a snapshot is that is on its way. All that is staged was verified against a head of the hub.</summary>
/// <param name="Head">It leads there.</param>
/// <param name="Base">Where the journal ended when it began; what comes before is held already. 0 where the head is of another epoch.</param>
/// <param name="Frontier">At the last leaf that is staged.</param>
/// <param name="Entries">Entries are staged whose current change has a seq up to this.</param>
internal sealed record StagedSnapshot(SignedHead Head, ulong Base, Frontier Frontier, ulong Entries)
{
    public ulong Leaves => Frontier.Size;

    public bool IsComplete => Leaves == Head.Head.Size && Entries == Head.Head.Size;
}

/// <summary>How the swap of a complete snapshot ended.</summary>
internal enum SwapOutcome
{
    Swapped,

    /// <summary>The journal does not end any more where the snapshot began.</summary>
    Moved,

    /// <summary>The entries are not those the head signs: some source left one out, or sent an old one.</summary>
    OtherState,
}
