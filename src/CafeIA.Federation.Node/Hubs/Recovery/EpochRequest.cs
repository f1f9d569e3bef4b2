namespace CafeIA.Federation.Node.Hubs.Recovery;

/// <summary>How the operator wants two histories ended.</summary>
/// <param name="Prefer"><c>ours</c> or <c>theirs</c> wherever both changed an entry and no rule decides; null: nothing is opened before each is chosen.</param>
/// <param name="Choices">Entry ids with <c>ours</c> or <c>theirs</c>.</param>
/// <param name="DryRun">Only says what would become of each entry.</param>
/// <param name="AcceptLoss">The other history need not be found: no node holds it any more.</param>
[GenerateSerializer, Immutable, Alias("cafeia.EpochRequest")]
internal sealed record EpochRequest([property: Id(0)] string? Prefer, [property: Id(1)] Dictionary<Guid, string> Choices, [property: Id(2)] bool DryRun, [property: Id(3)] bool AcceptLoss);

/// <summary>What came of it.</summary>
/// <param name="Refusal">Why nothing was opened; null when something was, or could be.</param>
/// <param name="Opened">The new epoch's number; null when nothing was opened.</param>
/// <param name="Lines">A line for each entry that both histories changed: what wins, what loses with its words, what is still to be chosen.</param>
/// <param name="Undecided">Entries that are still to be chosen.</param>
[GenerateSerializer, Immutable, Alias("cafeia.EpochReport")]
internal sealed record EpochReport([property: Id(0)] string? Refusal, [property: Id(1)] uint? Opened, [property: Id(2)] string[] Lines, [property: Id(3)] int Undecided)
{
    public static EpochReport Refused(string why) => new(why, null, [], 0);
}
