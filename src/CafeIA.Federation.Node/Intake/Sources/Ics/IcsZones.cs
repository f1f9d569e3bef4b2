using System.Globalization;
using System.Text.RegularExpressions;
using NodaTime;
using NodaTime.TimeZones;

namespace CafeIA.Federation.Node.Intake.Sources.Ics;

/// <summary>From the names that producers give to zones to IANA names: Windows names, Outlook's <c>" 1"</c>, display names with cities, paths, blanks.</summary>
internal sealed partial class IcsZones(string defaultZone)
{
    /// <summary>Zones that a definition without a usable name is compared with, by their offsets.</summary>
    private static readonly string[] Candidates =
    [
        "Europe/Paris", "Europe/London", "Europe/Athens", "America/Martinique", "America/Cayenne", "America/Miquelon", "Indian/Reunion", "Indian/Mayotte",
        "Pacific/Noumea", "Pacific/Tahiti", "Pacific/Wallis", "America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles",
    ];

    /// <summary>Dates in winter and summer at which offsets are compared.</summary>
    private static readonly Instant[] Probes = [Instant.FromUtc(2024, 1, 15, 12, 0), Instant.FromUtc(2024, 7, 15, 12, 0)];

    private readonly Dictionary<string, IcsComponent> definitions = new(StringComparer.Ordinal);
    private readonly Dictionary<string, IcsZone> resolved = new(StringComparer.Ordinal);

    /// <summary>IANA name for times that name no zone: the calendar's, else the import's.</summary>
    public string Default { get; private set; } = defaultZone;

    public void Define(IcsComponent zone)
    {
        if (zone.Find("TZID") is { } id)
            definitions[id.Value.Trim()] = zone;
    }

    /// <summary>Takes X-WR-TIMEZONE, which many calendars have instead of a zone for each time.</summary>
    public void TakeDefault(string? name)
    {
        if (name is not null && Known(name.Trim()) is { } zone)
            Default = zone;
    }

    /// <param name="name">A TZID as written.</param>
    public IcsZone Resolve(string name)
    {
        if (!resolved.TryGetValue(name, out var zone))
            resolved[name] = zone = Find(name.Trim().Trim('"').Trim());
        return zone;
    }

    private IcsZone Find(string name)
    {
        if (name.Length == 0)
            return new(Default, $"Le fuseau horaire est vide : compris comme « {Default} ».");
        if (Known(name) is { } known)
            return new(known, null);
        if (TzdbDateTimeZoneSource.Default.WindowsMapping.PrimaryMapping.TryGetValue(name, out var iana))
            return new(iana, $"Le fuseau horaire « {name} » est un nom de Windows : compris comme « {iana} ».");
        definitions.TryGetValue(name, out var definition);
        if (definition?.Find("X-LIC-LOCATION")?.Value is { } location && Known(location.Trim()) is { } located)
            return new(located, null);
        if ((ByPath(name) ?? ByCity(name) ?? ByShownOffset(name) ?? (definition is null ? null : ByOffsets(definition))) is { } guessed)
            return new(guessed, $"Le fuseau horaire « {name} » n’a pas de nom connu : compris comme « {guessed} ». À la source, donnez-lui son nom IANA.");
        return new(null, null);
    }

    private static string? Known(string name) => DateTimeZoneProviders.Tzdb.GetZoneOrNull(name)?.Id
        ?? TzdbDateTimeZoneSource.Default.ZoneLocations?.FirstOrDefault(location => string.Equals(location.ZoneId, name, StringComparison.OrdinalIgnoreCase))?.ZoneId;

    /// <summary>From <c>/freeassociation.sourceforge.net/Europe/Paris</c>.</summary>
    private static string? ByPath(string name)
    {
        var parts = name.Split('/', StringSplitOptions.RemoveEmptyEntries);
        for (var i = 1; i < parts.Length; i++)
        {
            if (Known(string.Join('/', parts[i..])) is { } zone)
                return zone;
        }
        return null;
    }

    /// <summary>From <c>(UTC+01:00) Bruxelles, Copenhague, Madrid, Paris</c>: the last city that names a zone, and Paris before all others.</summary>
    private static string? ByCity(string name)
    {
        string? found = null;
        foreach (var word in name.Split([',', '/', ')', '(', ';'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var city = "/" + word.Replace(' ', '_');
            var zone = TzdbDateTimeZoneSource.Default.ZoneLocations?.FirstOrDefault(location => location.ZoneId.EndsWith(city, StringComparison.OrdinalIgnoreCase))?.ZoneId;
            if (zone == "Europe/Paris")
                return zone;
            found = zone ?? found;
        }
        return found;
    }

    /// <summary>From <c>(UTC-05:00) Eastern Time (US &amp; Canada)</c>: the best known zone that has this offset in winter.</summary>
    private static string? ByShownOffset(string name)
    {
        var match = ShownOffset().Match(name);
        if (!match.Success)
            return null;
        var minutes = (int.Parse(match.Groups[2].ValueSpan, CultureInfo.InvariantCulture) * 60) + int.Parse(match.Groups[3].ValueSpan, CultureInfo.InvariantCulture);
        var seconds = minutes * 60 * (match.Groups[1].Value == "-" ? -1 : 1);
        return Candidates.FirstOrDefault(candidate => DateTimeZoneProviders.Tzdb[candidate].GetUtcOffset(Probes[0]).Seconds == seconds);
    }

    private string? ByOffsets(IcsComponent definition)
    {
        var standard = Offset(definition, "STANDARD");
        var daylight = Offset(definition, "DAYLIGHT") ?? standard;
        if (standard is null)
            return null;
        foreach (var candidate in Candidates.Prepend(Default))
        {
            var zone = DateTimeZoneProviders.Tzdb[candidate];
            var offsets = Probes.Select(probe => zone.GetUtcOffset(probe).Seconds / 60).ToArray();
            if (offsets.Min() == Math.Min(standard.Value, daylight!.Value) && offsets.Max() == Math.Max(standard.Value, daylight.Value))
                return candidate;
        }
        return standard == daylight && standard % 60 == 0
            ? string.Create(CultureInfo.InvariantCulture, $"Etc/GMT{(standard > 0 ? "-" : "+")}{Math.Abs(standard.Value / 60)}") is var fixedZone && Known(fixedZone) is not null ? fixedZone : null
            : null;
    }

    [GeneratedRegex(@"^\((?:UTC|GMT)([+-])(\d\d)[:.](\d\d)\)", RegexOptions.CultureInvariant)]
    private static partial Regex ShownOffset();

    /// <summary>Minutes east of Greenwich that the last observance of a kind has.</summary>
    private static int? Offset(IcsComponent definition, string kind)
    {
        var text = definition.Inner.LastOrDefault(inner => inner.Name == kind)?.Find("TZOFFSETTO")?.Value.Trim();
        if (text is not { Length: >= 5 } || !int.TryParse(text.AsSpan(1, 2), NumberStyles.None, CultureInfo.InvariantCulture, out var hours)
            || !int.TryParse(text.AsSpan(3, 2), NumberStyles.None, CultureInfo.InvariantCulture, out var minutes))
        {
            return null;
        }
        return ((hours * 60) + minutes) * (text[0] == '-' ? -1 : 1);
    }
}

/// <param name="Name">IANA name; null when nobody knows what was meant.</param>
/// <param name="Note">What was understood, where it was not plain.</param>
internal readonly record struct IcsZone(string? Name, string? Note);
