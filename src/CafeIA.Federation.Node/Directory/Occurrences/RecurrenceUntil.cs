using System.Globalization;
using NodaTime;

namespace CafeIA.Federation.Node.Directory.Occurrences;

/// <summary>UNTIL of a rule: in UTC it means a moment, without Z a local time, without an hour the whole day.</summary>
internal static class RecurrenceUntil
{
    /// <param name="text">RFC 5545 form, such as <c>20261231T225959Z</c>.</param>
    /// <param name="zone">The series' zone.</param>
    /// <param name="hasTime">The series' starts have an hour.</param>
    /// <param name="last">The last local time at which the series may start.</param>
    public static bool TryRead(string text, DateTimeZone zone, bool hasTime, out DateTime last)
    {
        var ok = TryParse(text, "yyyyMMdd'T'HHmmss'Z'", out last);
        if (ok && last.Year is > LocalMoment.MinYear and < LocalMoment.MaxYear)
        {
            last = LocalDateTime.FromDateTime(last).InUtc().WithZone(zone).LocalDateTime.ToDateTimeUnspecified();
        }
        else if (!ok && !TryParse(text, "yyyyMMdd'T'HHmmss", out last))
        {
            if (!TryParse(text, "yyyyMMdd", out last))
                return false;
            if (hasTime && last.Year < LocalMoment.MaxYear)
                last = last.AddDays(1).AddSeconds(-1);
        }
        if (last.Year > LocalMoment.MaxYear)
            last = new DateTime(LocalMoment.MaxYear, 12, 31, 23, 59, 59);
        return true;
    }

    private static bool TryParse(string text, string format, out DateTime value) =>
        DateTime.TryParseExact(text, format, CultureInfo.InvariantCulture, DateTimeStyles.None, out value);
}
