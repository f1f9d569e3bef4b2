using CafeIA.Federation.Protocol;
using Npgsql;

namespace CafeIA.Federation.Node.Operations.Erasing;

/// <summary>Drops the write-ahead log up to now, where this account may.</summary>
/// <remarks>
/// A checkpoint after a switch of segment needs nothing of the segments before it, and the server removes them; unless <c>wal_recycle</c> makes it rename them into later ones,
/// bytes and all. Segments that were recycled while that was on still lie ahead: each is passed by a switch of its own, which fills it with zeros, and removed.
/// </remarks>
internal static class WriteAheadLog
{
    /// <summary>Switches at most: more segments than PostgreSQL keeps ahead at the node's own <c>max_wal_size</c>.</summary>
    private const int MaxSwitches = 1000;

    /// <returns>Null when no file of the log is older than this call; else what is left to the server's administrator.</returns>
    public static async Task<Refusal?> DropAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using (var command = new NpgsqlCommand(
            """
            select has_function_privilege('pg_switch_wal()', 'execute') and has_function_privilege('pg_ls_waldir()', 'execute') and pg_has_role('pg_checkpoint', 'usage'),
                   current_setting('wal_recycle') = 'off'
            """,
            connection))
        {
            await using var reader = await command.ExecuteReaderAsync(cancellation);
            await reader.ReadAsync(cancellation);
            if (!reader.GetBoolean(0) || !reader.GetBoolean(1))
            {
                return new(
                    "wal-left",
                    "Les journaux WAL du serveur PostgreSQL contiennent encore ce qui est effacé. Son administrateur : wal_recycle = off, puis SELECT pg_switch_wal(); CHECKPOINT ; ensuite « cafeia erase --purge --server-done ». Ses archives WAL et ses sauvegardes expirent selon ses propres règles.");
            }
        }
        var begun = await CurrentAsync(connection, cancellation);
        var ahead = (await SegmentsAsync(connection, cancellation)).Max(StringComparer.Ordinal) ?? begun;
        for (var i = 0; i < MaxSwitches; i++)
        {
            // A switch of a segment with nothing in it does nothing.
            await ExecuteAsync(connection, "select pg_logical_emit_message(true, 'cafeia', ''); select pg_switch_wal()", cancellation);
            if (StringComparer.Ordinal.Compare(await CurrentAsync(connection, cancellation), ahead) > 0)
                break;
        }
        await ExecuteAsync(connection, "select pg_logical_emit_message(true, 'cafeia', ''); checkpoint", cancellation);
        var oldest = (await SegmentsAsync(connection, cancellation)).Min(StringComparer.Ordinal)!;
        return StringComparer.Ordinal.Compare(oldest, ahead) > 0
            ? null
            : new("wal-kept", $"Le serveur garde son journal WAL depuis {oldest} (wal_keep_size, emplacement de réplication ou archivage en retard) : il contient encore ce qui est effacé.");
    }

    /// <summary>Where the next record goes, without its timeline: names order by time then.</summary>
    private static async Task<string> CurrentAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("select substring(pg_walfile_name(pg_current_wal_insert_lsn()) from 9)", connection);
        return (string)(await command.ExecuteScalarAsync(cancellation))!;
    }

    private static async Task<string[]> SegmentsAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("select coalesce(array_agg(substring(name from 9)), '{}') from pg_ls_waldir() where name ~ '^[0-9A-F]{24}$'", connection);
        return (string[])(await command.ExecuteScalarAsync(cancellation))!;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellation)
    {
        foreach (var statement in sql.Split(';'))
        {
            await using var command = new NpgsqlCommand(statement, connection) { CommandTimeout = 0 };
            await command.ExecuteNonQueryAsync(cancellation);
        }
    }
}
