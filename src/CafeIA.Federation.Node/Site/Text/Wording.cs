namespace CafeIA.Federation.Node.Site.Text;

/// <summary>Days, hours, counts and ages in the language of the page.</summary>
internal static class Wording
{
    public static string Day(DateOnly day) => PageLanguage.IsEnglish ? English.Day(day) : French.Day(day);

    public static string DayAndMonth(DateOnly day) => PageLanguage.IsEnglish ? English.DayAndMonth(day) : French.DayAndMonth(day);

    public static string Weekday(DateOnly day) => PageLanguage.IsEnglish ? English.Weekday(day) : French.Weekday(day);

    public static string ShortMonth(DateOnly day) => PageLanguage.IsEnglish ? English.ShortMonth(day) : French.ShortMonth(day);

    public static string Month(DateOnly day) => PageLanguage.IsEnglish ? English.Month(day) : French.Month(day);

    public static string Time(TimeOnly time) => PageLanguage.IsEnglish ? English.Time(time) : French.Time(time);

    public static string Number(long number) => PageLanguage.IsEnglish ? English.Number(number) : French.Number(number);

    public static string Age(TimeSpan age) => PageLanguage.IsEnglish ? English.Age(age) : French.Age(age);

    /// <summary>The same in both.</summary>
    public static string Minutes(int minutes) => French.Minutes(minutes);

    /// <summary>A number with its noun: one and many in French, then in English.</summary>
    public static string Count(long number, string un, string plusieurs, string one, string many) =>
        PageLanguage.IsEnglish ? English.Count(number, one, many) : French.Count(number, un, plusieurs);

    public static string Cafes(long number) => Count(number, "café", "cafés", "café", "cafés");

    public static string Meetings(long number) => Count(number, "rencontre", "rencontres", "meeting", "meetings");
}
