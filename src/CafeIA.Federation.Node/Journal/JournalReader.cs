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
internal sealed record JournalEnd(KnownHub Hub, Position Position, Hash Root, SignedHead? Head, string? TraceParent);

/// <summary>Reads journals: ends, runs of changes, segments with their proof.</summary>
internal sealed class JournalReader(NpgsqlDataSource database, HubRegister hubs)
{
    /// <summary>Bytes of changes after which a segment is cut; one change may exceed it.</summary>
    public const int SegmentBytes = 1024 * 1024;

    /// <summary>Every known hub's end, those with nothing yet included.</summary>
    public async Task<IReadOnlyList<JournalEnd>> EndsAsync(CancellationToken cancellation)
    {
        await using var command = database.CreateCommand("select hub_key, epoch, size, root, head, trace_parent from journal");
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
        await using var command = database.CreateCommand("select hub_key, epoch, size, root, head, trace_parent from journal where hub_key = $1");
        command.Parameters.Add(new() { Value = hub.Key });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        return await reader.ReadAsync(cancellation) ? ReadEnd(reader, hub) : null;
    }

    /// <summary>Changes of one hub after a position, in order.</summary>
    public async Task<IReadOnlyList<StoredChange>> ReadAsync(KnownHub hub, Position after, int limit, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(
            """
            select header, salt, body, previous_seq from change
            where hub_key = $1 and epoch = $2 and seq > $3
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

    /// <summary>The next segment after a seq, cut by count and bytes; null when there is none yet.</summary>
    public async Task<Segment?> SegmentAsync(KnownHub hub, ulong after, CancellationToken cancellation)
    {
        if (await EndAsync(hub, cancellation) is not { Head: { } head } end || head.Head.Size <= after)
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
            command.Parameters.Add(new() { Value = (long)head.Head.Size });
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
        var plan = Proof.PlanConsistency(last, head.Head.Size);
        var hashes = plan.Count == 0 ? [] : await SubtreesAsync(hub, head.Head.Epoch, [.. plan.SelectMany(n => n).Distinct()], cancellation);
        return new(head, after + 1, changes, Proof.Make(plan, s => hashes[s]), last == head.Head.Size ? end.TraceParent : null);
    }

    /// <summary>Hashes of perfect subtrees: the large ones as stored, the small ones from their leaves.</summary>
    public async Task<Dictionary<Subtree, Hash>> SubtreesAsync(KnownHub hub, uint epoch, IReadOnlyList<Subtree> subtrees, CancellationToken cancellation)
    {
        var small = subtrees.Where(s => s.Level < JournalWriter.LowestStoredLevel).ToArray();
        var large = subtrees.Where(s => s.Level >= JournalWriter.LowestStoredLevel).ToArray();
        await using var batch = database.CreateBatch();
        var leaves = new NpgsqlBatchCommand(
            """
            select r.n, c.leaf
            from unnest($3::bigint[], $4::bigint[]) with ordinality as r (first, last, n)
            join change c on c.hub_key = $1 and c.epoch = $2 and c.seq between r.first and r.last
            order by r.n, c.seq
            """);
        leaves.Parameters.Add(new() { Value = hub.Key });
        leaves.Parameters.Add(new() { Value = (long)epoch });
        leaves.Parameters.Add(new() { Value = small.Select(s => (long)(s.Index << s.Level) + 1).ToArray() });
        leaves.Parameters.Add(new() { Value = small.Select(s => (long)((s.Index + 1) << s.Level)).ToArray() });
        batch.BatchCommands.Add(leaves);
        var stored = new NpgsqlBatchCommand(
            """
            select s.level, s.index, s.hash
            from unnest($3::smallint[], $4::bigint[]) as r (level, index)
            join subtree s on s.hub_key = $1 and s.epoch = $2 and s.level = r.level and s.index = r.index
            """);
        stored.Parameters.Add(new() { Value = hub.Key });
        stored.Parameters.Add(new() { Value = (long)epoch });
        stored.Parameters.Add(new() { Value = large.Select(s => (short)s.Level).ToArray() });
        stored.Parameters.Add(new() { Value = large.Select(s => (long)s.Index).ToArray() });
        batch.BatchCommands.Add(stored);
        var hashes = new Dictionary<Subtree, Hash>();
        var frontiers = small.Select(_ => new Frontier()).ToArray();
        await using var reader = await batch.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
            frontiers[reader.GetInt64(0) - 1].Append(Hash.Read(reader.GetFieldValue<byte[]>(1)));
        for (var i = 0; i < small.Length; i++)
            hashes[small[i]] = frontiers[i].Root();
        await reader.NextResultAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
            hashes[new(reader.GetInt16(0), (ulong)reader.GetInt64(1))] = Hash.Read(reader.GetFieldValue<byte[]>(2));
        return hashes;
    }

    private static JournalEnd ReadEnd(NpgsqlDataReader reader, KnownHub hub)
    {
        SignedHead? head = null;
        if (!reader.IsDBNull(4) && !SignedHead.TryDecode(reader.GetFieldValue<byte[]>(4), out head))
            throw new InvalidDataException($"The stored head of hub {hub.Id} cannot be read.");
        return new(
            hub,
            new((uint)reader.GetInt64(1), (ulong)reader.GetInt64(2)),
            Hash.Read(reader.GetFieldValue<byte[]>(3)),
            head,
            reader.IsDBNull(5) ? null : reader.GetString(5));
    }
}
