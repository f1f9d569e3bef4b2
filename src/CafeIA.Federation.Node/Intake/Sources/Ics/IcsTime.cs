using System.Globalization;
using CafeIA.Federation.Node.Directory.Occurrences;
using NodaTime;

namespace CafeIA.Federation.Node.Intake.Sources.Ics;

/// <summary>A date or a time of a calendar, with the zone it is in.</summary>
/// <param name="Zone">IANA name; of no meaning for a day alone.</param>
/// <param name="IsUtc">Written with Z: the moment is known, the place's clock is not.</param>
internal readonly record struct IcsTime(LocalMoment Local, string Zone, bool IsUtc)
{
    private static readonly string[] Forms =
    [
        "yyyyMMdd'T'HHmmss", "yyyyMMdd'T'HHmm", "yyyy-MM-dd'T'HH:mm:ss", "yyyy-MM-dd'T'HH:mm", "yyyyMMdd", "yyyy-MM-dd",
    ];

    /// <summary>The local time in another zone.</summary>
    public LocalMoment In(string zone)
    {
        if (!Local.HasTime || zone == Zone)
            return Local;
        var moment = DateTimeZoneProviders.Tzdb[Zone].AtLeniently(LocalDateTime.FromDateTime(Local.Value));
        return new LocalMoment(moment.WithZone(DateTimeZoneProviders.Tzdb[zone]).LocalDateTime.ToDateTimeUnspecified(), true);
    }

    /// <param name="text">One value, such as <c>20261203T183000Z</c>.</param>
    /// <param name="zone">Zone of a value without Z.</param>
    public static bool TryParse(string text, string zone, out IcsTime time)
    {
        time = default;
        text = text.Trim().Trim('"');
        var isUtc = text.EndsWith('Z') || text.EndsWith('z');
        var body = isUtc ? text[..^1] : text;
        if (!DateTime.TryParseExact(body, Forms, CultureInfo.InvariantCulture, DateTimeStyles.None, out var value)
            || value.Year is < LocalMoment.MinYear or > LocalMoment.MaxYear)
        {
            return false;
        }
        var hasTime = body.Contains('T', StringComparison.Ordinal);
        time = new(new LocalMoment(value, hasTime), isUtc ? "Etc/UTC" : zone, isUtc && hasTime);
        return true;
    }

    /// <summary>A DURATION (RFC 5545, section 3.3.6), such as <c>PT1H30M</c>, <c>P1D</c> or <c>P2W</c>; false for a negative one.</summary>
    public static bool TryDuration(string text, out TimeSpan duration)
    {
        duration = TimeSpan.Zero;
        var rest = text.Trim().TrimStart('+').AsSpan();
        if (rest.Length < 2 || rest[0] != 'P' || rest.Length > 32)
            return false;
        var number = -1L;
        foreach (var c in rest[1..])
        {
            if (char.IsAsciiDigit(c))
            {
                number = Math.Min(1_000_000, (Math.Max(number, 0) * 10) + (c - '0'));
                continue;
            }
            if (c == 'T' && number < 0)
                continue;
            if (number < 0 || Unit(c) is not { } unit)
                return false;
            duration += unit * number;
            number = -1;
        }
        return number < 0;
    }

    private static TimeSpan? Unit(char c) => c switch
    {
        'W' => TimeSpan.FromDays(7),
        'D' => TimeSpan.FromDays(1),
        'H' => TimeSpan.FromHours(1),
        'M' => TimeSpan.FromMinutes(1),
        'S' => TimeSpan.FromSeconds(1),
        _ => null,
    };
}
