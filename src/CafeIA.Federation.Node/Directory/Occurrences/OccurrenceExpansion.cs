using CafeIA.Federation.Node.Directory.Content;
using NodaTime;

namespace CafeIA.Federation.Node.Directory.Occurrences;

/// <summary>From the dates an event gives to the times it takes place: all past ones, and those a rule makes up to <see cref="HorizonMonths"/> ahead.</summary>
/// <remarks>
/// It never throws and always ends, whatever another hub wrote: explicit dates and generated ones are bounded, and a rule that cannot be followed
/// leaves the first start. Local times become moments by the zone's rules: an hour that the clock skips moves forward by the gap, an hour that comes twice is the first.
/// </remarks>
internal static class OccurrenceExpansion
{
    /// <summary>How far ahead a rule is followed; dates that are written out are kept however far they lie.</summary>
    public const int HorizonMonths = 18;

    /// <summary>Dates written out, in each of the lists an event has for them.</summary>
    public const int MaxExplicit = 800;

    /// <summary>Occurrences that a rule makes; the latest are kept, because what is to come matters more than the distant past.</summary>
    public const int MaxGenerated = 5000;

    private static readonly DateTimeZone DefaultZone = DateTimeZoneProviders.Tzdb["Europe/Paris"];

    public static Expansion Expand(EventContent content, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(content);
        if (!LocalMoment.TryParse(content.Start, out var start))
            return Expansion.None;

        var zone = DateTimeZoneProviders.Tzdb.GetZoneOrNull(content.TimeZone) ?? DefaultZone;
        var span = OccurrenceSpan.Of(content, zone, start, content.End);
        if (content.Recurrence is { } recurrence)
            return SeriesExpansion.Expand(content, start, recurrence, span, now.AddMonths(HorizonMonths));
        if (content.Dates.Count == 0)
            return new Expansion([span.At(start, content.Status)], null, false);
        return Listed(content, zone, span.At(start, content.Status));
    }

    private static Expansion Listed(EventContent content, DateTimeZone zone, Occurrence first)
    {
        var occurrences = new List<Occurrence>(content.Dates.Count + 1) { first };
        foreach (var date in content.Dates)
        {
            if (occurrences.Count == MaxExplicit)
                break;
            if (LocalMoment.TryParse(date.Start, out var start))
                occurrences.Add(OccurrenceSpan.Of(content, zone, start, date.End).At(start, OccurrenceSpan.Status(content, date.Status)));
        }
        occurrences.Sort(static (left, right) => left.StartUtc.CompareTo(right.StartUtc));
        return new Expansion(occurrences, null, occurrences.Count <= content.Dates.Count);
    }
}
