namespace CafeIA.Federation.Node.Directory.Occurrences;

/// <summary>One time an event takes place.</summary>
/// <param name="StartUtc">The start; local midnight where no hour is given.</param>
/// <param name="EndUtc">The end, excluded. Without a given end: the start, or the next local midnight where no hour is given.</param>
/// <param name="Date">The local day it starts on.</param>
/// <param name="AllDay">It fills its days.</param>
/// <param name="TimeGiven">False: the day is known and the hour is not.</param>
/// <param name="EndGiven">False: nobody said when it ends.</param>
/// <param name="Status">This occurrence's own status, else the event's.</param>
/// <param name="Title">This occurrence's own title; null where it has the event's.</param>
internal readonly record struct Occurrence(
    DateTimeOffset StartUtc,
    DateTimeOffset EndUtc,
    DateOnly Date,
    bool AllDay,
    bool TimeGiven,
    bool EndGiven,
    string Status,
    string? Title = null);

/// <summary>The occurrences of one event, earliest first.</summary>
/// <param name="Occurrences">Empty where no date is given.</param>
/// <param name="Until">Null when nothing more can follow; else the moment up to which a rule was expanded, so that the daily run knows what to extend.</param>
/// <param name="Truncated">True when a bound cut it: too many occurrences, or a rule too costly to follow, of which only the first start is kept.</param>
internal readonly record struct Expansion(IReadOnlyList<Occurrence> Occurrences, DateTimeOffset? Until, bool Truncated)
{
    public static Expansion None { get; } = new([], null, false);
}
