using System.Globalization;
using CafeIA.Federation.Node.Directory.Occurrences;
using CafeIA.Federation.Node.Directory.Places;
using CafeIA.Federation.Protocol;

namespace CafeIA.Federation.Node.Site.Propose;

/// <summary>A day as people write it: « jeudi 3 décembre », « 3/12/2026 », « demain », and as a date field sends it.</summary>
internal static class PlainDate
{
    private static readonly string[] Months = ["janvier", "fevrier", "mars", "avril", "mai", "juin", "juillet", "aout", "septembre", "octobre", "novembre", "decembre"];
    private static readonly string[] EnglishMonths = ["january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"];

    /// <summary>From Sunday, as <see cref="DayOfWeek"/> counts.</summary>
    private static readonly string[] Weekdays = ["dimanche", "lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi"];
    private static readonly string[] EnglishWeekdays = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];

    /// <param name="text">What was typed.</param>
    /// <param name="today">The day it was typed on.</param>
    /// <param name="isPast">A day without a year is the last of its kind, not the next one.</param>
    /// <param name="field">Of a refusal.</param>
    /// <returns>Refused as <c>bad-date</c>, <c>no-such-day</c> (31 February) or <c>wrong-weekday</c>.</returns>
    public static Result<DateOnly> Parse(string text, DateOnly today, bool isPast, string field)
    {
        var bad = new Refusal("bad-date", $"« {text.Trim()} » n’est pas une date : écrivez par exemple « 3 décembre {today.Year} » ou 03/12/{today.Year}.", field);
        // Keys have no accents, no « er » after a number, and one space between words; an English weekday or month is one as well.
        var words = PlaceName.Key(text.Replace(',', ' ')).Split(' ', StringSplitOptions.RemoveEmptyEntries).Where(w => w is not ("le" or "the" or "of")).ToArray();
        switch (words)
        {
            case ["aujourd", "hui"] or ["today"]:
                return today;
            case ["demain"] or ["tomorrow"]:
                return today.AddDays(1);
            case ["hier"] or ["yesterday"]:
                return today.AddDays(-1);
        }
        DayOfWeek? weekday = null;
        if (words.Length > 1 && Index(words[0], Weekdays, EnglishWeekdays) is { } named)
        {
            weekday = (DayOfWeek)named;
            words = words[1..];
        }
        if (Parts(words) is not var (day, month, year))
            return bad;
        if (year is < 100)
            year += 2000;
        if (year is < LocalMoment.MinYear or > LocalMoment.MaxYear || month is < 1 or > 12 || day is < 1 or > 31)
            return bad;
        var chosen = year ?? YearOf(day, month, today, isPast);
        if (day > DateTime.DaysInMonth(chosen, month))
            return new Refusal("no-such-day", $"Le {day} {CultureInfo.GetCultureInfo("fr-FR").DateTimeFormat.GetMonthName(month)} {chosen} n’existe pas.", field);
        var date = new DateOnly(chosen, month, day);
        return weekday is { } expected && date.DayOfWeek != expected
            ? new Refusal("wrong-weekday", $"Le {Text.French.Day(date)} n’est pas un {Weekdays[(int)expected]} : vérifiez le jour ou l’année.", field)
            : date;
    }

    /// <summary>Day, month and year of « 3 décembre 2026 », « december 3 », « 03 12 2026 » and « 2026 12 03 ».</summary>
    private static (int Day, int Month, int? Year)? Parts(string[] words)
    {
        if (words.Length is not (2 or 3))
            return null;
        int? year = words.Length == 3 && Number(words[2]) is { } last ? last : null;
        if (words.Length == 3 && year is null)
            return null;
        if (words.Length == 3 && words[0].Length == 4 && Number(words[0]) is { } first && Number(words[1]) is { } middle)
            return (year!.Value, middle, first);
        if (Number(words[0]) is { } day)
            return (Number(words[1]) ?? Index(words[1], Months, EnglishMonths) + 1) is { } month ? (day, month, year) : null;
        return Index(words[0], Months, EnglishMonths) + 1 is { } named && Number(words[1]) is { } after ? (after, named, year) : null;
    }

    private static int YearOf(int day, int month, DateOnly today, bool isPast)
    {
        var comes = month > today.Month || (month == today.Month && day >= today.Day);
        return isPast ? (comes && (day, month) != (today.Day, today.Month) ? today.Year - 1 : today.Year) : comes ? today.Year : today.Year + 1;
    }

    private static int? Number(string word) => int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static int? Index(string word, string[] french, string[] english)
    {
        var found = Array.IndexOf(french, word);
        if (found < 0)
            found = Array.IndexOf(english, word);
        return found < 0 ? null : found;
    }
}
