using CafeIA.Federation.Node.Directory.Occurrences;
using NodaTime;

namespace CafeIA.Federation.Node.Site.Text;

/// <summary>An occurrence as a sentence, on the clock of the place where it is held.</summary>
internal static class When
{
    public const string NoDate = "Date non précisée";
    public const string NoTime = "horaire non précisé";

    private const string Home = "Europe/Paris";

    private static readonly DateTimeZone HomeZone = DateTimeZoneProviders.Tzdb[Home];

    /// <summary>« jeudi 3 décembre 2026 de 18 h 30 à 20 h 30 », « du 3 décembre 2026 au 5 décembre 2026 ».</summary>
    public static string Sentence(Occurrence occurrence, string timeZone)
    {
        var (start, end) = Local(occurrence, timeZone);
        var first = DateOnly.FromDateTime(start);
        if (!occurrence.TimeGiven)
        {
            var last = LastDay(first, end);
            var days = last == first ? French.Day(first) : $"du {French.Day(first)} au {French.Day(last)}";
            return occurrence.AllDay ? $"{days}, toute la journée" : $"{days}, {NoTime}";
        }
        if (!occurrence.EndGiven || end <= start)
            return $"{French.Day(first)} à {French.Time(TimeOnly.FromDateTime(start))}{Zone(timeZone)}";
        if (DateOnly.FromDateTime(end) == first)
            return $"{French.Day(first)} {Hours(occurrence, timeZone)}";
        return $"du {French.Day(first)} à {French.Time(TimeOnly.FromDateTime(start))} au {French.Day(DateOnly.FromDateTime(end))} à {French.Time(TimeOnly.FromDateTime(end))}{Zone(timeZone)}";
    }

    /// <summary>The hours alone, where the day stands beside them: « de 18 h 30 à 20 h 30 », « à 18 h 30 », « toute la journée ».</summary>
    public static string Hours(Occurrence occurrence, string timeZone)
    {
        var (start, end) = Local(occurrence, timeZone);
        var first = DateOnly.FromDateTime(start);
        if (!occurrence.TimeGiven)
        {
            var last = LastDay(first, end);
            var until = last == first ? "" : $", jusqu’au {French.Day(last)}";
            return (occurrence.AllDay ? "toute la journée" : NoTime) + until;
        }
        var from = French.Time(TimeOnly.FromDateTime(start));
        if (!occurrence.EndGiven || end <= start)
            return $"à {from}{Zone(timeZone)}";
        return DateOnly.FromDateTime(end) == first
            ? $"de {from} à {French.Time(TimeOnly.FromDateTime(end))}{Zone(timeZone)}"
            : $"à partir de {from}, jusqu’au {French.Day(DateOnly.FromDateTime(end))} à {French.Time(TimeOnly.FromDateTime(end))}{Zone(timeZone)}";
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
        return $"{French.DayAndMonth(DateOnly.FromDateTime(local))}{French.Space}{local.Year} à {French.Time(TimeOnly.FromDateTime(local))}";
    }

    /// <summary>The first moment of a day in mainland France.</summary>
    public static DateTimeOffset Midnight(DateOnly day) => HomeZone.AtStartOfDay(LocalDate.FromDateOnly(day)).ToDateTimeOffset().ToUniversalTime();

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

    private static string Zone(string timeZone) => timeZone == Home ? "" : $" (heure locale, {timeZone})";
}
