using CafeIA.Federation.Protocol;
using CafeIA.Federation.Protocol.Heads;
using CafeIA.Federation.Protocol.Merkle;
using CafeIA.Federation.Protocol.Snapshots;
using Npgsql;
using NpgsqlTypes;

namespace CafeIA.Federation.Node.Journal.Snapshots;

/// <summary>Keeps what came of a snapshot, run by run, so that neither a node that is killed nor a source that goes away makes it begin anew.</summary>
internal sealed class SnapshotStore(NpgsqlDataSource database)
{
    public async Task<StagedSnapshot?> FindAsync(KnownHub hub, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand("select head, base, leaves, frontier, entries from snapshot where hub_key = $1");
        command.Parameters.Add(new() { Value = hub.Key });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        if (!await reader.ReadAsync(cancellation))
            return null;
        return SignedHead.TryDecode(reader.GetFieldValue<byte[]>(0), out var head)
            ? new(head, (ulong)reader.GetInt64(1), Frontier.Read((ulong)reader.GetInt64(2), reader.GetFieldValue<byte[]>(3)), (ulong)reader.GetInt64(4))
            : throw new InvalidDataException($"The stored head of a snapshot of hub {hub.Id} cannot be read.");
    }

    /// <summary>Begins a snapshot from where the journal ends, and forgets whatever was staged before.</summary>
    public async Task<StagedSnapshot> BeginAsync(KnownHub hub, SignedHead head, Frontier held, CancellationToken cancellation)
    {
        await DiscardAsync(hub, cancellation);
        await using var command = database.CreateCommand(
            "insert into snapshot (hub_key, head, base, leaves, frontier, entries) values ($1, $2, $3, $3, $4, $3)");
        command.Parameters.Add(new() { Value = hub.Key });
        command.Parameters.Add(new() { Value = head.Encode() });
        command.Parameters.Add(new() { Value = (long)held.Size });
        command.Parameters.Add(new() { Value = held.ToArray() });
        await command.ExecuteNonQueryAsync(cancellation);
        return new(head, held.Size, held, held.Size);
    }

    /// <summary>The snapshot leads to a later head of the same epoch now: what is staged stays good, because leaves are a beginning of it and a later change of an entry replaces the one that is staged.</summary>
    public async Task<StagedSnapshot> RetargetAsync(KnownHub hub, StagedSnapshot staged, SignedHead head, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand("update snapshot set head = $2 where hub_key = $1");
        command.Parameters.Add(new() { Value = hub.Key });
        command.Parameters.Add(new() { Value = head.Encode() });
        await command.ExecuteNonQueryAsync(cancellation);
        return staged with { Head = head };
    }

    /// <summary>Adds a run of leaves that was verified.</summary>
    public async Task<StagedSnapshot> AddAsync(KnownHub hub, StagedSnapshot staged, LeafRun run, Frontier after, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await BeginAsync(connection, cancellation);
        await using (var writer = await connection.BeginBinaryImportAsync("copy snapshot_leaf (hub_key, seq, leaf) from stdin (format binary)", cancellation))
        {
            for (var i = 0; i < run.Leaves.Count; i++)
            {
                await writer.StartRowAsync(cancellation);
                await writer.WriteAsync(hub.Key, NpgsqlDbType.Integer, cancellation);
                await writer.WriteAsync((long)run.First + i, NpgsqlDbType.Bigint, cancellation);
                await writer.WriteAsync(run.Leaves[i].ToArray(), NpgsqlDbType.Bytea, cancellation);
            }
            await writer.CompleteAsync(cancellation);
        }
        await using var command = new NpgsqlCommand("update snapshot set leaves = $2, frontier = $3 where hub_key = $1", connection, transaction);
        command.Parameters.Add(new() { Value = hub.Key });
        command.Parameters.Add(new() { Value = (long)after.Size });
        command.Parameters.Add(new() { Value = after.ToArray() });
        await command.ExecuteNonQueryAsync(cancellation);
        await transaction.CommitAsync(cancellation);
        return staged with { Frontier = after };
    }

    /// <summary>Adds a run of entries; null when one of them is not the leaf that is staged at its place.</summary>
    public async Task<StagedSnapshot?> AddAsync(KnownHub hub, StagedSnapshot staged, EntryRun run, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await BeginAsync(connection, cancellation);
        if (!await AreLeavesAsync(connection, hub, run, cancellation))
            return null;
        await using (var writer = await connection.BeginBinaryImportAsync(
            "copy snapshot_entry (hub_key, seq, entry_id, header, leaf, salt, body) from stdin (format binary)", cancellation))
        {
            foreach (var change in run.Changes)
            {
                await writer.StartRowAsync(cancellation);
                await writer.WriteAsync(hub.Key, NpgsqlDbType.Integer, cancellation);
                await writer.WriteAsync((long)change.Header.Position.Seq, NpgsqlDbType.Bigint, cancellation);
                await writer.WriteAsync(change.Header.Entry.Value, NpgsqlDbType.Uuid, cancellation);
                await writer.WriteAsync(change.HeaderBytes.ToArray(), NpgsqlDbType.Bytea, cancellation);
                await writer.WriteAsync(change.Leaf.ToArray(), NpgsqlDbType.Bytea, cancellation);
                await WriteAsync(writer, change.Body is null ? null : change.Salt.ToArray(), cancellation);
                await WriteAsync(writer, change.Body?.ToArray(), cancellation);
            }
            await writer.CompleteAsync(cancellation);
        }
        await using var command = new NpgsqlCommand("update snapshot set entries = $2 where hub_key = $1", connection, transaction);
        command.Parameters.Add(new() { Value = hub.Key });
        command.Parameters.Add(new() { Value = (long)run.Next });
        await command.ExecuteNonQueryAsync(cancellation);
        await transaction.CommitAsync(cancellation);
        return staged with { Entries = run.Next };
    }

    /// <summary>The entries were not those the head signs: they are fetched anew, the leaves stay.</summary>
    public async Task DropEntriesAsync(KnownHub hub, CancellationToken cancellation)
    {
        await DropRowsAsync(hub, cancellation);
        await ExecuteAsync("delete from snapshot_entry where hub_key = $1", hub, cancellation);
        await ExecuteAsync("update snapshot set entries = base where hub_key = $1", hub, cancellation);
    }

    public async Task DiscardAsync(KnownHub hub, CancellationToken cancellation)
    {
        await DropRowsAsync(hub, cancellation);
        // The row that names it goes first: what is left of the rest is swept by the next one.
        await ExecuteAsync("delete from snapshot where hub_key = $1", hub, cancellation);
        await ExecuteAsync("delete from snapshot_leaf where hub_key = $1", hub, cancellation);
        await ExecuteAsync("delete from snapshot_entry where hub_key = $1", hub, cancellation);
    }

    /// <summary>What a crash of the server takes with it is fetched again: it is a whole run, and the mark behind it too.</summary>
    private static async Task<NpgsqlTransaction> BeginAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        var transaction = await connection.BeginTransactionAsync(cancellation);
        await using var command = new NpgsqlCommand("set local synchronous_commit = off", connection, transaction);
        await command.ExecuteNonQueryAsync(cancellation);
        return transaction;
    }

    private async Task DropRowsAsync(KnownHub hub, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await (await AheadTables.OfAsync(connection, hub, cancellation)).DropAsync(connection, cancellation);
    }

    private async Task ExecuteAsync(string sql, KnownHub hub, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(sql);
        command.Parameters.Add(new() { Value = hub.Key });
        await command.ExecuteNonQueryAsync(cancellation);
    }

    private static async Task<bool> AreLeavesAsync(NpgsqlConnection connection, KnownHub hub, EntryRun run, CancellationToken cancellation)
    {
        var left = run.Changes.ToDictionary(c => (long)c.Header.Position.Seq, c => c.Leaf);
        await using var command = new NpgsqlCommand("select seq, leaf from snapshot_leaf where hub_key = $1 and seq = any($2)", connection);
        command.Parameters.Add(new() { Value = hub.Key });
        command.Parameters.Add(new() { Value = left.Keys.ToArray() });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            if (left.Remove(reader.GetInt64(0), out var leaf) && leaf != Hash.Read(reader.GetFieldValue<byte[]>(1)))
                return false;
        }
        return left.Count == 0;
    }

    private static Task WriteAsync(NpgsqlBinaryImporter writer, byte[]? bytes, CancellationToken cancellation) =>
        bytes is null ? writer.WriteNullAsync(cancellation) : writer.WriteAsync(bytes, NpgsqlDbType.Bytea, cancellation);
}
