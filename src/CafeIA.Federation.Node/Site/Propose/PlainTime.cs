using System.Globalization;
using System.Text.RegularExpressions;
using CafeIA.Federation.Protocol;

namespace CafeIA.Federation.Node.Site.Propose;

/// <summary>An hour as people write it: « 18h30 », « 18 h », « 18:30 », « midi », « 6:30 pm ».</summary>
internal static partial class PlainTime
{
    /// <returns>Refused as <c>bad-time</c>.</returns>
    public static Result<TimeOnly> Parse(string text, string field)
    {
        var plain = text.Trim().ToLowerInvariant();
        if (plain is "midi" or "noon")
            return new TimeOnly(12, 0);
        if (plain is "minuit" or "midnight")
            return new TimeOnly(0, 0);
        var match = Written().Match(plain);
        if (match.Success)
        {
            var hour = int.Parse(match.Groups["hour"].ValueSpan, CultureInfo.InvariantCulture);
            var minute = match.Groups["minute"].Success ? int.Parse(match.Groups["minute"].ValueSpan, CultureInfo.InvariantCulture) : 0;
            if (match.Groups["half"].Success)
                hour = hour is < 1 or > 12 ? 24 : (hour % 12) + (match.Groups["half"].Value[0] == 'p' ? 12 : 0);
            if (hour < 24 && minute < 60)
                return new TimeOnly(hour, minute);
        }
        return new Refusal("bad-time", $"« {text.Trim()} » n’est pas une heure : écrivez par exemple 18h30.", field);
    }

    [GeneratedRegex(@"^(?<hour>[0-9]{1,2})\s*(?:(?:h|:|heures?)\s*(?<minute>[0-9]{2})?)?\s*(?<half>[ap]\.?m\.?)?$", RegexOptions.CultureInvariant)]
    private static partial Regex Written();
}
