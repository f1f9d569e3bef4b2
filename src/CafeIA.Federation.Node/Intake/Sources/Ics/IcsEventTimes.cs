using CafeIA.Federation.Node.Directory.Content;
using CafeIA.Federation.Node.Directory.Occurrences;
using CafeIA.Federation.Protocol;

namespace CafeIA.Federation.Node.Intake.Sources.Ics;

/// <summary>Reads the dates of one VEVENT: start, end or duration, rule, added and excluded dates.</summary>
internal sealed class IcsEventTimes(IcsComponent component, IcsZones zones, List<Refusal> notes)
{
    public Refusal? Refusal { get; private set; }

    public string? Start { get; private set; }

    public string? End { get; private set; }

    public bool AllDay { get; private set; }

    public string Zone { get; private set; } = zones.Default;

    public RecurrenceContent? Recurrence { get; private set; }

    public IcsTime? Occurrence { get; private set; }

    public void Read()
    {
        if (component.Find("RECURRENCE-ID") is { } occurrence)
        {
            Occurrence = One(occurrence);
            if (occurrence.Parameter("RANGE") is not null)
                Note("range-ignored", "La modification vaut pour toutes les séances suivantes (RANGE) : elle est prise pour cette séance seulement.", occurrence.Line);
        }
        var rule = component.Find("RRULE");
        if (component.Find("DTSTART") is not { } property)
        {
            Refuse("start-required", "Cet événement n’a pas de début (DTSTART).", component.Line);
            return;
        }
        if (One(property) is not { } start)
            return;
        // A rule on UTC times keeps its hours in UTC; a single moment is shown on the clock of the place.
        Zone = start.IsUtc && rule is null && Occurrence is null ? zones.Default : start.Zone;
        var local = start.In(Zone);
        AllDay = !local.HasTime;
        ReadEnd(local);
        if (component.Find("X-MICROSOFT-CDO-ALLDAYEVENT")?.Value.Trim() is "TRUE" or "true" && local.HasTime && local.Value.TimeOfDay == TimeSpan.Zero)
            BecomeDays(ref local);
        Start = local.ToString();
        ReadSeries(rule, local);
    }

    private void ReadEnd(LocalMoment start)
    {
        if (component.Find("DTEND") is { } property)
        {
            if (One(property) is not { } end)
                return;
            var last = end.In(Zone);
            if (last.HasTime != start.HasTime)
            {
                Note("hour-on-one-side", "Le début et la fin n’ont pas la même forme : la fin n’est pas prise.", property.Line);
                return;
            }
            if (AllDay)
                last = last.Value > start.Value ? new(last.Value.AddDays(-1), false) : last;
            End = last.ToString();
            if (last < start)
                Refuse("end-before-start", "La fin est avant le début.", property.Line);
            else if (last == start)
                End = null;
        }
        else if (component.Find("DURATION") is { } duration)
        {
            if (!IcsTime.TryDuration(duration.Value, out var length) || length > TimeSpan.FromDays(ContentLimits.Days))
                Note("bad-duration", "La durée n’est pas lisible : la fin n’est pas prise.", duration.Line);
            else if (AllDay && length > TimeSpan.FromDays(1))
                End = new LocalMoment(start.Value.AddDays(Math.Ceiling(length.TotalDays) - 1), false).ToString();
            else if (!AllDay && length > TimeSpan.Zero)
                End = new LocalMoment(start.Value + length, true).ToString();
        }
    }

    /// <summary>Exchange writes whole days from midnight to midnight and says so beside.</summary>
    private void BecomeDays(ref LocalMoment start)
    {
        start = new(start.Value, false);
        AllDay = true;
        if (LocalMoment.TryParse(End, out var end))
            End = end.Value.Date.AddDays(end.Value.TimeOfDay == TimeSpan.Zero ? -1 : 0) is var day && day > start.Value ? new LocalMoment(day, false).ToString() : null;
    }

    private void ReadSeries(IcsProperty? rule, LocalMoment start)
    {
        var added = Many("RDATE");
        var excluded = Many("EXDATE");
        if (component.All("RRULE").Skip(1).FirstOrDefault() is { } second)
            Note("second-rule", "Une deuxième règle de répétition n’est pas prise.", second.Line);
        if (component.Find("EXRULE") is { } exception)
            Note("exclusion-rule", "Une règle d’exclusion (EXRULE) n’existe plus dans la norme : elle n’est pas prise.", exception.Line);
        if (rule is null && added.Count == 0)
            return;
        Recurrence = new RecurrenceContent
        {
            Rule = string.IsNullOrWhiteSpace(rule?.Value) ? null : rule.Value.Trim(),
            Added = [.. added.Where(text => text != start.ToString())],
            Excluded = excluded,
        };
    }

    private List<string> Many(string name)
    {
        var texts = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var property in component.All(name))
        {
            var zone = ZoneOf(property);
            if (zone is null)
                continue;
            foreach (var value in property.Value.Split(',', StringSplitOptions.RemoveEmptyEntries))
            {
                // A period: its start; its own length has no place in the model.
                var text = value.Split('/')[0];
                if (IcsTime.TryParse(text, zone, out var time))
                    texts.Add(AllDay ? time.In(Zone).Date.ToString("O", System.Globalization.CultureInfo.InvariantCulture) : time.In(Zone).ToString());
                else
                    Note("bad-date", $"Une date de {name} n’existe pas : elle n’est pas prise.", property.Line);
            }
        }
        return [.. texts];
    }

    private IcsTime? One(IcsProperty property)
    {
        if (ZoneOf(property) is not { } zone)
            return null;
        if (IcsTime.TryParse(property.Value, zone, out var time))
            return time;
        Refuse("bad-date", $"La date de {property.Name} n’existe pas ou n’est pas lisible.", property.Line);
        return null;
    }

    private string? ZoneOf(IcsProperty property)
    {
        if (property.Parameter("TZID") is not { } name || property.Value.TrimEnd().EndsWith('Z'))
            return zones.Default;
        var zone = zones.Resolve(name);
        if (zone.Name is null)
            Refuse("unknown-time-zone", $"Le fuseau horaire « {name} » n’est pas connu et le fichier ne le décrit pas.", property.Line);
        else if (zone.Note is { } note && !notes.Exists(known => known.Code == "zone-understood"))
            Note("zone-understood", note, property.Line);
        return zone.Name;
    }

    private void Refuse(string code, string sentence, int line) => Refusal ??= new Refusal(code, sentence) { Line = line };

    private void Note(string code, string sentence, int line) => notes.Add(new Refusal(code, sentence) { Line = line });
}
