using CafeIA.Federation.Node.Directory.Occurrences;
using CafeIA.Federation.Node.Directory.Search;
using NodaTime;

namespace CafeIA.Federation.Node.Site.Text;

/// <summary>An occurrence as a sentence, on the clock of the place where it is held.</summary>
internal static class When
{
    private const string Home = "Europe/Paris";

    private static readonly DateTimeZone HomeZone = DateTimeZoneProviders.Tzdb[Home];

    public static string NoDate => PageLanguage.In("Date non précisée", "Date not given");

    public static string NoTime => PageLanguage.In("horaire non précisé", "time not given");

    private static string AllDay => PageLanguage.In("toute la journée", "all day");

    /// <summary>« jeudi 3 décembre 2026 de 18 h 30 à 20 h 30 », « du 3 décembre 2026 au 5 décembre 2026 ».</summary>
    public static string Sentence(Occurrence occurrence, string timeZone)
    {
        var (start, end) = Local(occurrence, timeZone);
        var first = DateOnly.FromDateTime(start);
        if (!occurrence.TimeGiven)
        {
            var last = LastDay(first, end);
            var days = last == first ? Wording.Day(first) : In($"du {Wording.Day(first)} au {Wording.Day(last)}", $"{Wording.Day(first)} to {Wording.Day(last)}");
            return $"{days}, {(occurrence.AllDay ? AllDay : NoTime)}";
        }
        if (!occurrence.EndGiven || end <= start || DateOnly.FromDateTime(end) == first)
            return $"{Wording.Day(first)} {Hours(occurrence, timeZone)}";
        var (from, to, lastDay) = (Time(start), Time(end), Wording.Day(DateOnly.FromDateTime(end)));
        return In($"du {Wording.Day(first)} à {from} au {lastDay} à {to}", $"{Wording.Day(first)} at {from} to {lastDay} at {to}") + Zone(timeZone);
    }

    /// <summary>The hours alone, where the day stands beside them: « de 18 h 30 à 20 h 30 », « à 18 h 30 », « toute la journée ».</summary>
    public static string Hours(Occurrence occurrence, string timeZone)
    {
        var (start, end) = Local(occurrence, timeZone);
        var first = DateOnly.FromDateTime(start);
        if (!occurrence.TimeGiven)
        {
            var last = LastDay(first, end);
            var until = last == first ? "" : In($", jusqu’au {Wording.Day(last)}", $", until {Wording.Day(last)}");
            return (occurrence.AllDay ? AllDay : NoTime) + until;
        }
        var from = Time(start);
        if (!occurrence.EndGiven || end <= start)
            return In($"à {from}", $"at {from}") + Zone(timeZone);
        var to = Time(end);
        var day = Wording.Day(DateOnly.FromDateTime(end));
        return (DateOnly.FromDateTime(end) == first
            ? In($"de {from} à {to}", $"from {from} to {to}")
            : In($"à partir de {from}, jusqu’au {day} à {to}", $"from {from}, until {day} at {to}")) + Zone(timeZone);
    }

    /// <summary>For the datetime attribute and schema.org: a day, or a moment with its offset.</summary>
    public static string Machine(Occurrence occurrence, string timeZone) => occurrence.TimeGiven
        ? In(occurrence.StartUtc, timeZone).ToString("uuuu'-'MM'-'dd'T'HH':'mm':'sso<m>", System.Globalization.CultureInfo.InvariantCulture)
        : occurrence.Date.ToString("O", System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>The same for its end; null where nobody said when it ends.</summary>
    public static string? MachineEnd(Occurrence occurrence, string timeZone)
    {
        if (!occurrence.EndGiven)
            return null;
        return occurrence.TimeGiven
            ? In(occurrence.EndUtc, timeZone).ToString("uuuu'-'MM'-'dd'T'HH':'mm':'sso<m>", System.Globalization.CultureInfo.InvariantCulture)
            : LastDay(occurrence.Date, Local(occurrence, timeZone).End).ToString("O", System.Globalization.CultureInfo.InvariantCulture);
    }

    /// <summary>The day it is in mainland France.</summary>
    public static DateOnly Today(TimeProvider time) => Day(time.GetUtcNow());

    public static DateOnly Day(DateTimeOffset moment) => Instant.FromDateTimeOffset(moment).InZone(HomeZone).Date.ToDateOnly();

    /// <summary>« 3 décembre 2026 à 18 h 30 », in mainland France.</summary>
    public static string Moment(DateTimeOffset moment)
    {
        var local = Instant.FromDateTimeOffset(moment).InZone(HomeZone).ToDateTimeUnspecified();
        var day = $"{Wording.DayAndMonth(DateOnly.FromDateTime(local))}{French.Space}{local.Year}";
        return In($"{day} à {Time(local)}", $"{day} at {Time(local)}");
    }

    /// <summary>The first moment of a day in mainland France.</summary>
    public static DateTimeOffset Midnight(DateOnly day) => FilterTime.Midnight(day);

    private static (DateTime Start, DateTime End) Local(Occurrence occurrence, string timeZone) =>
        (In(occurrence.StartUtc, timeZone).ToDateTimeUnspecified(), In(occurrence.EndUtc, timeZone).ToDateTimeUnspecified());

    private static ZonedDateTime In(DateTimeOffset moment, string timeZone) =>
        Instant.FromDateTimeOffset(moment).InZone(DateTimeZoneProviders.Tzdb.GetZoneOrNull(timeZone) ?? HomeZone);

    /// <summary>The end of days is excluded: midnight after the last one.</summary>
    private static DateOnly LastDay(DateOnly first, DateTime end)
    {
        var last = DateOnly.FromDateTime(end.AddTicks(-1));
        return last < first ? first : last;
    }

    private static string Zone(string timeZone) => timeZone == Home ? "" : In($" (heure locale, {timeZone})", $" (local time, {timeZone})");

    private static string Time(DateTime local) => Wording.Time(TimeOnly.FromDateTime(local));

    private static string In(string french, string english) => PageLanguage.In(french, english);
}
