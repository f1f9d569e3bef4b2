using System.Globalization;
using CafeIA.Federation.Node.Directory.Occurrences;
using NodaTime;

namespace CafeIA.Federation.Node.Directory.Calendar;

/// <summary>Writes the dates of one event: all as dates, or all as local times of its zone.</summary>
internal sealed class IcsTimes(IcsLines lines, DateTimeZone zone, bool asDates)
{
    private const string Date = "yyyyMMdd";
    private const string Time = "yyyyMMdd'T'HHmmss";

    private readonly string parameters = asDates ? ";VALUE=DATE" : zone.Id is "Etc/UTC" or "UTC" ? "" : $";TZID={zone.Id}";
    private readonly string suffix = !asDates && zone.Id is "Etc/UTC" or "UTC" ? "Z" : "";

    public void One(string name, LocalMoment moment) => lines.Raw($"{name}{parameters}:{Text(moment.Value)}");

    /// <summary>The start and the end; an end in days is excluded in iCalendar and included here.</summary>
    public void Span(string startName, string endName, LocalMoment start, string? end)
    {
        One(startName, start);
        var given = LocalMoment.TryParse(end, out var last) && last >= start && (asDates || last.HasTime);
        if (asDates)
            lines.Raw($"{endName}{parameters}:{Text((given ? last : start).Value.Date.AddDays(1))}");
        else if (given)
            One(endName, last);
    }

    /// <summary>Several dates in one property; those that cannot be read are left out, and a day alone means the series' hour on that day.</summary>
    public void List(string name, IEnumerable<string> texts, LocalMoment? hourOf = null)
    {
        var written = new List<string>();
        foreach (var text in texts)
        {
            if (!LocalMoment.TryParse(text, out var moment))
                continue;
            var value = moment.HasTime || hourOf is not { } hour ? moment.Value : moment.Value.Date + hour.Value.TimeOfDay;
            written.Add(Text(value));
        }
        if (written.Count > 0)
            lines.Raw($"{name}{parameters}:{string.Join(',', written)}");
    }

    /// <summary>The rule with UNTIL in the form that DTSTART demands (a date, or UTC); null for a rule that is not followed.</summary>
    public string? Rule(string rule)
    {
        var parsed = RecurrenceRules.Parse(rule);
        if (!parsed.IsOk)
            return null;
        if (rule.StartsWith("RRULE:", StringComparison.OrdinalIgnoreCase))
            rule = rule["RRULE:".Length..];
        string? until = null;
        if (parsed.Value.Until is { } text)
        {
            if (!RecurrenceUntil.TryRead(text, zone, !asDates, out var last))
                return null;
            until = asDates
                ? last.ToString(Date, CultureInfo.InvariantCulture)
                : zone.AtLeniently(LocalDateTime.FromDateTime(last)).ToDateTimeUtc().ToString(Time + "'Z'", CultureInfo.InvariantCulture);
        }
        return string.Join(';', Parts(rule, until));
    }

    /// <summary>Each part anew, without what only its writer knows: nothing of another hub's text reaches the line unread.</summary>
    private static IEnumerable<string> Parts(string rule, string? until)
    {
        foreach (var part in rule.ToUpperInvariant().Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var equals = part.IndexOf('=', StringComparison.Ordinal);
            var name = part[..equals];
            if (!name.StartsWith("X-", StringComparison.Ordinal))
                yield return $"{name}={(name == "UNTIL" ? until : part[(equals + 1)..].Trim())}";
        }
    }

    /// <summary>The end that makes another start last as long as the first; null where no end is given.</summary>
    public static string? SameLength(LocalMoment start, string? end, string otherStart) =>
        LocalMoment.TryParse(end, out var last) && LocalMoment.TryParse(otherStart, out var other)
            ? (other with { Value = other.Value + (last.Value - start.Value) }).ToString()
            : null;

    private string Text(DateTime value) => value.ToString(asDates ? Date : Time, CultureInfo.InvariantCulture) + suffix;
}
