using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Protocol.Journal;

namespace CafeIA.Federation.Protocol.Recovery;

/// <summary>What becomes of an entry that changed after two histories of its hub parted.</summary>
/// <param name="Entry">The entry.</param>
/// <param name="Winner">Its current change in the epoch that follows; null while the operator has to choose.</param>
/// <param name="Loser">The other side's, when both changed it and they do not say the same.</param>
public sealed record MergedEntry(EntryId Entry, Change? Winner, Change? Loser)
{
    /// <summary>The two puts between which the operator has to choose; null else.</summary>
    public (Change Ours, Change Theirs)? Choice { get; init; }
}

/// <summary>Which history an operator prefers for an entry that both changed.</summary>
public enum Side
{
    Ours,
    Theirs,
}

/// <summary>Brings two histories of one hub together, entry by entry: the only changed side wins; erasure beats withdrawal beats put; between two different puts the operator chooses.</summary>
public static class HistoryMerge
{
    /// <param name="ours">The last change after the fork point of each entry that changed in the history held here.</param>
    /// <param name="theirs">The same in the other history.</param>
    /// <param name="choose">The operator's choice for an entry; null: not made yet.</param>
    public static IReadOnlyList<MergedEntry> Merge(IReadOnlyDictionary<EntryId, Change> ours, IReadOnlyDictionary<EntryId, Change> theirs, Func<EntryId, Side?> choose)
    {
        ArgumentNullException.ThrowIfNull(ours);
        ArgumentNullException.ThrowIfNull(theirs);
        ArgumentNullException.ThrowIfNull(choose);
        var merged = new List<MergedEntry>();
        foreach (var entry in ours.Keys.Union(theirs.Keys).Order())
        {
            if (!theirs.TryGetValue(entry, out var their))
                merged.Add(new(entry, ours[entry], null));
            else if (!ours.TryGetValue(entry, out var our))
                merged.Add(new(entry, their, null));
            else
                merged.Add(Judge(entry, our, their, choose));
        }
        return merged;
    }

    private static MergedEntry Judge(EntryId entry, Change ours, Change theirs, Func<EntryId, Side?> choose)
    {
        var rank = Rank(ours.Header.Op).CompareTo(Rank(theirs.Header.Op));
        if (rank != 0)
            return rank > 0 ? new(entry, ours, theirs) : new(entry, theirs, ours);
        if (ours.Header.Op is ChangeOp.Withdraw or ChangeOp.Erase || IsSame(ours, theirs))
            return new(entry, ours, null);
        return choose(entry) switch
        {
            Side.Ours => new(entry, ours, theirs),
            Side.Theirs => new(entry, theirs, ours),
            _ => new MergedEntry(entry, null, null) { Choice = (ours, theirs) },
        };
    }

    /// <summary>The same words under different salts are no conflict.</summary>
    private static bool IsSame(Change ours, Change theirs) =>
        ours.Header.Commitment == theirs.Header.Commitment
        || (ours.Body is { } our && theirs.Body is { } their && our.Span.SequenceEqual(their.Span));

    private static int Rank(ChangeOp op) => op switch
    {
        ChangeOp.Erase => 2,
        ChangeOp.Withdraw => 1,
        _ => 0,
    };
}
