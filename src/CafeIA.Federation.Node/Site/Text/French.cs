using System.Globalization;

namespace CafeIA.Federation.Node.Site.Text;

/// <summary>Days, hours, counts and ages as one writes them in French, with the spaces that keep a number and its word on one line.</summary>
internal static class French
{
    /// <summary>No-break space.</summary>
    public const char Space = '\u00a0';

    /// <summary>Narrow no-break space, between thousands and before ; ! ?</summary>
    public const char Thin = '\u202f';

    private static readonly string[] Days = ["dimanche", "lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi"];
    private static readonly string[] MonthNames = ["janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre"];
    private static readonly string[] ShortMonths = ["janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc."];

    /// <summary>« jeudi 3 décembre 2026 ».</summary>
    public static string Day(DateOnly day) => $"{Days[(int)day.DayOfWeek]} {DayAndMonth(day)} {Year(day)}";

    /// <summary>« 3 décembre », « 1er mars ».</summary>
    public static string DayAndMonth(DateOnly day) => $"{DayNumber(day)}{Space}{MonthNames[day.Month - 1]}";

    public static string DayNumber(DateOnly day) => day.Day == 1 ? "1er" : day.Day.ToString(CultureInfo.InvariantCulture);

    /// <summary>« jeudi ».</summary>
    public static string Weekday(DateOnly day) => Days[(int)day.DayOfWeek];

    /// <summary>« déc. ».</summary>
    public static string ShortMonth(DateOnly day) => ShortMonths[day.Month - 1];

    /// <summary>« décembre 2026 ».</summary>
    public static string Month(DateOnly day) => $"{MonthNames[day.Month - 1]}{Space}{Year(day)}";

    /// <summary>« 18 h 30 », « 18 h ».</summary>
    public static string Time(TimeOnly time) => time.Minute == 0
        ? string.Create(CultureInfo.InvariantCulture, $"{time.Hour}{Space}h")
        : string.Create(CultureInfo.InvariantCulture, $"{time.Hour}{Space}h{Space}{time.Minute:00}");

    /// <summary>« 12 345 ».</summary>
    public static string Number(long number)
    {
        var digits = number.ToString(CultureInfo.InvariantCulture);
        for (var i = digits.Length - 3; i > (number < 0 ? 1 : 0); i -= 3)
            digits = digits.Insert(i, Thin.ToString());
        return digits;
    }

    /// <summary>« 1 café », « 12 345 cafés ».</summary>
    public static string Count(long number, string one, string many) => $"{Number(number)}{Space}{(Math.Abs(number) < 2 ? one : many)}";

    /// <summary>« il y a 3 minutes ».</summary>
    public static string Age(TimeSpan age) => age switch
    {
        { TotalSeconds: < 2 } => "à l’instant",
        { TotalSeconds: < 60 } => $"il y a {Count((long)age.TotalSeconds, "seconde", "secondes")}",
        { TotalMinutes: < 60 } => $"il y a {Count((long)age.TotalMinutes, "minute", "minutes")}",
        { TotalHours: < 24 } => $"il y a {Count((long)age.TotalHours, "heure", "heures")}",
        _ => $"il y a {Count((long)age.TotalDays, "jour", "jours")}",
    };

    /// <summary>« 1 h 30 », « 45 min ».</summary>
    public static string Minutes(int minutes) => minutes < 60
        ? string.Create(CultureInfo.InvariantCulture, $"{minutes}{Space}min")
        : Time(new(Math.Min(minutes / 60, 23), minutes % 60));

    private static string Year(DateOnly day) => day.Year.ToString(CultureInfo.InvariantCulture);
}
