using Npgsql;

namespace CafeIA.Federation.Node.Journal.Snapshots;

/// <summary>Puts the rows that were derived ahead in their place, within the swap's transaction.</summary>
/// <remarks>
/// In a node that shows next to nothing yet the tables themselves change places: the new ones get their indexes before, in bulk, while the old ones are read as ever, and
/// take the few rows of other hubs with them. Else the rows are added to the tables that are there, index by index, and nobody who reads them waits.
/// </remarks>
internal sealed class DirectorySwap(NpgsqlDataSource database, CurrentRows rows, TimeProvider time)
{
    /// <summary>Rows of a table that are copied while its readers wait: a second's work at most.</summary>
    public const int FewRows = 2_000;

    /// <summary>Memory for one index that is built.</summary>
    private const string IndexMemory = "256MB";

    /// <summary>Tables whose indexes are built at once: PostgreSQL builds a text index on one core.</summary>
    private const int Builders = 2;

    /// <summary>Attempts to get the tables for oneself. Each stops who comes later for a moment only, and ends before PostgreSQL looks for a deadlock (1 s).</summary>
    private const int LockAttempts = 20;

    private const string LockTimeout = "200ms";

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    /// <summary>Before the swap: builds the indexes of what was derived, if it is to take the place of what is read. Nothing waits for it.</summary>
    /// <returns>True when it is.</returns>
    public async Task<bool> PrepareAsync(KnownHub hub, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var tables = await AheadTables.OfAsync(connection, hub, cancellation);
        var takesPlace = await HoldsFewAsync(connection, tables, cancellation);
        if (takesPlace)
            await Parallel.ForEachAsync(rows.Tables, new ParallelOptions { MaxDegreeOfParallelism = Builders, CancellationToken = cancellation }, async (table, stop) => await BuildIndexesAsync(tables, table, stop));
        await ExecuteAsync(connection, $"analyze {string.Join(", ", rows.Tables.Select(t => $"{tables.Name}.{t}"))}, snapshot_entry, snapshot_leaf, {tables.Name}.entry", cancellation);
        return takesPlace;
    }

    /// <summary>As the last step before the commit.</summary>
    /// <param name="transaction">The swap's.</param>
    /// <param name="tables">What was derived.</param>
    /// <param name="hub">Whose.</param>
    /// <param name="holds">Rows of the hub may stand already.</param>
    /// <param name="takesPlace">What <see cref="PrepareAsync"/> returned.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>True when the tables changed places, and with them the rows of every hub.</returns>
    public async Task<bool> ShowAsync(NpgsqlTransaction transaction, AheadTables tables, KnownHub hub, bool holds, bool takesPlace, CancellationToken cancellation)
    {
        var connection = transaction.Connection!;
        if (takesPlace && await LockAsync(transaction, tables, cancellation) && await HoldsFewAsync(connection, tables, cancellation))
        {
            foreach (var table in rows.Tables)
            {
                await ExecuteAsync(
                    connection,
                    $"""
                    insert into {tables.Name}.{table}
                    select * from {tables.Live}.{table} o
                    where not exists (select from {tables.Name}.entry n where n.entry_id = o.entry_id and n.hub_key = o.hub_key);
                    drop table {tables.Live}.{table};
                    alter table {tables.Name}.{table} set schema {tables.Live}
                    """,
                    cancellation);
            }
            return true;
        }
        foreach (var table in rows.Tables)
        {
            if (holds)
                await ExecuteAsync(connection, $"delete from {tables.Live}.{table} where hub_key = {hub.Key} and entry_id in (select entry_id from {tables.Name}.entry)", cancellation);
            await ExecuteAsync(connection, $"insert into {tables.Live}.{table} select * from {tables.Name}.{table}", cancellation);
        }
        return false;
    }

    /// <returns>False too where an operator has set, granted or built something on a table, which another one in its place would not have.</returns>
    private async Task<bool> HoldsFewAsync(NpgsqlConnection connection, AheadTables tables, CancellationToken cancellation)
    {
        foreach (var table in rows.Tables)
        {
            await using var command = new NpgsqlCommand(
                $"""
                select c.relacl is null and c.reloptions is null and not c.relhastriggers and not c.relrowsecurity
                    and not exists (select from pg_depend d where d.refclassid = 'pg_class'::regclass and d.refobjid = c.oid and d.deptype = 'n')
                    and (select count(*) from (select from {tables.Live}.{table} limit {FewRows + 1}) r) <= {FewRows}
                from pg_class c where c.oid = '{tables.Live}.{table}'::regclass
                """,
                connection);
            if (await command.ExecuteScalarAsync(cancellation) is not true)
                return false;
        }
        return true;
    }

    /// <returns>False when they are in use all the time.</returns>
    private async Task<bool> LockAsync(NpgsqlTransaction transaction, AheadTables tables, CancellationToken cancellation)
    {
        const string Savepoint = "alone";
        for (var attempt = 1; ; attempt++)
        {
            await transaction.SaveAsync(Savepoint, cancellation);
            try
            {
                await ExecuteAsync(
                    transaction.Connection!,
                    $"set local lock_timeout = '{LockTimeout}'; lock table {string.Join(", ", rows.Tables.Select(t => $"{tables.Live}.{t}"))} in access exclusive mode; set local lock_timeout = 0",
                    cancellation);
                return true;
            }
            catch (PostgresException e) when (e.SqlState == SqlStates.LockNotAvailable)
            {
                await transaction.RollbackAsync(Savepoint, cancellation);
                if (attempt == LockAttempts)
                    return false;
                await Task.Delay(Pause, time, cancellation);
            }
        }
    }

    /// <summary>Those that the table which is read has, in one transaction: after a crash all of them are there or none.</summary>
    private async Task BuildIndexesAsync(AheadTables tables, string table, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await using var command = new NpgsqlCommand(
            """
            select regexp_replace(pg_get_indexdef(i.indexrelid), '^CREATE (UNIQUE )?INDEX (.*?) ON .*? USING ', format('CREATE \1INDEX IF NOT EXISTS \2 ON %s USING ', $1))
            from pg_index i
            where i.indrelid = $2::regclass and not exists (select from pg_constraint k where k.conindid = i.indexrelid)
            """,
            connection,
            transaction);
        command.Parameters.Add(new() { Value = $"{tables.Name}.{table}" });
        command.Parameters.Add(new() { Value = $"{tables.Live}.{table}" });
        var indexes = new List<string>();
        await using (var reader = await command.ExecuteReaderAsync(cancellation))
        {
            while (await reader.ReadAsync(cancellation))
                indexes.Add(reader.GetString(0));
        }
        if (indexes.Count == 0)
            return;
        await ExecuteAsync(connection, $"set local maintenance_work_mem = '{IndexMemory}'", cancellation);
        foreach (var index in indexes)
            await ExecuteAsync(connection, index, cancellation);
        await transaction.CommitAsync(cancellation);
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
