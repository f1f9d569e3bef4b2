using CafeIA.Federation.Node.Journal.Erasures;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Protocol.Journal;
using Npgsql;

namespace CafeIA.Federation.Node.Journal.Snapshots;

/// <summary>The entries that are staged of a snapshot, and their way into the journal.</summary>
internal static class StagedEntries
{
    /// <summary>Entries that are looked at with one round trip.</summary>
    private const int Batch = 500;

    /// <summary>Those with a seq after one, up to another.</summary>
    public static async Task<IReadOnlyList<Change>> ReadAsync(NpgsqlConnection connection, KnownHub hub, long after, long next, CancellationToken cancellation)
    {
        await using var command = Command(connection, "select header, salt, body from snapshot_entry where hub_key = $1 and seq > $2 and seq <= $3 order by seq", hub.Key, after, next);
        return await ReadAsync(command, cancellation);
    }

    /// <summary>Makes them what they are to be in the journal, one an entry: some were staged twice, some have their body here and not at their source, some are erased here.</summary>
    /// <returns>Those whose rows, where they were derived already, are to be derived anew.</returns>
    public static async Task<IReadOnlyList<long>> SettleAsync(NpgsqlConnection connection, KnownHub hub, AheadTables tables, Position before, uint epoch, CancellationToken cancellation)
    {
        // A later head was aimed at in between: the entry's later change came as well.
        var changed = await SeqsAsync(
            connection,
            """
            with newest as (select entry_id, max(seq) as seq from snapshot_entry where hub_key = $1 group by entry_id having count(*) > 1),
                 gone as (delete from snapshot_entry s using newest n where s.hub_key = $1 and s.entry_id = n.entry_id and s.seq < n.seq)
            select seq from newest
            """,
            cancellation,
            hub.Key);
        // Bodies that the snapshot's node has lost, and that are held here in a former epoch, which ends with this: the commitment (header's bytes 56 to 87) says that they are the same.
        if (before.Epoch < epoch)
        {
            changed.AddRange(await SeqsAsync(
                connection,
                """
                update snapshot_entry s set salt = c.salt, body = c.body
                from entry e
                join change c on c.hub_key = e.hub_key and c.epoch = e.epoch and c.seq = e.seq
                where s.hub_key = $1 and s.body is null and e.hub_key = $1 and e.entry_id = s.entry_id and e.epoch < $2
                  and c.body is not null and substring(c.header from 57 for 32) = substring(s.header from 57 for 32)
                returning s.seq
                """,
                cancellation,
                hub.Key,
                (long)epoch));
        }
        changed.AddRange(await SeqsAsync(
            connection,
            $"""
            with erased as (select e.seq from {tables.Name}.entry e join erasure x on x.entry_id = e.entry_id and x.hub_id = $2),
                 stripped as (update snapshot_entry s set salt = null, body = null from erased e where s.hub_key = $1 and s.seq = e.seq and s.body is not null)
            select seq from erased
            """,
            cancellation,
            hub.Key,
            hub.Id.ToString()));
        return changed;
    }

    /// <summary>Derives the rows of some of them again.</summary>
    public static async Task DeriveAgainAsync(NpgsqlConnection connection, KnownHub hub, AheadTables tables, RowsAhead ahead, uint epoch, IReadOnlyList<long> seqs, CancellationToken cancellation)
    {
        foreach (var part in seqs.Distinct().Chunk(Batch))
        {
            await using var command = Command(connection, "select header, salt, body from snapshot_entry where hub_key = $1 and seq = any($2)", hub.Key, part);
            var changes = await ReadAsync(command, cancellation);
            await tables.EnterAsync(connection, cancellation);
            await ahead.AddAsync(connection, hub, epoch, changes, cancellation);
            await tables.LeaveAsync(connection, cancellation);
        }
    }

    /// <summary>Adds all that is staged to the journal: of superseded changes the leaf alone.</summary>
    public static async Task AddToJournalAsync(NpgsqlConnection connection, KnownHub hub, AheadTables tables, uint epoch, CancellationToken cancellation)
    {
        // A command id of zeros is none. Links to versions before are set when all of them stand.
        foreach (var sql in (string[])
            [
                """
                insert into change (hub_key, epoch, seq, previous_seq, header, leaf, command_id, salt, body)
                select hub_key, $2, seq, 0, header, leaf, nullif(substring(header from 41 for 16), decode(repeat('00', 16), 'hex')), salt, body
                from snapshot_entry where hub_key = $1 order by seq
                """,
                """
                insert into change (hub_key, epoch, seq, previous_seq, leaf)
                select $1, $2, l.seq, 0, l.leaf from snapshot_leaf l
                where l.hub_key = $1 and not exists (select from snapshot_entry e where e.hub_key = $1 and e.seq = l.seq)
                """,
                $"""
                insert into entry select * from {tables.Name}.entry where epoch = $2 and hub_key = $1 order by entry_id
                on conflict (entry_id, hub_key) do update
                    set kind = excluded.kind, op = excluded.op, epoch = excluded.epoch, seq = excluded.seq, leaf = excluded.leaf, changed_at = excluded.changed_at
                """,
            ])
        {
            await using var command = Command(connection, sql, hub.Key, (long)epoch);
            await command.ExecuteNonQueryAsync(cancellation);
        }
    }

    /// <summary>What is erased by a change that is staged: named, and taken away wherever it is shown.</summary>
    public static async Task<IReadOnlyList<EntryId>> EraseAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, KnownHub hub, AheadTables tables, CurrentRows rows, CancellationToken cancellation)
    {
        await using var command = Command(
            connection,
            $"select header, salt, body from snapshot_entry where hub_key = $1 and seq = any(array(select seq from {tables.Name}.entry where op = $2))",
            hub.Key,
            (short)ChangeOp.Erase);
        var erasing = await ReadAsync(command, cancellation);
        foreach (var part in erasing.Chunk(Batch))
        {
            await using var batch = new NpgsqlBatch(connection, transaction) { Timeout = 0 };
            ErasingAppend.AddNames(batch, hub, [.. part.Select(c => c.Header.Entry)]);
            rows.Project(batch, hub, part);
            await batch.ExecuteNonQueryAsync(cancellation);
        }
        return [.. erasing.Select(c => c.Header.Entry)];
    }

    private static async Task<List<long>> SeqsAsync(NpgsqlConnection connection, string sql, CancellationToken cancellation, params object[] values)
    {
        await using var command = Command(connection, sql, values);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var seqs = new List<long>();
        while (await reader.ReadAsync(cancellation))
            seqs.Add(reader.GetInt64(0));
        return seqs;
    }

    private static async Task<IReadOnlyList<Change>> ReadAsync(NpgsqlCommand command, CancellationToken cancellation)
    {
        var changes = new List<Change>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
            changes.Add(JournalRows.ReadChange(reader, 0));
        return changes;
    }

    private static NpgsqlCommand Command(NpgsqlConnection connection, string sql, params object[] values)
    {
        var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        foreach (var value in values)
            command.Parameters.Add(new() { Value = value });
        return command;
    }
}
