using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Protocol.Journal;
using Npgsql;

namespace CafeIA.Federation.Node.Hubs.Scrubbing;

/// <summary>Holds each entry against the last change of its own in the journal, both ways, and writes it anew from there.</summary>
/// <remarks>
/// No change is newer than its entry, and each entry points at a change of its own: then it points at the last. So each side is read once in the order of its key, with no
/// sort of the whole journal. Entries that still stand in an epoch before, while one is opened, are left alone.
/// </remarks>
internal sealed class EntryCheck(NpgsqlDataSource database, CurrentRows rows)
{
    /// <summary>Rows in one look.</summary>
    private const int Chunk = 2_000;

    private const string EntryOf = "encode(substring(c.header from 25 for 16), 'hex')::uuid";

    /// <returns>True when something was mended: what is kept in memory of the journal may have been built on it.</returns>
    public async Task<bool> RunAsync(KnownHub hub, ScrubReport report, IScrubPace pace, CancellationToken cancellation)
    {
        var mended = false;
        if (await EndAsync(hub, cancellation) is not { } end)
            return false;
        foreach (var seq in await MendChainsAsync(hub, end.Epoch, cancellation))
        {
            // A start folds the digest along these links.
            mended = true;
            report.Add(new(FindingKind.Chain, hub.Id, new(end.Epoch, seq), null, IsMended: true, null));
        }
        for (ulong after = 0; after < end.Seq; after += Chunk)
        {
            var stale = await ReadAsync(
                $"""
                select distinct {EntryOf} as id
                from change c
                left join entry e on e.hub_key = c.hub_key and e.entry_id = {EntryOf}
                where c.hub_key = $1 and c.epoch = $2 and c.seq > $3 and c.seq <= $3 + {Chunk} and c.header is not null
                  and (e.entry_id is null or e.epoch < c.epoch or (e.epoch = c.epoch and e.seq < c.seq)
                       or (e.epoch = c.epoch and e.seq = c.seq
                           and (e.leaf <> c.leaf or e.op <> get_byte(c.header, 1) or e.kind <> get_byte(c.header, 2) * 256 + get_byte(c.header, 3))))
                """,
                cancellation,
                hub.Key,
                (long)end.Epoch,
                (long)after);
            mended |= await MendAsync(hub, end.Epoch, stale, report, cancellation);
            await pace.RestAsync(Chunk, cancellation);
        }
        Guid? last = Guid.Empty;
        while (last is { } from)
        {
            var ids = await ReadAsync("select entry_id from entry where hub_key = $1 and entry_id > $2 order by entry_id limit $3", cancellation, hub.Key, from, Chunk);
            last = ids.Count == Chunk ? ids[^1] : null;
            report.Entries += ids.Count;
            var stray = await ReadAsync(
                """
                select e.entry_id
                from entry e
                left join change c on c.hub_key = e.hub_key and c.epoch = e.epoch and c.seq = e.seq
                where e.hub_key = $1 and e.epoch = $2 and e.entry_id = any($3) and (c.header is null or substring(c.header from 25 for 16) <> uuid_send(e.entry_id))
                """,
                cancellation,
                hub.Key,
                (long)end.Epoch,
                ids.ToArray());
            mended |= await MendAsync(hub, end.Epoch, stray, report, cancellation);
            await pace.RestAsync(ids.Count, cancellation);
        }
        return mended;
    }

    private async Task<IReadOnlyList<ulong>> MendChainsAsync(KnownHub hub, uint epoch, CancellationToken cancellation)
    {
        await using var batch = database.CreateBatch();
        batch.Timeout = 0;
        batch.BatchCommands.Add(VersionChains.Mend(hub, epoch));
        await using var reader = await batch.ExecuteReaderAsync(cancellation);
        var seqs = new List<ulong>();
        while (await reader.ReadAsync(cancellation))
            seqs.Add((ulong)reader.GetInt64(0));
        return seqs;
    }

    private async Task<bool> MendAsync(KnownHub hub, uint epoch, IReadOnlyList<Guid> ids, ScrubReport report, CancellationToken cancellation)
    {
        if (ids.Count == 0)
            return false;
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await JournalMender.LockAsync(connection, transaction, hub, cancellation);
        var latest = await LatestAsync(connection, transaction, hub, epoch, ids, cancellation);
        await using var batch = new NpgsqlBatch(connection, transaction);
        if (latest.Count > 0)
        {
            await AddMissingAsync(connection, transaction, hub, epoch, ids, cancellation);
            await rows.AddAsync(batch, hub, epoch, latest, cancellation);
        }
        var invented = ids.Except(latest.Select(c => c.Header.Entry.Value)).ToArray();
        if (invented.Length > 0)
        {
            var command = new NpgsqlBatchCommand("delete from entry where hub_key = $1 and entry_id = any($2)");
            command.Parameters.Add(new() { Value = hub.Key });
            command.Parameters.Add(new() { Value = invented });
            batch.BatchCommands.Add(command);
            rows.Project(batch, hub, [.. invented.Select(id => NoEntry.Of(hub, epoch, id))]);
        }
        await batch.ExecuteNonQueryAsync(cancellation);
        await rows.CommitAsync(transaction, hub, ids, cancellation);
        foreach (var change in latest)
            report.Add(new(FindingKind.Entry, hub.Id, change.Header.Position, change.Header.Entry, IsMended: true, null));
        foreach (var id in invented)
            report.Add(new(FindingKind.Entry, hub.Id, null, new(id), IsMended: true, null));
        return true;
    }

    /// <summary>Entries that are gone begin again with the time of their first change, which what is written next keeps.</summary>
    private static async Task AddMissingAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, KnownHub hub, uint epoch, IReadOnlyList<Guid> ids, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            $"""
            insert into entry (hub_key, entry_id, kind, op, epoch, seq, leaf, first_at, changed_at)
            select distinct on (id) $1, id, 0, 0, $2, seq, leaf, at, at
            from (
                select {EntryOf} as id, c.seq, c.leaf, 'epoch'::timestamptz + ('x' || encode(substring(c.header from 17 for 8), 'hex'))::bit(64)::bigint * interval '1 millisecond' as at
                from change c
                where c.hub_key = $1 and c.epoch = $2 and c.header is not null and c.previous_seq = 0 and substring(c.header from 25 for 16) = any($3)
            ) as first
            order by id, seq
            on conflict (entry_id, hub_key) do nothing
            """,
            connection,
            transaction);
        command.Parameters.Add(new() { Value = hub.Key });
        command.Parameters.Add(new() { Value = (long)epoch });
        command.Parameters.Add(new() { Value = ids.Select(id => id.ToByteArray(bigEndian: true)).ToArray() });
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>The last change of each of these entries, with its body where it is the right one.</summary>
    private static async Task<IReadOnlyList<Change>> LatestAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, KnownHub hub, uint epoch, IReadOnlyList<Guid> ids, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            """
            select distinct on (substring(c.header from 25 for 16)) c.header, c.salt, c.body
            from change c
            where c.hub_key = $1 and c.epoch = $2 and c.header is not null and substring(c.header from 25 for 16) = any($3)
            order by substring(c.header from 25 for 16), c.seq desc
            """,
            connection,
            transaction);
        command.Parameters.Add(new() { Value = hub.Key });
        command.Parameters.Add(new() { Value = (long)epoch });
        command.Parameters.Add(new() { Value = ids.Select(id => id.ToByteArray(bigEndian: true)).ToArray() });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var latest = new List<Change>();
        while (await reader.ReadAsync(cancellation))
        {
            if (JournalRows.TryReadChange(reader, 0) is { } change)
                latest.Add(change.BodyMatches ? change : change.WithoutBody());
        }
        return latest;
    }

    private async Task<Position?> EndAsync(KnownHub hub, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand("select epoch, size from journal where hub_key = $1");
        command.Parameters.Add(new() { Value = hub.Key });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        return await reader.ReadAsync(cancellation) ? new Position((uint)reader.GetInt64(0), (ulong)reader.GetInt64(1)) : null;
    }

    private async Task<IReadOnlyList<Guid>> ReadAsync(string sql, CancellationToken cancellation, params object[] values)
    {
        await using var command = database.CreateCommand(sql);
        foreach (var value in values)
            command.Parameters.Add(new() { Value = value });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var ids = new List<Guid>();
        while (await reader.ReadAsync(cancellation))
            ids.Add(reader.GetGuid(0));
        return ids;
    }
}
