using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Protocol.Journal;
using Npgsql;

namespace CafeIA.Federation.Node.Journal.Erasures;

/// <summary>What an append of erasures adds to its transaction; nothing where the batch erases nothing.</summary>
internal static class ErasingAppend
{
    /// <summary>The entries a batch erases.</summary>
    public static IReadOnlyList<EntryId> Of(JournalBatch journalBatch)
    {
        List<EntryId>? erased = null;
        foreach (var (change, _) in journalBatch.Changes)
        {
            if (change.Header.Op == ChangeOp.Erase)
                (erased ??= []).Add(change.Header.Entry);
        }
        return erased is null ? [] : erased;
    }

    /// <summary>Before the changes are inserted: from here on no version of these entries is stored with a body, be it of this batch.</summary>
    public static void AddNames(NpgsqlBatch batch, KnownHub hub, IReadOnlyList<EntryId> erased)
    {
        if (erased.Count == 0)
            return;
        var command = new NpgsqlBatchCommand("insert into erasure (entry_id, hub_id) select id, $1 from unnest($2::uuid[]) as r (id) on conflict do nothing");
        command.Parameters.Add(new() { Value = hub.Id.ToString() });
        command.Parameters.Add(new() { Value = erased.Select(e => e.Value).ToArray() });
        batch.BatchCommands.Add(command);
    }

    /// <summary>After them: every earlier version of the epoch loses salt and body. Bodies of epochs before it went when it was opened.</summary>
    public static void AddBodies(NpgsqlBatch batch, KnownHub hub, JournalBatch journalBatch, IReadOnlyList<EntryId> erased)
    {
        if (erased.Count == 0)
            return;
        var command = new NpgsqlBatchCommand(
            """
            with recursive version as (
                select r.seq from unnest($3::bigint[]) as r (seq) where r.seq > 0
                union all
                select c.previous_seq from version v join change c on c.hub_key = $1 and c.epoch = $2 and c.seq = v.seq where c.previous_seq > 0
            )
            update change c set salt = null, body = null
            from version v
            where c.hub_key = $1 and c.epoch = $2 and c.seq = v.seq and c.body is not null
            """);
        command.Parameters.Add(new() { Value = hub.Key });
        command.Parameters.Add(new() { Value = (long)journalBatch.Epoch });
        command.Parameters.Add(new() { Value = journalBatch.Changes.Where(c => c.Change.Header.Op == ChangeOp.Erase).Select(c => (long)c.PreviousSeq).ToArray() });
        batch.BatchCommands.Add(command);
    }
}
