using CafeIA.Federation.Protocol;
using CafeIA.Federation.Protocol.Heads;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Protocol.Journal;
using CafeIA.Federation.Protocol.Merkle;
using CafeIA.Federation.Protocol.Segments;
using Npgsql;

namespace CafeIA.Federation.Node.Journal;

/// <summary>Where a journal ends on this node.</summary>
/// <param name="Position">Epoch and seq of the last change held.</param>
/// <param name="Root">Root over what is held.</param>
/// <param name="Head">The newest head that covers no more than what is held; null before the first.</param>
/// <param name="Proven">The newest head under which what is held was proven, perhaps of a larger size.</param>
/// <param name="Floor">Up to this seq only current changes and leaves are held; pulls begin after it.</param>
/// <param name="ProvenProof">Consistency proof from what is held to <paramref name="Proven"/>; empty where that covers no more.</param>
internal sealed record JournalEnd(KnownHub Hub, Position Position, Hash Root, SignedHead? Head, string? TraceParent, SignedHead? Proven, ulong Floor, IReadOnlyList<Hash> ProvenProof)
{
    /// <summary>What is held is the beginning of what <see cref="Proven"/> covers, and can be shown as that.</summary>
    public bool IsPart => Proven is { } proven && proven.Head.Epoch == Position.Epoch && proven.Head.Size > Position.Seq && Position.Seq > 0
        && Proof.VerifyConsistency(Position.Seq, Root, proven.Head.Size, proven.Head.Root, [.. ProvenProof]);
}

/// <summary>Reads journals: ends, runs of changes, segments with their proof.</summary>
internal sealed class JournalReader(NpgsqlDataSource database, HubRegister hubs, JournalProofs proofs)
{
    /// <summary>Bytes of changes after which a segment is cut; one change may exceed it.</summary>
    public const int SegmentBytes = 1024 * 1024;

    private const string EndSql =
        """
        select j.hub_key, j.epoch, j.size, j.root, j.head, j.trace_parent, coalesce(j.proven, j.head), coalesce(f.floor, 0), j.proven_proof
        from journal j left join journal_floor f on f.hub_key = j.hub_key and f.epoch = j.epoch
        """;

    /// <summary>Every known hub's end, those with nothing yet included.</summary>
    public async Task<IReadOnlyList<JournalEnd>> EndsAsync(CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(EndSql);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var ends = new List<JournalEnd>();
        while (await reader.ReadAsync(cancellation))
        {
            if (hubs.Find(reader.GetInt32(0)) is { } hub)
                ends.Add(ReadEnd(reader, hub));
        }
        return [.. ends.OrderBy(e => e.Hub.Id)];
    }

    public async Task<JournalEnd?> EndAsync(KnownHub hub, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand($"{EndSql} where j.hub_key = $1");
        command.Parameters.Add(new() { Value = hub.Key });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        return await reader.ReadAsync(cancellation) ? ReadEnd(reader, hub) : null;
    }

    /// <summary>Changes of one hub after a position, in order; of those up to the floor the current ones.</summary>
    public async Task<IReadOnlyList<StoredChange>> ReadAsync(KnownHub hub, Position after, int limit, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(
            """
            select header, salt, body, previous_seq from change
            where hub_key = $1 and epoch = $2 and seq > $3 and header is not null
            order by seq
            limit $4
            """);
        command.Parameters.Add(new() { Value = hub.Key });
        command.Parameters.Add(new() { Value = (long)after.Epoch });
        command.Parameters.Add(new() { Value = (long)after.Seq });
        command.Parameters.Add(new() { Value = limit });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var changes = new List<StoredChange>();
        while (await reader.ReadAsync(cancellation))
            changes.Add(new(hub, JournalRows.ReadChange(reader, 0), (ulong)reader.GetInt64(3)));
        return changes;
    }

    /// <summary>The current change of each of the hub's entries, in the order of their positions.</summary>
    public async IAsyncEnumerable<Change> CurrentAsync(KnownHub hub, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(
            """
            select c.header, c.salt, c.body
            from entry e
            join change c on c.hub_key = e.hub_key and c.epoch = e.epoch and c.seq = e.seq
            where e.hub_key = $1
            order by e.epoch, e.seq
            """);
        command.Parameters.Add(new() { Value = hub.Key });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
            yield return JournalRows.ReadChange(reader, 0);
    }

    /// <summary>The current change of an entry, with the times of its first and its last change; the local hub's first should two hubs claim one id.</summary>
    public async Task<(StoredChange Change, DateTimeOffset FirstAt)?> FindCurrentAsync(EntryId entry, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(
            """
            select c.header, c.salt, c.body, c.previous_seq, e.hub_key, e.first_at
            from entry e
            join hub h using (hub_key)
            join change c on c.hub_key = e.hub_key and c.epoch = e.epoch and c.seq = e.seq
            where e.entry_id = $1 and not h.is_hidden
            order by h.is_local desc, e.first_at, e.hub_key
            limit 1
            """);
        command.Parameters.Add(new() { Value = entry.Value });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        if (!await reader.ReadAsync(cancellation) || hubs.Find(reader.GetInt32(4)) is not { } hub)
            return null;
        return (new(hub, JournalRows.ReadChange(reader, 0), (ulong)reader.GetInt64(3)), reader.GetFieldValue<DateTimeOffset>(5));
    }

    /// <summary>The next segment after a position, cut by count and bytes; null when there is none yet, or it would begin below the floor. After a position of an epoch that has ended, the first of the epoch that goes on.</summary>
    public async Task<Segment?> SegmentAsync(KnownHub hub, Position position, CancellationToken cancellation)
    {
        if (await EndAsync(hub, cancellation) is not { } end)
            return null;
        // A part is shown with the proof that came with it: nobody else may hold it.
        var isPart = end.IsPart;
        if ((isPart ? end.Proven : end.Head) is not { } head || (isPart ? end.Position : head.Head.Position) <= position)
            return null;
        var held = isPart ? end.Position.Seq : head.Head.Size;
        var after = position.Epoch == head.Head.Epoch ? position.Seq : 0;
        if (after < end.Floor)
            return null;
        var changes = new List<Change>();
        await using (var command = database.CreateCommand(
            """
            select header, salt, body from change
            where hub_key = $1 and epoch = $2 and seq > $3 and seq <= $4
            order by seq
            limit $5
            """))
        {
            command.Parameters.Add(new() { Value = hub.Key });
            command.Parameters.Add(new() { Value = (long)head.Head.Epoch });
            command.Parameters.Add(new() { Value = (long)after });
            command.Parameters.Add(new() { Value = (long)held });
            command.Parameters.Add(new() { Value = Segment.MaxChanges });
            await using var reader = await command.ExecuteReaderAsync(System.Data.CommandBehavior.SequentialAccess, cancellation);
            var bytes = 0;
            while (bytes < SegmentBytes && await reader.ReadAsync(cancellation))
            {
                var change = JournalRows.ReadChange(reader, 0);
                bytes += ChangeCodec.SizeOf(change);
                changes.Add(change);
            }
        }
        var last = after + (ulong)changes.Count;
        var proof = await proofs.ToHeadAsync(hub, head.Head, last, isPart ? end : null, cancellation);
        return new(head, after + 1, changes, proof, last == head.Head.Size ? end.TraceParent : null);
    }

    /// <summary>What the hub's root was at a size, and the proof from there to a larger one that is held, or to the head under which a part is held.</summary>
    /// <returns>Null when this node cannot show that.</returns>
    public async Task<HistoryProof?> HistoryAsync(KnownHub hub, uint epoch, ulong first, ulong second, CancellationToken cancellation)
    {
        if (await proofs.HistoryAsync(hub, epoch, first, second, cancellation) is { } held)
            return held;
        if (await EndAsync(hub, cancellation) is not { IsPart: true, Proven: { } proven } end
            || proven.Head.Epoch != epoch || proven.Head.Size != second
            || await proofs.RootAtAsync(hub, new(epoch, first), cancellation) is not { } root)
            return null;
        return new(first, root, second, await proofs.ToHeadAsync(hub, proven.Head, first, end, cancellation));
    }

    private static JournalEnd ReadEnd(NpgsqlDataReader reader, KnownHub hub) => new(
        hub,
        new((uint)reader.GetInt64(1), (ulong)reader.GetInt64(2)),
        Hash.Read(reader.GetFieldValue<byte[]>(3)),
        ReadHead(reader, 4, hub),
        reader.IsDBNull(5) ? null : reader.GetString(5),
        ReadHead(reader, 6, hub),
        (ulong)reader.GetInt64(7),
        reader.IsDBNull(8) ? [] : ReadHashes(reader.GetFieldValue<byte[]>(8)));

    private static Hash[] ReadHashes(byte[] bytes) => [.. bytes.Chunk(Hash.Size).Select(h => Hash.Read(h))];

    private static SignedHead? ReadHead(NpgsqlDataReader reader, int column, KnownHub hub)
    {
        if (reader.IsDBNull(column))
            return null;
        return SignedHead.TryDecode(reader.GetFieldValue<byte[]>(column), out var head)
            ? head
            : throw new InvalidDataException($"The stored head of hub {hub.Id} cannot be read.");
    }
}
