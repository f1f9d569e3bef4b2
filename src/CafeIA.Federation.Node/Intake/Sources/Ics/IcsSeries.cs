using CafeIA.Federation.Node.Directory.Content;
using CafeIA.Federation.Node.Directory.Occurrences;
using CafeIA.Federation.Protocol;

namespace CafeIA.Federation.Node.Intake.Sources.Ics;

/// <summary>Puts the changed occurrences of a series (RECURRENCE-ID) into the series; those whose series is not in the file stand alone.</summary>
internal sealed class IcsSeries
{
    private readonly List<IcsRecord> order = [];
    private readonly Dictionary<string, List<IcsRecord>> byUid = new(StringComparer.Ordinal);

    public void Add(IcsRecord record)
    {
        if (record.Uid is null || record.Refusal is not null)
        {
            order.Add(record);
            return;
        }
        if (!byUid.TryGetValue(record.Uid, out var records))
        {
            byUid[record.Uid] = records = [];
            order.Add(record);
        }
        records.Add(record);
    }

    /// <summary>In the order of the file.</summary>
    public IEnumerable<IcsRecord> Joined()
    {
        foreach (var record in order)
        {
            if (record.Uid is null || record.Refusal is not null || !byUid.Remove(record.Uid, out var records))
            {
                yield return record;
                continue;
            }
            foreach (var joined in Join(records))
                yield return joined;
        }
    }

    private static IEnumerable<IcsRecord> Join(List<IcsRecord> records)
    {
        // The same event twice: the higher revision is the present one, and of equals the later.
        var master = records.Where(static record => record.Occurrence is null).OrderBy(static record => record.Sequence).LastOrDefault();
        var changes = records.Where(static record => record.Occurrence is not null).ToList();
        if (master is null)
        {
            foreach (var orphan in changes)
                yield return Alone(orphan);
            yield break;
        }
        foreach (var record in records)
        {
            if (record.Occurrence is null && record != master)
                master.Notes.Add(new Refusal("superseded", "Le même événement est deux fois dans le fichier : la version la plus récente est prise.") { Line = record.Line });
            master.Notes.AddRange(record == master || record.Occurrence is null ? [] : record.Notes);
        }
        yield return changes.Count == 0 ? master : With(master, changes);
    }

    private static IcsRecord Alone(IcsRecord orphan)
    {
        orphan.Notes.Add(new Refusal("series-missing", "Cette séance modifiée appartient à une série qui n’est pas dans le fichier : elle est prise comme un événement seul.") { Line = orphan.Line });
        return orphan with { Uid = $"{orphan.Uid}#{orphan.Occurrence!.Value.In("Etc/UTC")}", Content = orphan.Content with { Recurrence = null } };
    }

    private static IcsRecord With(IcsRecord master, List<IcsRecord> changes)
    {
        var content = master.Content;
        var changed = new Dictionary<string, (int Sequence, ChangedOccurrenceContent Change)>(StringComparer.Ordinal);
        foreach (var record in changes)
        {
            var change = Change(content, record);
            if (!changed.TryGetValue(change.Occurrence, out var known) || known.Sequence <= record.Sequence)
                changed[change.Occurrence] = (record.Sequence, change);
        }
        var series = content.Recurrence ?? new RecurrenceContent();
        var list = changed.Values.Select(static pair => pair.Change).OrderBy(static change => change.Occurrence, StringComparer.Ordinal).ToArray();
        return master with { Content = content with { Recurrence = series with { Changed = list } } };
    }

    private static ChangedOccurrenceContent Change(EventContent master, IcsRecord record)
    {
        var own = record.Content;
        var occurrence = record.Occurrence!.Value.In(master.TimeZone);
        if (master.AllDay)
            occurrence = new LocalMoment(occurrence.Value.Date, false);
        var start = Local(own.Start, own.TimeZone, master);
        var end = Local(own.End, own.TimeZone, master);
        var sameStart = start is null || start == occurrence;
        var usual = LocalMoment.TryParse(master.Start, out var first) && LocalMoment.TryParse(master.End, out var last) ? last.Value - first.Value : TimeSpan.Zero;
        var sameEnd = end is null || end.Value.Value - (start ?? occurrence).Value == usual;
        return new ChangedOccurrenceContent
        {
            Occurrence = occurrence.ToString(),
            Start = sameStart ? null : start.ToString(),
            End = sameEnd ? null : end.ToString(),
            Status = own.Status == master.Status ? null : own.Status,
            Title = own.Title == master.Title || own.Title.Length == 0 ? null : own.Title,
        };
    }

    private static LocalMoment? Local(string? text, string zone, EventContent master)
    {
        if (!LocalMoment.TryParse(text, out var moment))
            return null;
        var local = new IcsTime(moment, zone, false).In(master.TimeZone);
        return master.AllDay ? new LocalMoment(local.Value.Date, false) : local;
    }
}
