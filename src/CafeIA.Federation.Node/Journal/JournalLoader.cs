using CafeIA.Federation.Protocol;
using CafeIA.Federation.Protocol.Heads;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Protocol.Journal;
using CafeIA.Federation.Protocol.Merkle;
using Npgsql;

namespace CafeIA.Federation.Node.Journal;

/// <summary>Loads the state of a journal: its end from one row, its digest from the last checkpoint and the changes since.</summary>
internal sealed class JournalLoader(NpgsqlDataSource database)
{
    public async Task<JournalState> LoadAsync(KnownHub hub, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var empty = JournalState.Empty();
        // On its own: within a snapshot a row that another activation inserts meanwhile is a serialisation failure, not a conflict.
        await using (var begin = new NpgsqlCommand(
            "insert into journal (hub_key, epoch, size, root, frontier) values ($1, $2, 0, $3, '') on conflict do nothing", connection))
        {
            begin.Parameters.Add(new() { Value = hub.Key });
            begin.Parameters.Add(new() { Value = (long)empty.Epoch });
            begin.Parameters.Add(new() { Value = MerkleTree.EmptyRoot.ToArray() });
            await begin.ExecuteNonQueryAsync(cancellation);
        }
        // One snapshot for the end, the checkpoint and the changes between, though another activation may be appending.
        await using var transaction = await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, cancellation);
        uint epoch;
        Frontier frontier;
        SignedHead? head = null;
        await using (var end = new NpgsqlCommand("select epoch, size, frontier, coalesce(proven, head) from journal where hub_key = $1", connection, transaction))
        {
            end.Parameters.Add(new() { Value = hub.Key });
            await using var reader = await end.ExecuteReaderAsync(cancellation);
            await reader.ReadAsync(cancellation);
            epoch = (uint)reader.GetInt64(0);
            frontier = Frontier.Read((ulong)reader.GetInt64(1), reader.GetFieldValue<byte[]>(2));
            if (!reader.IsDBNull(3) && !SignedHead.TryDecode(reader.GetFieldValue<byte[]>(3), out head))
                throw new InvalidDataException($"The stored head of hub {hub.Id} cannot be read.");
        }
        var digest = await LoadDigestAsync(connection, hub, epoch, cancellation);
        var opening = epoch > 1 && frontier.Size > 0 ? await LoadOpeningAsync(connection, hub, epoch, cancellation) : null;
        await transaction.CommitAsync(cancellation);
        return new JournalState(epoch, frontier, digest, head, opening);
    }

    /// <summary>The hub's keys: the one that is pinned, and the rotations its journal holds.</summary>
    public async Task<KeyRing> LoadKeysAsync(FederationId federation, KnownHub hub, CancellationToken cancellation)
    {
        var ring = new KeyRing(federation, hub.Id, hub.PublicKey);
        await using var command = database.CreateCommand(
            """
            select c.body
            from entry e
            join change c on c.hub_key = e.hub_key and c.epoch = e.epoch and c.seq = e.seq
            where e.hub_key = $1 and e.kind = $2 and c.body is not null
            """);
        command.Parameters.Add(new() { Value = hub.Key });
        command.Parameters.Add(new() { Value = (int)EntryKind.Control });
        var rotations = new List<KeyRotation>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            if (KeyRotation.TryReadBody(reader.GetFieldValue<byte[]>(0)) is { } rotation)
                rotations.Add(rotation);
        }
        foreach (var rotation in rotations.OrderBy(r => r.Number))
            ring.TryExtend(rotation);
        return ring;
    }

    private static async Task<EpochOpening?> LoadOpeningAsync(NpgsqlConnection connection, KnownHub hub, uint epoch, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("select body from change where hub_key = $1 and epoch = $2 and seq = 1", connection);
        command.Parameters.Add(new() { Value = hub.Key });
        command.Parameters.Add(new() { Value = (long)epoch });
        return await command.ExecuteScalarAsync(cancellation) is byte[] body ? EpochOpening.TryReadBody(body) : null;
    }

    private static async Task<StateDigest> LoadDigestAsync(NpgsqlConnection connection, KnownHub hub, uint epoch, CancellationToken cancellation)
    {
        var digest = new StateDigest();
        long size = 0;
        await using (var checkpoint = new NpgsqlCommand("select size, buckets from digest_checkpoint where hub_key = $1 and epoch = $2", connection))
        {
            checkpoint.Parameters.Add(new() { Value = hub.Key });
            checkpoint.Parameters.Add(new() { Value = (long)epoch });
            await using var reader = await checkpoint.ExecuteReaderAsync(cancellation);
            if (await reader.ReadAsync(cancellation))
            {
                size = reader.GetInt64(0);
                digest = StateDigest.Read(reader.GetFieldValue<byte[]>(1));
            }
        }
        await using var since = new NpgsqlCommand(
            """
            select c.header, c.leaf, p.leaf
            from change c
            left join change p on p.hub_key = c.hub_key and p.epoch = c.epoch and p.seq = c.previous_seq
            where c.hub_key = $1 and c.epoch = $2 and c.seq > $3
            order by c.seq
            """,
            connection);
        since.Parameters.Add(new() { Value = hub.Key });
        since.Parameters.Add(new() { Value = (long)epoch });
        since.Parameters.Add(new() { Value = size });
        await using (var reader = await since.ExecuteReaderAsync(cancellation))
        {
            while (await reader.ReadAsync(cancellation))
            {
                if (!ChangeHeader.TryDecode(reader.GetFieldValue<byte[]>(0), out var header))
                    throw new InvalidDataException($"A stored change of hub {hub.Id} cannot be read.");
                Hash? previous = reader.IsDBNull(2) ? null : Hash.Read(reader.GetFieldValue<byte[]>(2));
                digest.Replace(header.Entry, previous, Hash.Read(reader.GetFieldValue<byte[]>(1)));
            }
        }
        return digest;
    }
}
