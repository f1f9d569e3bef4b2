using System.Globalization;
using CafeIA.Federation.Node.Directory.Content;
using CafeIA.Federation.Protocol;

namespace CafeIA.Federation.Node.Intake.Sources.Ics;

/// <summary>Reads one VEVENT into the model. Attendees, contacts and addresses of persons are not read: they were not written for publication.</summary>
internal sealed class IcsEventReader(IcsZones zones, ImportSettings settings)
{
    public IcsRecord Read(IcsComponent component)
    {
        var uid = component.Find("UID")?.Text().Trim();
        uid = string.IsNullOrEmpty(uid) ? null : uid;
        if (component.Refusal is { } broken)
            return new IcsRecord(component.Line, uid) { Refusal = broken };
        if (component.Find("CLASS") is { } visibility && visibility.Value.Trim().ToUpperInvariant() is "PRIVATE" or "CONFIDENTIAL")
            return new IcsRecord(component.Line, uid) { Refusal = new Refusal("not-public", "Cet événement est marqué privé (CLASS) : il n’est pas publié.") { Line = visibility.Line } };

        var notes = new List<Refusal>();
        foreach (var line in component.BrokenFolds.Take(1))
            notes.Add(new Refusal("broken-fold", "Une ligne est coupée au milieu du texte sans retrait : elle est rattachée à la précédente.") { Line = line });
        var times = new IcsEventTimes(component, zones, notes);
        times.Read();
        var content = Words(component, notes) with
        {
            Start = times.Start,
            End = times.End,
            AllDay = times.AllDay,
            TimeZone = times.Zone,
            Recurrence = times.Recurrence,
        };
        return new IcsRecord(component.Line, uid)
        {
            Occurrence = times.Occurrence,
            Sequence = int.TryParse(component.Find("SEQUENCE")?.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var sequence) ? sequence : 0,
            Content = content,
            Notes = notes,
            FieldLines = Lines(component),
            Refusal = times.Refusal,
        };
    }

    private EventContent Words(IcsComponent component, List<Refusal> notes)
    {
        var url = component.Find("URL")?.Value.Trim();
        var link = (component.Find("CONFERENCE") ?? component.Find("X-GOOGLE-CONFERENCE"))?.Value.Trim();
        var location = component.Find("LOCATION")?.Text().Trim();
        if (location is not null && Findings.IsWebAddress(location))
            (link, location) = (link ?? location, null);
        var place = IcsPlace.Read(location, component.Find("GEO"), settings, notes);
        var title = Cut(component.Find("SUMMARY"), ContentLimits.Title, notes);
        var categories = component.All("CATEGORIES").SelectMany(static property => property.Text().Split(',')).ToArray();
        return new EventContent
        {
            Title = title ?? "",
            Description = Cut(component.Find("DESCRIPTION"), ContentLimits.Description, notes),
            Format = categories.Select(static name => Vocabulary.Find(Vocabulary.Formats, name)).FirstOrDefault(static name => name is not null) ?? settings.Format,
            Themes = [.. categories.Select(static name => Vocabulary.Find(Vocabulary.Themes, name)).OfType<string>().Distinct()],
            Place = place,
            OnlineLink = link is not null && Findings.IsWebAddress(link) ? link : null,
            Organisers = Organiser(component.Find("ORGANIZER")),
            Status = component.Find("STATUS")?.Value.Trim().ToUpperInvariant() switch { "CANCELLED" => "cancelled", "TENTATIVE" => "tentative", _ => "confirmed" },
            Source = new SourceContent { Url = url is not null && Findings.IsWebAddress(url) ? url : null },
        };
    }

    /// <summary>Text as long as the model allows; what is cut off is said.</summary>
    private static string? Cut(IcsProperty? property, int max, List<Refusal> notes)
    {
        var text = property?.Text().Replace("\r", "", StringComparison.Ordinal).Trim();
        if (text is null || text.Length <= max)
            return text;
        notes.Add(new Refusal("text-cut", $"Ce texte a {text.Length} caractères ; les {max} premiers sont pris.") { Line = property!.Line });
        var end = char.IsHighSurrogate(text[max - 2]) ? max - 2 : max - 1;
        return text[..end] + "…";
    }

    private static PartyContent[] Organiser(IcsProperty? property)
    {
        var name = property?.Parameter("CN")?.Trim();
        return string.IsNullOrEmpty(name) || name.Contains('@', StringComparison.Ordinal) || name.Length > ContentLimits.Short ? [] : [new PartyContent { Name = name }];
    }

    private static Dictionary<string, int> Lines(IcsComponent component)
    {
        var lines = new Dictionary<string, int>();
        foreach (var (field, name) in new[]
        {
            ("title", "SUMMARY"), ("description", "DESCRIPTION"), ("start", "DTSTART"), ("timeZone", "DTSTART"), ("end", "DTEND"), ("recurrence.rule", "RRULE"),
            ("recurrence.excluded", "EXDATE"), ("recurrence.added", "RDATE"), ("place", "LOCATION"),
        })
        {
            if (component.Find(name) is { } property)
                lines[field] = property.Line;
        }
        return lines;
    }
}
