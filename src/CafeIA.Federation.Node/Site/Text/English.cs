using System.Globalization;

namespace CafeIA.Federation.Node.Site.Text;

/// <summary>Days, hours, counts and ages in English, on the 24-hour clock that France uses.</summary>
internal static class English
{
    private static readonly string[] Days = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
    private static readonly string[] MonthNames = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];

    /// <summary>“Thursday 3 December 2026”.</summary>
    public static string Day(DateOnly day) => $"{Weekday(day)} {DayAndMonth(day)} {Year(day)}";

    /// <summary>“3 December”.</summary>
    public static string DayAndMonth(DateOnly day) => string.Create(CultureInfo.InvariantCulture, $"{day.Day}{French.Space}{MonthNames[day.Month - 1]}");

    /// <summary>“Thursday”.</summary>
    public static string Weekday(DateOnly day) => Days[(int)day.DayOfWeek];

    /// <summary>“Dec”.</summary>
    public static string ShortMonth(DateOnly day) => MonthNames[day.Month - 1][..3];

    /// <summary>“December 2026”.</summary>
    public static string Month(DateOnly day) => $"{MonthNames[day.Month - 1]}{French.Space}{Year(day)}";

    /// <summary>“18:30”.</summary>
    public static string Time(TimeOnly time) => time.ToString("HH:mm", CultureInfo.InvariantCulture);

    /// <summary>“12,345”.</summary>
    public static string Number(long number) => number.ToString("#,0", CultureInfo.InvariantCulture);

    /// <summary>“1 café”, “12,345 cafés”.</summary>
    public static string Count(long number, string one, string many) => $"{Number(number)}{French.Space}{(Math.Abs(number) == 1 ? one : many)}";

    /// <summary>“3 minutes ago”.</summary>
    public static string Age(TimeSpan age) => age switch
    {
        { TotalSeconds: < 2 } => "just now",
        { TotalSeconds: < 60 } => $"{Count((long)age.TotalSeconds, "second", "seconds")} ago",
        { TotalMinutes: < 60 } => $"{Count((long)age.TotalMinutes, "minute", "minutes")} ago",
        { TotalHours: < 24 } => $"{Count((long)age.TotalHours, "hour", "hours")} ago",
        _ => $"{Count((long)age.TotalDays, "day", "days")} ago",
    };

    private static string Year(DateOnly day) => day.Year.ToString(CultureInfo.InvariantCulture);
}
