using System.Collections.Concurrent;
using System.Globalization;
using NodaTime;
using NodaTime.TimeZones;

namespace CafeIA.Federation.Node.Directory.Calendar;

/// <summary>VTIMEZONE of a zone (RFC 5545, section 3.6.5): its offsets from a year on.</summary>
/// <remarks>
/// Where the clock changes on the same weekday of the same months in every year that is looked at, two rules say it for ever; otherwise each change is written out
/// for <see cref="YearsAhead"/> years.
/// </remarks>
internal static class IcsZone
{
    private const int YearsAhead = 20;

    private static readonly ConcurrentDictionary<(string Zone, int Year), string[]> Known = new();

    /// <summary>The lines of the component, without line ends.</summary>
    public static IReadOnlyList<string> Lines(DateTimeZone zone, int fromYear) => Known.GetOrAdd((zone.Id, fromYear), static (key, zone) => Build(zone, key.Year), zone);

    private static string[] Build(DateTimeZone zone, int fromYear)
    {
        List<string> lines = ["BEGIN:VTIMEZONE", $"TZID:{zone.Id}"];
        var start = Instant.FromUtc(fromYear, 1, 1, 0, 0);
        var first = zone.GetZoneInterval(start);
        var changes = Changes(zone, first, Instant.FromUtc(fromYear + YearsAhead, 1, 1, 0, 0));
        Observance(lines, first, first.WallOffset, $"{fromYear:0000}0101T000000", null);
        var rules = changes.Count > 0 ? YearlyRules(changes) : null;
        for (var i = 0; i < changes.Count && (rules is null || i < rules.Length); i++)
        {
            var change = changes[i];
            Observance(lines, change.To, change.From.WallOffset, Local(change), rules?[i]);
        }
        lines.Add("END:VTIMEZONE");
        return [.. lines];
    }

    private static List<(ZoneInterval From, ZoneInterval To)> Changes(DateTimeZone zone, ZoneInterval first, Instant end)
    {
        var changes = new List<(ZoneInterval, ZoneInterval)>();
        for (var interval = first; interval.HasEnd && interval.End < end;)
        {
            var next = zone.GetZoneInterval(interval.End);
            changes.Add((interval, next));
            interval = next;
        }
        return changes;
    }

    /// <summary>RFC 5545: an observance starts at the local time before the change.</summary>
    private static LocalDateTime Onset((ZoneInterval From, ZoneInterval To) change) => change.To.Start.WithOffset(change.From.WallOffset).LocalDateTime;

    private static string Local((ZoneInterval From, ZoneInterval To) change) =>
        Onset(change).ToString("yyyyMMdd'T'HHmmss", CultureInfo.InvariantCulture);

    /// <summary>The two yearly rules that all changes follow; null where there are none.</summary>
    private static string[]? YearlyRules(List<(ZoneInterval From, ZoneInterval To)> changes)
    {
        if (changes.Count < 2 * (YearsAhead - 1))
            return null;
        foreach (var describe in new Func<LocalDateTime, string>[] { LastWeekday, NthWeekday })
        {
            string[] rules = [describe(Onset(changes[0])), describe(Onset(changes[1]))];
            if (!changes.Select((change, i) => describe(Onset(change)) == rules[i % 2] && Onset(change).TimeOfDay == Onset(changes[i % 2]).TimeOfDay).Contains(false))
                return rules;
        }
        return null;
    }

    private static string LastWeekday(LocalDateTime onset) =>
        onset.Day + 7 > CalendarSystem.Iso.GetDaysInMonth(onset.Year, onset.Month) ? Rule(onset, -1) : "";

    private static string NthWeekday(LocalDateTime onset) => Rule(onset, ((onset.Day - 1) / 7) + 1);

    private static string Rule(LocalDateTime onset, int nth) =>
        string.Create(CultureInfo.InvariantCulture, $"FREQ=YEARLY;BYMONTH={onset.Month};BYDAY={nth}{onset.DayOfWeek.ToString()[..2].ToUpperInvariant()}");

    private static void Observance(List<string> lines, ZoneInterval interval, Offset from, string local, string? rule)
    {
        var kind = interval.Savings == Offset.Zero ? "STANDARD" : "DAYLIGHT";
        lines.Add($"BEGIN:{kind}");
        lines.Add($"DTSTART:{local}");
        if (!string.IsNullOrEmpty(rule))
            lines.Add($"RRULE:{rule}");
        lines.Add($"TZOFFSETFROM:{Text(from)}");
        lines.Add($"TZOFFSETTO:{Text(interval.WallOffset)}");
        lines.Add($"TZNAME:{interval.Name}");
        lines.Add($"END:{kind}");
    }

    private static string Text(Offset offset)
    {
        var minutes = Math.Abs(offset.Seconds) / 60;
        return string.Create(CultureInfo.InvariantCulture, $"{(offset.Seconds < 0 ? '-' : '+')}{minutes / 60:00}{minutes % 60:00}");
    }
}
