using CafeIA.Federation.Node.Directory.Occurrences;
using CafeIA.Federation.Protocol;
using NodaTime;
using NodaTime.Text;
using NodaTime.TimeZones;

namespace CafeIA.Federation.Node.Directory.Content;

/// <summary>What the dates of an event must fulfil.</summary>
internal static class TimeRules
{
    /// <summary>Judges the dates and writes each in its one form; a time with an offset becomes the local time of the event's zone.</summary>
    public static EventContent Settle(EventContent content, Findings findings)
    {
        var zone = DateTimeZoneProviders.Tzdb.GetZoneOrNull(content.TimeZone);
        if (zone is null)
        {
            RefuseZone(content.TimeZone, findings);
            return content;
        }
        if (content.Start is null)
        {
            if (content.End is not null || content.Recurrence is not null || content.Dates.Count > 0)
                findings.Add("start-required", "Il faut un début pour donner une fin, d’autres dates ou une répétition.", "start");
            return content;
        }
        if (content.Recurrence is not null && content.Dates.Count > 0)
            findings.Add("rule-and-dates", "Un événement a une répétition ou une liste de dates, pas les deux.", "dates");

        var single = content.Recurrence is null && content.Dates.Count == 0;
        var start = Read(content.Start, "start", zone, findings);
        var end = Read(content.End, "end", zone, findings);
        JudgeSpan(content.AllDay, start, end, "", single, findings);
        var dates = Dates(content, zone, findings);
        var recurrence = content.Recurrence is { } series ? SettleSeries(content, series, start, zone, findings) : null;
        return content with { Start = start?.ToString(), End = end?.ToString(), Dates = dates, Recurrence = recurrence };
    }

    /// <summary>Windows names are no zones here; the name they stand for is offered.</summary>
    private static void RefuseZone(string name, Findings findings)
    {
        TzdbDateTimeZoneSource.Default.WindowsMapping.PrimaryMapping.TryGetValue(name, out var meant);
        findings.Add("unknown-time-zone", "Ce fuseau horaire n’est pas connu ; il se donne par son nom IANA, comme « Europe/Paris ».", "timeZone", meant is null ? [] : [meant]);
    }

    private static LocalMoment? Read(string? text, string field, DateTimeZone zone, Findings findings)
    {
        if (text is null)
            return null;
        if (LocalMoment.TryParse(text, out var moment))
            return moment;
        if (OffsetDateTimePattern.ExtendedIso.Parse(text) is { Success: true } instant
            && instant.Value.Year is > LocalMoment.MinYear and < LocalMoment.MaxYear)
        {
            return new LocalMoment(instant.Value.InZone(zone).LocalDateTime.ToDateTimeUnspecified(), true);
        }
        findings.Add("bad-date", "Cette date n’existe pas ou n’a pas la forme 2026-12-03T18:30 (ou 2026-12-03 sans heure).", field);
        return null;
    }

    private static void JudgeSpan(bool allDay, LocalMoment? start, LocalMoment? end, string prefix, bool mayLast, Findings findings)
    {
        if (start is not { } from)
            return;
        if (allDay && (from.HasTime || end?.HasTime == true))
            findings.Add("all-day-with-hour", "Un événement d’une journée entière n’a pas d’heure : donnez seulement le jour.", prefix + (from.HasTime ? "start" : "end"));
        if (end is not { } to)
            return;
        if (from.HasTime != to.HasTime)
            findings.Add("hour-on-one-side", "Le début et la fin ont une heure tous les deux, ou aucun.", prefix + "end");
        else if (to < from)
            findings.Add("end-before-start", "La fin est avant le début.", prefix + "end");
        else if (from.HasTime && !mayLast && to.Value - from.Value > TimeSpan.FromHours(ContentLimits.OccurrenceHours))
            findings.Add("too-long", $"Une séance dure au plus {ContentLimits.OccurrenceHours} heures.", prefix + "end");
        else if (to.Value - from.Value > TimeSpan.FromDays(ContentLimits.Days))
            findings.Add("too-long", $"Un événement dure au plus {ContentLimits.Days} jours.", prefix + "end");
    }

    private static DateContent[] Dates(EventContent content, DateTimeZone zone, Findings findings)
    {
        if (content.Dates.Count >= OccurrenceExpansion.MaxExplicit)
        {
            TooMany("dates", findings);
            return [];
        }
        var settled = new DateContent[content.Dates.Count];
        for (var i = 0; i < settled.Length; i++)
        {
            var date = content.Dates[i];
            var start = Read(date.Start, $"dates[{i}].start", zone, findings);
            var end = Read(date.End, $"dates[{i}].end", zone, findings);
            JudgeSpan(content.AllDay, start, end, $"dates[{i}].", false, findings);
            findings.Term("unknown-status", "L’état", $"dates[{i}].status", date.Status, Vocabulary.Statuses);
            settled[i] = date with { Start = start?.ToString() ?? "", End = end?.ToString() };
        }
        return settled;
    }

    private static RecurrenceContent SettleSeries(EventContent content, RecurrenceContent series, LocalMoment? start, DateTimeZone zone, Findings findings)
    {
        if (series.Rule is { } rule)
        {
            var parsed = RecurrenceRules.Parse(rule);
            if (!parsed.IsOk)
                findings.Add(parsed.Refusal);
            else if (parsed.Value.Until is { } until && !RecurrenceUntil.TryRead(until, zone, start?.HasTime ?? true, out _))
                findings.Add(RecurrenceRules.Bad, "La fin de la répétition (UNTIL) n’est pas une date valable.", "recurrence.rule");
        }
        if (series.Added.Count >= OccurrenceExpansion.MaxExplicit)
            TooMany("recurrence.added", findings);
        if (series.Excluded.Count > OccurrenceExpansion.MaxExplicit)
            TooMany("recurrence.excluded", findings);
        if (series.Changed.Count > OccurrenceExpansion.MaxExplicit)
            TooMany("recurrence.changed", findings);
        if (findings.First is not null)
            return series;
        return series with
        {
            Added = Moments(series.Added, "recurrence.added", zone, findings),
            Excluded = Moments(series.Excluded, "recurrence.excluded", zone, findings),
            Changed = ChangedOnes(content, series.Changed, zone, findings),
        };
    }

    private static string[] Moments(IReadOnlyList<string> texts, string field, DateTimeZone zone, Findings findings)
    {
        var settled = new string[texts.Count];
        for (var i = 0; i < settled.Length; i++)
            settled[i] = Read(texts[i], $"{field}[{i}]", zone, findings)?.ToString() ?? "";
        return settled;
    }

    private static ChangedOccurrenceContent[] ChangedOnes(EventContent content, IReadOnlyList<ChangedOccurrenceContent> changes, DateTimeZone zone, Findings findings)
    {
        var settled = new ChangedOccurrenceContent[changes.Count];
        for (var i = 0; i < settled.Length; i++)
        {
            var change = changes[i];
            var field = $"recurrence.changed[{i}]";
            var occurrence = Read(change.Occurrence, $"{field}.occurrence", zone, findings);
            var start = Read(change.Start, $"{field}.start", zone, findings);
            var end = Read(change.End, $"{field}.end", zone, findings);
            JudgeSpan(content.AllDay, start ?? occurrence, end, $"{field}.", false, findings);
            findings.Term("unknown-status", "L’état", $"{field}.status", change.Status, Vocabulary.Statuses);
            findings.Text($"{field}.title", change.Title, ContentLimits.Title);
            findings.Text($"{field}.note", change.Note, ContentLimits.Short);
            settled[i] = change with { Occurrence = occurrence?.ToString() ?? "", Start = start?.ToString(), End = end?.ToString() };
        }
        return settled;
    }

    private static void TooMany(string field, Findings findings) =>
        findings.Add("too-many-dates", $"Un événement a au plus {OccurrenceExpansion.MaxExplicit} dates.", field);
}
