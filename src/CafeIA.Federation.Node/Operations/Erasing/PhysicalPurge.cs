using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Node.Journal.Erasures;
using CafeIA.Federation.Node.Journal.Snapshots;
using CafeIA.Federation.Protocol;
using Npgsql;

namespace CafeIA.Federation.Node.Operations.Erasing;

/// <summary>What a purge came to.</summary>
/// <param name="Entries">Erased entries of which nothing is left in tables, indexes and statistics.</param>
/// <param name="Left">What the server's administrator still has to do before its write-ahead log holds nothing of them either; null: nothing is left.</param>
internal sealed record PurgeOutcome(int Entries, Refusal? Left);

/// <summary>Leaves no byte of the erased entries in the files of the database: rebuilds what held them, renews the statistics, and drops the write-ahead log that told of them.</summary>
/// <remarks>
/// Deleting a row leaves its bytes in the page, in indexes, in the statistics (pg_statistic keeps values) and in the log. Only a rebuild leaves them behind: VACUUM FULL writes
/// each table, its TOAST and its indexes anew, and locks it meanwhile, so that a large node stands still for as long as it takes to copy its tables; once a day at most. It
/// copies versions that some transaction may still see, so it waits until none can.
/// </remarks>
internal sealed class PhysicalPurge(NpgsqlDataSource database, TimeProvider time)
{
    /// <summary>The key of PostgreSQL's advisory lock: one purge at a time, also over several silos.</summary>
    private const long LockKey = 0x43616665507572;

    /// <summary>Waiting for a table's lock stops everyone behind it: better to give up and come back.</summary>
    private const int LockTimeoutSeconds = 5;

    private const int LockAttempts = 10;

    /// <summary>How long transactions that still see what was erased are waited for.</summary>
    private static readonly TimeSpan HoldPatience = TimeSpan.FromMinutes(2);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    /// <summary>Purges every entry whose erasure is committed now.</summary>
    /// <param name="serverDone">The administrator of an external server renewed its log since: what only waits for that is purged.</param>
    /// <param name="cancellation">Breaks off; what is rebuilt stays so.</param>
    /// <returns><c>purge-running</c>, <c>purge-held</c>: a transaction still sees what was erased, or a table is in use; nothing is marked, try again.</returns>
    public async Task<Result<PurgeOutcome>> RunAsync(bool serverDone, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        if (await ScalarAsync<bool>(connection, $"select not pg_try_advisory_lock({LockKey})", cancellation))
            return new Refusal("purge-running", "Une purge est déjà en cours sur ce nœud.");
        try
        {
            return await RunLockedAsync(connection, serverDone, cancellation);
        }
        catch (PostgresException e) when (e.SqlState == SqlStates.LockNotAvailable)
        {
            return new Refusal("purge-held", "Une table de la base est restée occupée : la purge recommencera plus tard.");
        }
        finally
        {
            // A pooled connection outlives its user, and a session's lock and settings with it.
            await ExecuteAsync(connection, $"select pg_advisory_unlock({LockKey}); reset lock_timeout", CancellationToken.None);
        }
    }

    private async Task<Result<PurgeOutcome>> RunLockedAsync(NpgsqlConnection connection, bool serverDone, CancellationToken cancellation)
    {
        // Rebuilt by an earlier purge, and confirmed now by who may: nothing is to be done for them.
        var confirmed = serverDone ? await ScalarAsync<int>(connection, "with done as (update erasure set purged_at = now() where rebuilt_at is not null and purged_at is null returning 1) select count(*)::integer from done", cancellation) : 0;
        // The entries are named before anything is looked at: one that is erased meanwhile waits for the next purge.
        var due = await ScalarAsync<Guid[]>(connection, "select coalesce(array_agg(entry_id), '{}') from erasure where purged_at is null", cancellation);
        if (due.Length == 0)
            return new PurgeOutcome(confirmed, null);
        await ExecuteAsync(connection, ErasedBodies.Sweep().CommandText, cancellation);
        await AheadTables.DropErasedAsync(connection, cancellation);
        await ExecuteAsync(connection, $"set lock_timeout = '{LockTimeoutSeconds}s'", cancellation);
        if (await PurgeHolds.WaitAsync(connection, HoldPatience, time, cancellation) is { } held)
            return held;
        foreach (var table in await TablesAsync(connection, cancellation))
            await RebuildAsync(connection, $"vacuum (full, analyze) {table}", cancellation);
        // The statistics of before are dead rows of a catalog now.
        if (await PurgeHolds.WaitAsync(connection, HoldPatience, time, cancellation) is { } heldAgain)
            return heldAgain;
        var ownsCatalog = await ScalarAsync<bool>(connection, "select pg_has_role(datdba, 'usage') from pg_database where datname = current_database()", cancellation);
        if (ownsCatalog)
            await RebuildAsync(connection, "vacuum (full) pg_catalog.pg_statistic", cancellation);
        await ExecuteAsync(connection, "update erasure set rebuilt_at = now() where entry_id = any($1) and purged_at is null", cancellation, due);
        var left = ownsCatalog
            ? await WriteAheadLog.DropAsync(connection, cancellation)
            : new Refusal("not-owner", "Le compte du nœud ne possède pas sa base : l’administrateur du serveur doit y exécuter VACUUM FULL pg_statistic, puis renouveler ses journaux WAL.");
        if (left is null)
            await ExecuteAsync(connection, "update erasure set purged_at = now() where entry_id = any($1) and purged_at is null", cancellation, due);
        return new PurgeOutcome(due.Length, left);
    }

    /// <summary>All of them, not only those that hold content today: whoever adds one need not remember this.</summary>
    private static async Task<IReadOnlyList<string>> TablesAsync(NpgsqlConnection connection, CancellationToken cancellation) =>
        await ScalarAsync<string[]>(
            connection,
            "select coalesce(array_agg(format('%I.%I', n.nspname, c.relname) order by c.relname), '{}') from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.relkind = 'r' and n.nspname = current_schema()",
            cancellation);

    private async Task RebuildAsync(NpgsqlConnection connection, string sql, CancellationToken cancellation)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await ExecuteAsync(connection, sql, cancellation);
                return;
            }
            catch (PostgresException e) when (e.SqlState == SqlStates.LockNotAvailable && attempt < LockAttempts)
            {
                await Task.Delay(Pause, time, cancellation);
            }
        }
    }

    private static async Task<T> ScalarAsync<T>(NpgsqlConnection connection, string sql, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return (T)(await command.ExecuteScalarAsync(cancellation))!;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellation, object? value = null)
    {
        // A rebuild takes as long as it takes.
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        if (value is not null)
            command.Parameters.Add(new() { Value = value });
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
