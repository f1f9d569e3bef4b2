using CafeIA.Federation.Protocol.Heads;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Protocol.Merkle;

namespace CafeIA.Federation.Protocol.Journal;

/// <summary>All that must be known of a journal to append to it: where it ends, the frontier of its tree, the digest of its state.</summary>
/// <remarks>Mutable and owned by one <see cref="Sequencing.Sequencer"/> or <see cref="Following.Follower"/>. When a store refuses what was planned on it, it is thrown away and loaded anew.</remarks>
public sealed class JournalState
{
    /// <param name="epoch">Of the journal.</param>
    /// <param name="frontier">Of what is held.</param>
    /// <param name="digest">Of the state at its end.</param>
    /// <param name="head">The head of the last batch that was applied, which may be of a larger size: without it a follower that stopped in the middle of a journal could prove no fork. Null before the first.</param>
    /// <param name="opening">What the epoch's first change says; null in the first epoch.</param>
    public JournalState(uint epoch, Frontier frontier, StateDigest digest, SignedHead? head, EpochOpening? opening = null)
    {
        ArgumentNullException.ThrowIfNull(frontier);
        ArgumentNullException.ThrowIfNull(digest);
        Epoch = epoch;
        Frontier = frontier;
        Digest = digest;
        Head = Proven = head;
        Opening = opening;
    }

    public uint Epoch { get; }

    public Frontier Frontier { get; internal set; }

    public StateDigest Digest { get; }

    /// <summary>The newest verified head, which may be of a larger size than what is held; null before the first.</summary>
    public SignedHead? Head { get; internal set; }

    /// <summary>The newest head under which what is held was proven, of at least that size; null before the first.</summary>
    public SignedHead? Proven { get; internal set; }

    /// <summary>What the epoch's first change says; null in the first epoch.</summary>
    public EpochOpening? Opening { get; }

    public Position Position => new(Epoch, Frontier.Size);

    /// <summary>A journal with nothing in it, epoch 1.</summary>
    public static JournalState Empty() => new(1, new Frontier(), new StateDigest(), null);
}

/// <summary>An entry's current change: the put, withdrawal or erasure of highest seq.</summary>
public sealed record CurrentChange(EntryId Entry, Position Position, EntryKind Kind, ChangeOp Op, Hash Leaf);

/// <summary>A change with its place among the entry's changes, as a store keeps it.</summary>
/// <param name="Change">The change.</param>
/// <param name="PreviousSeq">Seq of the entry's change before this one in the same epoch; 0 when it is the first.</param>
public sealed record JournalChange(Change Change, ulong PreviousSeq)
{
    /// <summary>An entry that is written and erased in one batch leaves nothing to store or to send.</summary>
    internal static void DropErasedBodies(List<JournalChange> changes)
    {
        var erased = changes.FindAll(c => c.Change.Header.Op == ChangeOp.Erase).ConvertAll(c => c.Change.Header.Entry);
        if (erased.Count == 0)
            return;
        for (var i = 0; i < changes.Count; i++)
        {
            if (erased.Contains(changes[i].Change.Header.Entry))
                changes[i] = changes[i] with { Change = changes[i].Change.WithoutBody() };
        }
    }
}

/// <summary>What is to be committed in one transaction, whole or not at all.</summary>
/// <param name="Before">Where the journal must end for this to be appended: the fence. Of the previous epoch where the batch begins an epoch.</param>
/// <param name="RootBefore">The root at <paramref name="Before"/>.</param>
/// <param name="Epoch">Of the changes.</param>
/// <param name="Changes">In order.</param>
/// <param name="Subtrees">Perfect subtrees that the changes complete, level 0 left out.</param>
/// <param name="After">The state when it is committed.</param>
/// <param name="RootAfter">The root then.</param>
/// <param name="Head">The head that covers it, as it came.</param>
/// <param name="Proof">Consistency proof (RFC 9162) from <paramref name="After"/> to the head's size: with it what is held can be shown to others before all of it is held. Empty when the head covers no more.</param>
/// <param name="EndsOpening">With this batch everything is taken over from the epochs before: entries that still stand in one of them are to go.</param>
public sealed record JournalBatch(
    Position Before,
    Hash RootBefore,
    uint Epoch,
    IReadOnlyList<JournalChange> Changes,
    IReadOnlyList<(Subtree Subtree, Hash Hash)> Subtrees,
    Frontier After,
    Hash RootAfter,
    SignedHead Head,
    IReadOnlyList<Hash> Proof,
    bool EndsOpening = false)
{
    /// <summary>Where the journal ends when it is committed.</summary>
    public Position End => new(Epoch, After.Size);
}
