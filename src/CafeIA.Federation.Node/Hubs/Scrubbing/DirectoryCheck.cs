using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Protocol.Journal;
using Npgsql;

namespace CafeIA.Federation.Node.Hubs.Scrubbing;

/// <summary>Derives the directory anew and holds it against the rows that are there, chunk by chunk.</summary>
/// <remarks>
/// The real projections write into temporary tables of the same names, which stand first in the search path: what is compared is what they would write today, by whatever SQL, and a
/// transaction that is rolled back leaves nothing of it. How far a rule was followed depends on the day, so occurrences are compared up to where both have followed it.
/// </remarks>
internal sealed class DirectoryCheck(NpgsqlDataSource database, HubRegister hubs, CurrentRows rows)
{
    /// <summary>Entries in one chunk.</summary>
    private const int Chunk = 500;

    private static readonly string[] Tables = ["event", "occurrence", "resource", "hidden"];

    private static readonly Guid Highest = new("ffffffff-ffff-ffff-ffff-ffffffffffff");

    /// <summary>Rows in which both sides must be the same, as <c>side</c>: the temporary tables or the real ones.</summary>
    private static readonly (string Columns, string Condition)[] Compared =
    [
        ("to_jsonb(t) - 'expanded_until' from {0}.event t", ""),
        ("to_jsonb(t) from {0}.resource t", ""),
        ("to_jsonb(t) from {0}.hidden t", ""),
        // A series too long to be kept whole loses its oldest as time goes by.
        (
            "to_jsonb(t) from {0}.occurrence t",
            """
             and not exists (
                 select from {1}.event e
                 where e.entry_id = t.entry_id and e.hub_key = t.hub_key and e.expanded_until is not null
                   and (t.starts_at >= e.expanded_until
                        or t.starts_at < (select min(o.starts_at) from pg_temp.occurrence o where o.entry_id = t.entry_id and o.hub_key = t.hub_key)))
            """),
    ];

    public async Task RunAsync(ScrubReport report, IScrubPace pace, CancellationToken cancellation)
    {
        Guid? after = Guid.Empty;
        while (after is { } from)
        {
            var (differing, next, count) = await CompareAsync(from, null, cancellation);
            foreach (var (hubKey, entry) in differing)
            {
                if (hubs.Find(hubKey) is not { IsHidden: false } hub)
                    continue;
                await MendAsync(hub, entry, cancellation);
                var (still, _, _) = await CompareAsync(entry, hub.Key, cancellation);
                report.Add(new(FindingKind.Directory, hub.Id, null, new(entry), still.Count == 0, null));
            }
            after = next;
            await pace.RestAsync(count, cancellation);
        }
    }

    /// <summary>The entries whose rows differ.</summary>
    /// <param name="from">After this entry, or, with a hub, of this entry alone.</param>
    /// <param name="only">The one hub.</param>
    /// <param name="cancellation">Gives up.</param>
    private async Task<(IReadOnlyList<(int HubKey, Guid Entry)> Differing, Guid? Next, int Count)> CompareAsync(Guid from, int? only, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, cancellation);
        int[] shown = only is { } key ? [key] : [.. hubs.Hubs.Where(h => !h.IsHidden).Select(h => h.Key)];
        var (changes, unreadable, last, count) = await ReadAsync(connection, transaction, from, only is not null, shown, cancellation);
        var isEnd = count < Chunk;
        var until = only is not null ? from : isEnd ? Highest : last;
        var schema = await StageAsync(connection, transaction, cancellation);
        await using (var batch = new NpgsqlBatch(connection, transaction))
        {
            foreach (var (hub, ofHub) in changes.GroupBy(c => c.Hub.Key).Select(g => (g.First().Hub, g.Select(c => c.Change).ToArray())))
                rows.Project(batch, hub, ofHub);
            if (batch.BatchCommands.Count > 0)
                await batch.ExecuteNonQueryAsync(cancellation);
        }
        var differing = new HashSet<(int, Guid)>();
        foreach (var (columns, condition) in Compared)
        {
            var sides = new[] { "pg_temp", schema }.Select(s => $"select t.hub_key, t.entry_id, {string.Format(null, columns, s)} where t.entry_id {(only is null ? ">" : ">=")} $1 and t.entry_id <= $2 and t.hub_key = any($3){string.Format(null, condition, s, schema)}").ToArray();
            await using var command = new NpgsqlCommand($"select hub_key, entry_id from (({sides[0]} except {sides[1]}) union all ({sides[1]} except {sides[0]})) d", connection, transaction);
            command.Parameters.Add(new() { Value = from });
            command.Parameters.Add(new() { Value = until });
            command.Parameters.Add(new() { Value = shown });
            await using var reader = await command.ExecuteReaderAsync(cancellation);
            while (await reader.ReadAsync(cancellation))
                differing.Add((reader.GetInt32(0), reader.GetGuid(1)));
        }
        await transaction.RollbackAsync(cancellation);
        // Of a change that cannot be read nothing can be derived; that was found before.
        return ([.. differing.Except(unreadable)], only is not null || isEnd ? null : last, count);
    }

    /// <summary>Empty tables of the directory that hide the real ones until the transaction ends.</summary>
    /// <returns>The schema of the real ones.</returns>
    private static async Task<string> StageAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellation)
    {
        await using var where = new NpgsqlCommand("select quote_ident(current_schema())", connection, transaction);
        var schema = (string)(await where.ExecuteScalarAsync(cancellation))!;
        var sql = string.Join(";", Tables.Select(t => $"create temporary table {t} (like {schema}.{t} including defaults, primary key ({(t == "occurrence" ? "entry_id, hub_key, starts_at" : "entry_id, hub_key")})) on commit drop"));
        // A statement that was prepared for the real tables is planned anew for another search path.
        await using var command = new NpgsqlCommand($"{sql}; set local search_path = pg_temp, {schema}", connection, transaction);
        await command.ExecuteNonQueryAsync(cancellation);
        return schema;
    }

    private async Task<(List<(KnownHub Hub, Change Change)> Changes, List<(int HubKey, Guid Entry)> Unreadable, Guid Last, int Count)> ReadAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, Guid from, bool isOne, int[] shown, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            $"""
            select c.header, c.salt, c.body, e.hub_key, e.entry_id
            from (select * from entry where entry_id {(isOne ? "=" : ">")} $1 and hub_key = any($2) order by entry_id fetch first {Chunk} rows with ties) e
            left join change c on c.hub_key = e.hub_key and c.epoch = e.epoch and c.seq = e.seq
            order by e.entry_id
            """,
            connection,
            transaction);
        command.Parameters.Add(new() { Value = from });
        command.Parameters.Add(new() { Value = shown });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var changes = new List<(KnownHub, Change)>();
        var unreadable = new List<(int, Guid)>();
        var (last, count) = (from, 0);
        while (await reader.ReadAsync(cancellation))
        {
            (last, count) = (reader.GetGuid(4), count + 1);
            var change = reader.IsDBNull(0) ? null : JournalRows.TryReadChange(reader, 0);
            if (change is null || change.Header.Entry.Value != last || hubs.Find(reader.GetInt32(3)) is not { } hub)
                unreadable.Add((reader.GetInt32(3), last));
            else
                changes.Add((hub, change.BodyMatches ? change : change.WithoutBody()));
        }
        return (changes, unreadable, last, count);
    }

    private async Task MendAsync(KnownHub hub, Guid entry, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await JournalMender.LockAsync(connection, transaction, hub, cancellation);
        var (changes, unreadable, _, _) = await ReadAsync(connection, transaction, entry, isOne: true, [hub.Key], cancellation);
        if (unreadable.Count > 0)
            return;
        await using var batch = new NpgsqlBatch(connection, transaction);
        // Rows that no entry stands for go like those of a withdrawn one.
        rows.Project(batch, hub, changes.Count > 0 ? [.. changes.Select(c => c.Change)] : [NoEntry.Of(hub, 1, entry)]);
        await batch.ExecuteNonQueryAsync(cancellation);
        await rows.CommitAsync(transaction, hub, [entry], cancellation);
    }
}
