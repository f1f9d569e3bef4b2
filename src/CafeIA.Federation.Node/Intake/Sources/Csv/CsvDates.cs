using System.Globalization;
using System.Text.RegularExpressions;
using CafeIA.Federation.Node.Directory.Occurrences;

namespace CafeIA.Federation.Node.Intake.Sources.Csv;

/// <summary>Dates and hours as people and spreadsheets write them in French: <c>2026-12-03 18:30</c>, <c>03/12/2026 18h30</c>, <c>jeudi 3 décembre 2026 à 18h</c>.</summary>
/// <remarks>With slashes the day comes first, always: 12/25/2026 is refused rather than guessed.</remarks>
internal static partial class CsvDates
{
    private static readonly string[] Months =
        ["janvier", "fevrier", "mars", "avril", "mai", "juin", "juillet", "aout", "septembre", "octobre", "novembre", "decembre"];

    public static bool TryParse(string text, out LocalMoment moment)
    {
        moment = default;
        var match = Numeric().Match(text.Trim());
        if (match.Success)
            return Make(match.Groups["y"].Value, match.Groups["m"].Value, match.Groups["d"].Value, match.Groups["t"].Value, out moment);
        match = Written().Match(text.Trim());
        if (!match.Success)
            return false;
        var month = Array.FindIndex(Months, name => CultureInfo.InvariantCulture.CompareInfo.Compare(
            name, match.Groups["m"].Value, CompareOptions.IgnoreCase | CompareOptions.IgnoreNonSpace) == 0);
        return month >= 0 && Make(match.Groups["y"].Value, (month + 1).ToString(CultureInfo.InvariantCulture), match.Groups["d"].Value, match.Groups["t"].Value, out moment);
    }

    /// <summary><c>18:30</c>, <c>18h30</c>, <c>18h</c>, <c>18:30:00</c>.</summary>
    public static bool TryTime(string text, out TimeSpan time)
    {
        time = default;
        var match = Hour().Match(text.Trim());
        if (!match.Success)
            return false;
        var (hour, minute) = (Number(match.Groups["h"].Value), match.Groups["n"].Length == 0 ? 0 : Number(match.Groups["n"].Value));
        time = new TimeSpan(hour, minute, 0);
        return hour < 24 && minute < 60;
    }

    private static bool Make(string year, string month, string day, string time, out LocalMoment moment)
    {
        moment = default;
        var (y, m, d) = (Number(year), Number(month), Number(day));
        if (y is < LocalMoment.MinYear or > LocalMoment.MaxYear || m is < 1 or > 12 || d < 1 || d > DateTime.DaysInMonth(y, m))
            return false;
        var date = new DateTime(y, m, d);
        if (string.IsNullOrWhiteSpace(time))
        {
            moment = new(date, false);
            return true;
        }
        if (!TryTime(time, out var hour))
            return false;
        moment = new(date + hour, true);
        return true;
    }

    private static int Number(string text) => int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^(?:(?<y>[0-9]{4})[-/](?<m>[0-9]{1,2})[-/](?<d>[0-9]{1,2})|(?<d>[0-9]{1,2})[-/.](?<m>[0-9]{1,2})[-/.](?<y>[0-9]{4}))(?:(?:\s*T|\s+(?:à\s+)?|\s*,\s*)(?<t>[0-9].*))?$", RegexOptions.IgnoreCase)]
    private static partial Regex Numeric();

    [GeneratedRegex(@"^(?:\p{L}+\.?,?\s+)?(?<d>[0-9]{1,2})(?:er)?\s+(?<m>\p{L}+)\s+(?<y>[0-9]{4})(?:\s*,?\s+(?:à\s+)?(?<t>[0-9].*))?$", RegexOptions.IgnoreCase)]
    private static partial Regex Written();

    [GeneratedRegex(@"^(?<h>[0-9]{1,2})\s*(?:[h:]\s*(?<n>[0-9]{2})?(?::[0-9]{2}(?:\.0+)?)?(?:\s*min)?)$", RegexOptions.IgnoreCase)]
    private static partial Regex Hour();
}
