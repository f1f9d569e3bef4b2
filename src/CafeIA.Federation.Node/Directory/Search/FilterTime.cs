using System.Globalization;
using CafeIA.Federation.Node.Directory.Occurrences;
using NodaTime;

namespace CafeIA.Federation.Node.Directory.Search;

/// <summary>A bound of a period: a day, a local time, or a moment with its offset. Days and local times are those of metropolitan France.</summary>
internal static class FilterTime
{
    private static readonly DateTimeZone Zone = DateTimeZoneProviders.Tzdb["Europe/Paris"];

    /// <param name="isEnd">A day as an end is meant whole: the bound is the next midnight.</param>
    public static DateTimeOffset? Parse(FilterParameters parameters, string name, bool isEnd)
    {
        if (parameters.One(name) is not { } text)
            return null;
        if (LocalMoment.TryParse(text, out var local))
            return Moment(local, isEnd);
        // A '+' that was not encoded arrives as a space.
        if (DateTimeOffset.TryParseExact(
                text.Replace(' ', '+'), ["yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK"],
                CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var moment)
            && moment.Year is >= LocalMoment.MinYear and <= LocalMoment.MaxYear)
        {
            return moment;
        }
        return parameters.Refuse<DateTimeOffset?>("bad-date", $"« {text} » n’est pas une date : 2026-12-03, ou 2026-12-03T18:30.", name);
    }

    /// <summary>The first moment of a day in metropolitan France.</summary>
    public static DateTimeOffset Midnight(DateOnly day) => new(Zone.AtStartOfDay(LocalDate.FromDateOnly(day)).ToDateTimeUtc(), TimeSpan.Zero);

    private static DateTimeOffset Moment(LocalMoment local, bool isEnd)
    {
        var date = LocalDate.FromDateTime(local.Value);
        var zoned = local.HasTime
            ? Zone.AtLeniently(LocalDateTime.FromDateTime(local.Value))
            : Zone.AtStartOfDay(isEnd ? date.PlusDays(1) : date);
        return new DateTimeOffset(zoned.ToDateTimeUtc(), TimeSpan.Zero);
    }
}
