using System.Globalization;
using CafeIA.Federation.Node.Site.Text;

namespace CafeIA.Federation.Node.Site.Asking;

internal enum AgendaKind
{
    /// <summary>From today on, or the period that is asked for.</summary>
    List,
    Day,
    Week,

    /// <summary>A table of days with how much each has.</summary>
    Month,
}

/// <summary>How the agenda is looked at: parameters <c>vue</c> (jour, semaine, mois) and <c>jour</c> (a day in it, such as <c>2026-12-03</c>).</summary>
/// <param name="Kind">Which of the views.</param>
/// <param name="Day">The day that is asked for; today where none is.</param>
internal sealed record AgendaView(AgendaKind Kind, DateOnly Day)
{
    public const string KindField = "vue";
    public const string DayField = "jour";

    private const string Written = "yyyy-MM-dd";

    /// <summary>Years that a calendar can be turned to.</summary>
    private static readonly (int First, int Last) Years = (1970, 2200);

    /// <summary>The first day that is shown.</summary>
    public DateOnly First => Kind switch
    {
        AgendaKind.Week => Day.AddDays(-DaysSinceMonday(Day)),
        AgendaKind.Month => new(Day.Year, Day.Month, 1),
        _ => Day,
    };

    /// <summary>How many days are shown.</summary>
    public int Days => Kind switch
    {
        AgendaKind.Week => 7,
        AgendaKind.Month => DateTime.DaysInMonth(Day.Year, Day.Month),
        _ => 1,
    };

    /// <summary>« Semaine du 30 novembre au 6 décembre 2026 ».</summary>
    public string Title => Kind switch
    {
        AgendaKind.Week => PageLanguage.In(
            $"Semaine du {Wording.DayAndMonth(First)} au {Wording.DayAndMonth(First.AddDays(6))}{French.Space}{First.AddDays(6).Year}",
            $"Week of {Wording.DayAndMonth(First)} to {Wording.DayAndMonth(First.AddDays(6))}{French.Space}{First.AddDays(6).Year}"),
        AgendaKind.Month => Wording.Month(First),
        _ => Wording.Day(Day),
    };

    /// <summary>What is not understood is the list, and today.</summary>
    public static AgendaView Of(AgendaForm form, DateOnly today)
    {
        var kind = form[KindField] switch
        {
            "jour" => AgendaKind.Day,
            "semaine" => AgendaKind.Week,
            "mois" => AgendaKind.Month,
            _ => AgendaKind.List,
        };
        var isDay = DateOnly.TryParseExact(form[DayField], Written, CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) && day.Year >= Years.First && day.Year <= Years.Last;
        return new(kind, isDay ? day : today);
    }

    /// <summary>Address of another view, or another day, of the same search; its period is the view's own.</summary>
    public static string Address(AgendaForm form, AgendaKind kind, DateOnly? day) => form.With("/agenda",
    [
        (KindField, kind switch { AgendaKind.Day => "jour", AgendaKind.Week => "semaine", AgendaKind.Month => "mois", _ => null }),
        (DayField, kind == AgendaKind.List ? null : day?.ToString(Written, CultureInfo.InvariantCulture)),
        ("from", null),
        ("to", null),
        ("sans-date", null),
    ]);

    /// <summary>The day in the view before (-1) or after (1).</summary>
    public DateOnly Turned(int steps) => Kind switch
    {
        AgendaKind.Week => Day.AddDays(7 * steps),
        AgendaKind.Month => First.AddMonths(steps),
        _ => Day.AddDays(steps),
    };

    /// <summary>0 for a Monday.</summary>
    public static int DaysSinceMonday(DateOnly day) => ((int)day.DayOfWeek + 6) % 7;
}
