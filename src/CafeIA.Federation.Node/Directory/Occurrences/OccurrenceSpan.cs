using CafeIA.Federation.Node.Directory.Content;
using NodaTime;

namespace CafeIA.Federation.Node.Directory.Occurrences;

/// <summary>How long the occurrences of an event last, on the clock of the place: an evening from 18:30 to 20:30 stays so over a change of the hour.</summary>
internal readonly record struct OccurrenceSpan(DateTimeZone Zone, TimeSpan Length, bool AllDay, bool HasTime, bool EndGiven)
{
    private static readonly TimeSpan MaxLength = TimeSpan.FromDays(366);

    /// <summary>The span between a start and its end; an end that is absent, unreadable or before the start counts as not given.</summary>
    public static OccurrenceSpan Of(EventContent content, DateTimeZone zone, LocalMoment start, string? end)
    {
        var hasTime = start.HasTime && !content.AllDay;
        var given = LocalMoment.TryParse(end, out var last) && last >= start && last.Value - start.Value <= MaxLength && (last.HasTime || !hasTime);
        var length = given ? (hasTime ? last.Value - start.Value : last.Value.Date - start.Value.Date) : TimeSpan.Zero;
        return new(zone, length, content.AllDay, hasTime, given || content.AllDay);
    }

    /// <summary>A cancelled event is cancelled on each of its dates; otherwise a date's own status wins.</summary>
    public static string Status(EventContent content, string? own) => content.Status == "cancelled" ? content.Status : own ?? content.Status;

    public Occurrence At(LocalMoment start, string status, string? title = null)
    {
        if (!HasTime)
        {
            var day = LocalDate.FromDateTime(start.Value);
            var last = day.PlusDays((int)Length.TotalDays);
            return new(Moment(Zone.AtStartOfDay(day)), Moment(Zone.AtStartOfDay(last.PlusDays(1))), start.Date, AllDay, false, EndGiven, status, title);
        }
        var from = Moment(Zone.AtLeniently(LocalDateTime.FromDateTime(start.Value)));
        if (Length == TimeSpan.Zero)
            return new(from, from, start.Date, false, true, EndGiven, status, title);
        var to = Moment(Zone.AtLeniently(LocalDateTime.FromDateTime(start.Value + Length)));
        // An end in the hour that comes twice can fall before a start in its second pass.
        return new(from, to < from ? from : to, start.Date, false, true, EndGiven, status, title);
    }

    private static DateTimeOffset Moment(ZonedDateTime zoned) => new(zoned.ToDateTimeUtc(), TimeSpan.Zero);
}
