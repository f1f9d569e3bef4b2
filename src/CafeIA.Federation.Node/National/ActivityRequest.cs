using System.Globalization;
using CafeIA.Federation.Node.Directory.Search;
using CafeIA.Federation.Protocol;
using Microsoft.Extensions.Primitives;

namespace CafeIA.Federation.Node.National;

/// <summary>Whole months of activity to count.</summary>
/// <param name="From">First day, the first of a month.</param>
/// <param name="To">The day after the last, the first of a month.</param>
/// <param name="WithExamples">Count what is marked as an example too.</param>
internal sealed record ActivityRequest(DateOnly From, DateOnly To, bool WithExamples)
{
    public const int MonthsBack = 12;
    public const int MonthsAhead = 6;

    /// <summary>Months in one request.</summary>
    public const int MaxMonths = 120;

    private const int MinYear = 2000;
    private const int MaxYear = 2100;

    /// <summary>The current month, the 12 before it and the 6 after it.</summary>
    public static ActivityRequest Around(DateOnly today)
    {
        var month = new DateOnly(today.Year, today.Month, 1);
        return new(month.AddMonths(-MonthsBack), month.AddMonths(MonthsAhead + 1), false);
    }

    public static ActivityRequest Year(int year) => new(new DateOnly(year, 1, 1), new DateOnly(year + 1, 1, 1), false);

    /// <summary>Reads <c>year=2026</c>, or <c>from=2026-01&amp;to=2026-06</c> (months, both included), and <c>examples=true</c>.</summary>
    public static Result<ActivityRequest> Parse(IEnumerable<KeyValuePair<string, StringValues>> query, DateOnly today)
    {
        var parameters = new FilterParameters(query);
        var request = Around(today);
        if (parameters.One("year") is { } text)
        {
            if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var year) || year is < MinYear or > MaxYear)
                return new Refusal("bad-year", $"L’année va de {MinYear} à {MaxYear}.", "year");
            request = Year(year);
        }
        request = request with
        {
            From = Month(parameters, "from") ?? request.From,
            To = Month(parameters, "to")?.AddMonths(1) ?? request.To,
            WithExamples = parameters.Flag("examples") ?? false,
        };
        if (parameters.Refusal is { } refusal)
            return refusal;
        if (request.To <= request.From)
            return new Refusal("to-before-from", "La fin de la période (to) doit venir après son début (from).", "to");
        return request.From.AddMonths(MaxMonths) < request.To
            ? new Refusal("period-too-long", $"La période compte au plus {MaxMonths} mois.", "to")
            : request;
    }

    private static DateOnly? Month(FilterParameters parameters, string name)
    {
        if (parameters.One(name) is not { } text)
            return null;
        if (DateOnly.TryParseExact(text, ["yyyy-MM", "yyyy-MM-dd"], CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) && day.Year is >= MinYear and <= MaxYear)
            return new DateOnly(day.Year, day.Month, 1);
        return parameters.Refuse<DateOnly?>("bad-month", $"« {text} » n’est pas un mois : 2026-03.", name);
    }
}
