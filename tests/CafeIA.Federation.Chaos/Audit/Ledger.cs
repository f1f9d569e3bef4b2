using CafeIA.Federation.Chaos.Load;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Protocol.Journal;

namespace CafeIA.Federation.Chaos.Audit;

/// <summary>Holds what one node serves of one hub's journal against what was asked and acknowledged.</summary>
internal static class Ledger
{
    /// <summary>Of a journal whose beginning came by a snapshot, what follows is held against what was acknowledged since; what its entries are is to be looked at elsewhere.</summary>
    /// <returns>A sentence for each thing that is wrong.</returns>
    public static IEnumerable<string> Check(string hub, ServedJournal served, Expectations.Picture expected)
    {
        var journal = served.Changes;
        for (var i = 0; i < journal.Count; i++)
        {
            var seq = served.Floor + (ulong)i + 1;
            if (journal[i].Header.Position.Seq != seq)
                yield return $"le numéro {seq} manque ou n’est pas à sa place ({journal[i].Header.Position})";
        }
        var written = journal.Where(c => c.Header.Kind != EntryKind.Control).ToLookup(c => c.Header.Command);
        foreach (var command in written)
        {
            if (!expected.Sent.TryGetValue((hub, command.Key), out var sent))
                yield return $"{command.First().Header.Position} ({command.First().Title}) n’a été demandé par personne";
            else if (command.Count() > 1)
                yield return $"{sent.Key} est écrit {command.Count()} fois : {string.Join(", ", command.Select(c => c.Header.Position))}";
        }
        var epoch = journal.Count > 0 ? journal[0].Header.Position.Epoch : 0;
        var entries = journal.Select(c => c.Header.Entry.Value).ToHashSet();
        foreach (var (key, answer) in expected.Acknowledged.Where(a => a.Key.Hub == hub && !expected.Excused.Contains(a.Key)))
        {
            if (!served.IsWhole && !(answer.Position is { } place && place.Epoch == epoch && place.Seq > served.Floor))
                continue;
            var sent = expected.Sent[key];
            // An epoch takes over what is current. What the entry is now is checked below.
            var isFormer = answer.Position is null || answer.Position.Value.Epoch < epoch;
            if (written[key.Id].FirstOrDefault() is not { } found)
            {
                if (isFormer && epoch > 1 && entries.Contains(answer.Entry))
                    continue;
                yield return $"{sent.Key} ({sent.Op}, {answer.Position}) a été accepté et n’est pas là";
            }
            else if (found.Header.Entry.Value != answer.Entry || found.Header.Op != sent.Op || (answer.Position is { } at && at != found.Header.Position && !isFormer))
                yield return $"{sent.Key} : accepté comme {sent.Op} de {answer.Entry} en {answer.Position}, écrit comme {found.Header.Op} de {found.Header.Entry} en {found.Header.Position}";
        }
        foreach (var wrong in served.IsWhole ? CheckEntries(hub, journal, expected) : [])
            yield return wrong;
    }

    private static IEnumerable<string> CheckEntries(string hub, IReadOnlyList<ReadChange> journal, Expectations.Picture expected)
    {
        var standing = new Dictionary<Guid, ReadChange>();
        foreach (var change in journal)
        {
            if (standing.TryGetValue(change.Header.Entry.Value, out var before) && before.Header.Op is ChangeOp.Withdraw or ChangeOp.Erase && change.Header.Op == ChangeOp.Put)
                yield return $"{change.Header.Entry} a été retirée en {before.Header.Position} et revient en {change.Header.Position}";
            standing[change.Header.Entry.Value] = change;
        }
        foreach (var (entry, last) in expected.Entries.Where(e => e.Value.Hub == hub && !expected.ExcusedEntries.Contains(e.Key)))
        {
            if (!standing.TryGetValue(entry, out var now))
                yield return $"la fiche {entry} n’existe pas";
            else if (now.Header.Op != last.Op)
                yield return $"la fiche {entry} est {now.Header.Op}, pas {last.Op}";
            else if (last.Op == ChangeOp.Erase && journal.Any(c => c.Header.Entry.Value == entry && c.Title is not null))
                yield return $"la fiche {entry} est effacée et son contenu est encore servi";
            else if (last.Op == ChangeOp.Put && now.Title != last.Title)
                yield return $"la fiche {entry} s’appelle « {now.Title} », pas « {last.Title} »";
        }
    }
}
