using System.Runtime.CompilerServices;
using CafeIA.Federation.Node.Directory.Content;
using CafeIA.Federation.Protocol;

namespace CafeIA.Federation.Node.Intake.Sources.Ics;

/// <summary>Reads a calendar file (RFC 5545) into drafts. The file is read twice: zones first, because an event may stand before its zone.</summary>
internal static class IcsDrafts
{
    public static async IAsyncEnumerable<ImportedDraft> ReadAsync(Stream file, ImportSettings settings, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var zones = new IcsZones(settings.TimeZone);
        var zonePass = new IcsFile(file);
        await foreach (var component in zonePass.ReadAsync(cancellationToken))
        {
            if (component is { Name: "VTIMEZONE", Refusal: null })
                zones.Define(component);
        }
        if (!zonePass.HasCalendar)
        {
            yield return new ImportedDraft(1, null) { Refusal = new Refusal("not-a-calendar", "Ce fichier n’est pas un calendrier : il lui manque BEGIN:VCALENDAR.") { Line = 1 }, EndsEarly = true };
            yield break;
        }
        zones.TakeDefault(zonePass.Calendar.FirstOrDefault(static property => property.Name == "X-WR-TIMEZONE")?.Value);
        var isCancellation = zonePass.Calendar.Exists(static property => property.Name == "METHOD" && property.Value.Trim().Equals("CANCEL", StringComparison.OrdinalIgnoreCase));

        file.Position = 0;
        var events = new IcsFile(file);
        var reader = new IcsEventReader(zones, settings);
        var series = new IcsSeries();
        await foreach (var component in events.ReadAsync(cancellationToken))
        {
            if (component.Name == "VEVENT")
                series.Add(reader.Read(component));
        }
        foreach (var record in series.Joined())
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return Draft(isCancellation ? record with { Content = record.Content with { Status = "cancelled" } } : record, settings);
        }
        if (events.IsTruncated)
        {
            yield return new ImportedDraft(events.LastLine, null)
            {
                Refusal = new Refusal("file-truncated", "Le fichier s’arrête avant la fin du calendrier (END:VCALENDAR) : il manque peut-être des événements.") { Line = events.LastLine },
                EndsEarly = true,
            };
        }
    }

    private static ImportedDraft Draft(IcsRecord record, ImportSettings settings)
    {
        if (record.Refusal is { } refusal)
            return new ImportedDraft(record.Line, record.Uid) { Refusal = refusal, Notes = record.Notes };
        var uid = record.Uid ?? SourceUid.Of(record.Content);
        var content = record.Content with { Source = record.Content.Source! with { Name = settings.SourceName, Uid = uid } };
        var judged = EventRules.Check(content, settings.Communes);
        return judged.IsOk
            ? new ImportedDraft(record.Line, uid) { Event = judged.Value, Notes = record.Notes }
            : new ImportedDraft(record.Line, uid) { Refusal = judged.Refusal with { Line = LineOf(record, judged.Refusal.Field) }, Notes = record.Notes };
    }

    /// <summary>The line of the property at fault: <c>recurrence.excluded[3]</c> is on EXDATE's.</summary>
    private static int LineOf(IcsRecord record, string? field)
    {
        while (field is { Length: > 0 })
        {
            if (record.FieldLines.TryGetValue(field, out var line))
                return line;
            field = field[..Math.Max(0, field.LastIndexOfAny(['.', '[']))];
        }
        return record.Line;
    }
}
