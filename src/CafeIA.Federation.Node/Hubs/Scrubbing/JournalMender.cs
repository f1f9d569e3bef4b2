using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Protocol;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Protocol.Journal;
using Npgsql;
using NpgsqlTypes;

namespace CafeIA.Federation.Node.Hubs.Scrubbing;

/// <summary>Writes over what was found wrong in a journal's rows. Each step is one transaction that locks the journal's end, which every append moves.</summary>
internal sealed class JournalMender(NpgsqlDataSource database, CurrentRows rows)
{
    /// <summary>The leaf that leads to the signed root.</summary>
    public Task LeafAsync(KnownHub hub, Position at, Hash leaf, CancellationToken cancellation) =>
        ExecuteAsync("update change set leaf = $4 where hub_key = $1 and epoch = $2 and seq = $3", cancellation, hub.Key, (long)at.Epoch, (long)at.Seq, leaf.ToArray());

    /// <summary>A change whose leaf is known to be right: header and command id; its body stays as it is, and is judged next.</summary>
    public Task HeaderAsync(KnownHub hub, Change change, CancellationToken cancellation) =>
        ExecuteAsync(
            """
            insert into change (hub_key, epoch, seq, previous_seq, header, leaf, command_id) values ($1, $2, $3, 0, $4, $5, $6)
            on conflict (hub_key, epoch, seq) do update set header = excluded.header, leaf = excluded.leaf, command_id = excluded.command_id
            """,
            cancellation,
            hub.Key,
            (long)change.Header.Position.Epoch,
            (long)change.Header.Position.Seq,
            change.HeaderBytes.ToArray(),
            change.Leaf.ToArray(),
            change.Header.Command.IsNone ? DBNull.Value : change.Header.Command.ToArray());

    /// <summary>The body that the change commits to, or none; the directory follows where it is the entry's current change. An erased entry gets none.</summary>
    /// <returns>True when it was the current change.</returns>
    public async Task<bool> BodyAsync(KnownHub hub, Change change, CancellationToken cancellation)
    {
        var at = change.Header.Position;
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await LockAsync(connection, transaction, hub, cancellation);
        await using (var body = new NpgsqlCommand(
            """
            update change set salt = $4, body = $5
            where hub_key = $1 and epoch = $2 and seq = $3 and ($5 is null or not exists (select from erasure where entry_id = $6 and hub_id = $7))
            """,
            connection,
            transaction))
        {
            body.Parameters.Add(new() { Value = hub.Key });
            body.Parameters.Add(new() { Value = (long)at.Epoch });
            body.Parameters.Add(new() { Value = (long)at.Seq });
            body.Parameters.Add(new() { Value = change.Body is null ? DBNull.Value : change.Salt.ToArray(), NpgsqlDbType = NpgsqlDbType.Bytea });
            body.Parameters.Add(new() { Value = (object?)change.Body?.ToArray() ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Bytea });
            body.Parameters.Add(new() { Value = change.Header.Entry.Value });
            body.Parameters.Add(new() { Value = hub.Id.ToString() });
            await body.ExecuteNonQueryAsync(cancellation);
        }
        var isCurrent = await IsCurrentAsync(connection, transaction, hub, change, cancellation);
        if (isCurrent && !hub.IsHidden)
        {
            await using var batch = new NpgsqlBatch(connection, transaction);
            rows.Project(batch, hub, [change]);
            await batch.ExecuteNonQueryAsync(cancellation);
        }
        await rows.CommitAsync(transaction, hub, isCurrent ? [change.Header.Entry.Value] : [], cancellation);
        return isCurrent;
    }

    /// <summary>Subtrees that the leaves make.</summary>
    public Task SubtreeAsync(KnownHub hub, uint epoch, int level, ulong index, Hash hash, CancellationToken cancellation) =>
        ExecuteAsync(
            "insert into subtree (hub_key, epoch, level, index, hash) values ($1, $2, $3, $4, $5) on conflict (hub_key, epoch, level, index) do update set hash = excluded.hash",
            cancellation,
            hub.Key,
            (long)epoch,
            (short)level,
            (long)index,
            hash.ToArray());

    /// <summary>Root and frontier that the leaves make, where the journal still ends there.</summary>
    public Task EndAsync(KnownHub hub, Position end, Hash root, byte[] frontier, CancellationToken cancellation) =>
        ExecuteAsync("update journal set root = $4, frontier = $5 where hub_key = $1 and epoch = $2 and size = $3", cancellation, hub.Key, (long)end.Epoch, (long)end.Seq, root.ToArray(), frontier);

    public static async Task LockAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, KnownHub hub, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("select from journal where hub_key = $1 for update", connection, transaction);
        command.Parameters.Add(new() { Value = hub.Key });
        await command.ExecuteNonQueryAsync(cancellation);
    }

    private static async Task<bool> IsCurrentAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, KnownHub hub, Change change, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("select exists (select from entry where hub_key = $1 and entry_id = $2 and epoch = $3 and seq = $4)", connection, transaction);
        command.Parameters.Add(new() { Value = hub.Key });
        command.Parameters.Add(new() { Value = change.Header.Entry.Value });
        command.Parameters.Add(new() { Value = (long)change.Header.Position.Epoch });
        command.Parameters.Add(new() { Value = (long)change.Header.Position.Seq });
        return await command.ExecuteScalarAsync(cancellation) is true;
    }

    private async Task ExecuteAsync(string sql, CancellationToken cancellation, params object[] values)
    {
        await using var command = database.CreateCommand(sql);
        foreach (var value in values)
            command.Parameters.Add(value is DBNull ? new() { Value = value, NpgsqlDbType = NpgsqlDbType.Bytea } : new() { Value = value });
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
