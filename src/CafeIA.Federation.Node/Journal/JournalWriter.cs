using CafeIA.Federation.Node.Journal.Erasures;
using CafeIA.Federation.Protocol;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Protocol.Journal;
using CafeIA.Federation.Protocol.Merkle;
using CafeIA.Federation.Protocol.Sequencing;
using Npgsql;
using NpgsqlTypes;

namespace CafeIA.Federation.Node.Journal;

/// <summary>Appends planned batches, each in one transaction and one round trip, but for what the read models have to ask before: the fence, the changes, the current changes, the read models.</summary>
/// <param name="database">Where to.</param>
/// <param name="projections">The read models.</param>
/// <param name="erasures">Lists what a batch erased, after its commit; null: there is no list.</param>
internal sealed class JournalWriter(NpgsqlDataSource database, IEnumerable<IProjection> projections, ErasureRegister? erasures = null)
{
    /// <summary>Subtrees below this level are made from leaves when a proof needs them.</summary>
    public const int LowestStoredLevel = 8;

    private readonly IProjection[] projections = [.. projections];

    /// <summary>What is committed about these entries and commands.</summary>
    /// <exception cref="InvalidDataException">An entry's row or that of its current change was damaged: nothing can be planned on it before a scrub or a peer has mended it.</exception>
    public async Task<Preload> PreloadAsync(KnownHub hub, IReadOnlyCollection<EntryId> entries, IReadOnlyCollection<CommandId> commands, CancellationToken cancellation)
    {
        var current = new Dictionary<EntryId, CurrentChange>();
        var known = new Dictionary<CommandId, KnownCommand>();
        if (entries.Count == 0 && commands.Count == 0)
            return new(current, known);
        await using var batch = database.CreateBatch();
        // An entry that is known to be erased, though its erase change is not back in a restored journal, takes no more than its erasure: it stands as withdrawn.
        var byEntry = new NpgsqlBatchCommand(
            """
            select e.entry_id, e.epoch, e.seq, e.kind, case when x.entry_id is null then e.op else greatest(e.op, 2::smallint) end, e.leaf, c.header
            from entry e
            left join change c on c.hub_key = e.hub_key and c.epoch = e.epoch and c.seq = e.seq
            left join erasure x on x.entry_id = e.entry_id and x.hub_id = $3
            where e.hub_key = $1 and e.entry_id = any($2)
            """);
        byEntry.Parameters.Add(new() { Value = hub.Key });
        byEntry.Parameters.Add(new() { Value = entries.Select(e => e.Value).ToArray() });
        byEntry.Parameters.Add(new() { Value = hub.Id.ToString() });
        batch.BatchCommands.Add(byEntry);
        if (commands.Count > 0)
        {
            var byCommand = new NpgsqlBatchCommand("select header, salt, body from change where hub_key = $1 and command_id = any($2) order by epoch");
            byCommand.Parameters.Add(new() { Value = hub.Key });
            byCommand.Parameters.Add(new() { Value = commands.Select(c => c.ToArray()).ToArray() });
            batch.BatchCommands.Add(byCommand);
        }
        await using var reader = await batch.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            var entry = new EntryId(reader.GetGuid(0));
            var leaf = Hash.Read(reader.GetFieldValue<byte[]>(5));
            // A digest that was made with a wrong leaf would be signed, and wrong for ever.
            if (!reader.IsDBNull(6) && MerkleTree.Leaf(reader.GetFieldValue<byte[]>(6)) != leaf)
                throw new InvalidDataException($"The entry {entry} of hub {hub.Id} does not stand as its current change: one of the two rows was damaged and is not mended yet.");
            current[entry] = new(
                entry,
                new((uint)reader.GetInt64(1), (ulong)reader.GetInt64(2)),
                (EntryKind)reader.GetInt32(3),
                (ChangeOp)reader.GetInt16(4),
                leaf);
        }
        if (commands.Count > 0 && await reader.NextResultAsync(cancellation))
        {
            while (await reader.ReadAsync(cancellation))
            {
                var change = JournalRows.ReadChange(reader, 0);
                known[change.Header.Command] = new(change);
            }
        }
        return new(current, known);
    }

    /// <summary>The current changes of these entries that stand in an epoch before that one and have their body.</summary>
    public async Task<IReadOnlyDictionary<EntryId, Change>> FormerBodiesAsync(KnownHub hub, uint epoch, IReadOnlyCollection<EntryId> entries, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(
            """
            select c.header, c.salt, c.body
            from entry e
            join change c on c.hub_key = e.hub_key and c.epoch = e.epoch and c.seq = e.seq
            where e.hub_key = $1 and e.entry_id = any($2) and e.epoch < $3 and c.body is not null
            """);
        command.Parameters.Add(new() { Value = hub.Key });
        command.Parameters.Add(new() { Value = entries.Select(e => e.Value).ToArray() });
        command.Parameters.Add(new() { Value = (long)epoch });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var held = new Dictionary<EntryId, Change>();
        while (await reader.ReadAsync(cancellation))
        {
            if (JournalRows.TryReadChange(reader, 0) is { } change)
                held[change.Header.Entry] = change;
        }
        return held;
    }

    /// <summary>What the read models will do for these changes, to be made beside other work: most of the processor time of an append goes there.</summary>
    public Task<PreparedProjection> PrepareAsync(KnownHub hub, IReadOnlyList<Change> changes, CancellationToken cancellation) => PreparedProjection.MakeAsync(hub, Latest(changes), projections, cancellation);

    /// <inheritdoc cref="AppendAsync(KnownHub, JournalBatch, string?, StateDigest?, PreparedProjection?, CancellationToken)"/>
    public Task<AppendOutcome> AppendAsync(KnownHub hub, JournalBatch journalBatch, string? traceParent, StateDigest? checkpoint, CancellationToken cancellation) =>
        AppendAsync(hub, journalBatch, traceParent, checkpoint, null, cancellation);

    /// <summary>Commits the batch, or nothing of it, and returns when the read models have followed.</summary>
    /// <inheritdoc cref="CommitAsync"/>
    public async Task<AppendOutcome> AppendAsync(
        KnownHub hub, JournalBatch journalBatch, string? traceParent, StateDigest? checkpoint, PreparedProjection? prepared, CancellationToken cancellation)
    {
        var (outcome, followed) = await CommitAsync(hub, journalBatch, traceParent, checkpoint, prepared, cancellation);
        await followed;
        return outcome;
    }

    /// <summary>Commits the batch, or nothing of it.</summary>
    /// <returns>What came of it, and what goes on after a commit: the read models follow, the erase list is written. Whoever acknowledges the batch waits for it.</returns>
    /// <param name="hub">Whose journal.</param>
    /// <param name="journalBatch">What to append, and the end it is to be appended to.</param>
    /// <param name="traceParent">W3C trace context that goes with it to the followers.</param>
    /// <param name="checkpoint">The state digest after the batch, now and then, so that a start has little to fold in.</param>
    /// <param name="prepared">What <see cref="PrepareAsync"/> made; passed over when it is not of this batch.</param>
    /// <param name="cancellation">Cancelling leaves the outcome unknown.</param>
    /// <exception cref="NpgsqlException">The outcome is unknown: load the state before going on.</exception>
    public async Task<(AppendOutcome Outcome, Task Followed)> CommitAsync(
        KnownHub hub, JournalBatch journalBatch, string? traceParent, StateDigest? checkpoint, PreparedProjection? prepared, CancellationToken cancellation)
    {
        await using var batch = database.CreateBatch();
        var erased = ErasingAppend.Of(journalBatch);
        AddFence(batch, hub, journalBatch, traceParent);
        ErasingAppend.AddNames(batch, hub, erased);
        AddChanges(batch, hub, journalBatch);
        ErasingAppend.AddBodies(batch, hub, journalBatch, erased);
        var current = Latest(journalBatch.Changes.Select(c => c.Change));
        AddCurrent(batch, hub, current);
        AddSubtrees(batch, hub, journalBatch);
        if (checkpoint is not null)
            AddCheckpoint(batch, hub, journalBatch, checkpoint);
        if (prepared?.IsOf(current) != true)
            prepared = await PreparedProjection.MakeAsync(hub, current, projections, cancellation);
        foreach (var command in prepared.Commands)
            batch.BatchCommands.Add(command);
        if (journalBatch.EndsOpening)
            PastEpochs.AddLeave(batch, projections, hub, journalBatch.Epoch);
        try
        {
            await projections.CommitAsync(() => batch.ExecuteNonQueryAsync(cancellation));
        }
        catch (PostgresException e) when (e.SqlState == SqlStates.DivisionByZero)
        {
            // A read model may divide as well. Which it was shows in the journal's end, which never comes back to where it stood.
            if (await StandsBeforeAsync(hub, journalBatch, cancellation))
                throw;
            return (AppendOutcome.Fenced, Task.CompletedTask);
        }
        return (AppendOutcome.Committed, FollowAsync(hub, journalBatch, current, erased, cancellation));
    }

    private async Task FollowAsync(KnownHub hub, JournalBatch journalBatch, Change[] current, IReadOnlyList<EntryId> erased, CancellationToken cancellation)
    {
        await projections.CommittedAsync(hub.Key, journalBatch.EndsOpening ? null : [.. current.Select(c => c.Header.Entry.Value)]);
        if (erased.Count > 0 && erasures is not null)
            await erasures.KeepAsync(hub, erased, cancellation);
    }

    private async Task<bool> StandsBeforeAsync(KnownHub hub, JournalBatch journalBatch, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand("select from journal where hub_key = $1 and epoch = $2 and size = $3 and root = $4");
        command.Parameters.Add(new() { Value = hub.Key });
        command.Parameters.Add(new() { Value = (long)journalBatch.Before.Epoch });
        command.Parameters.Add(new() { Value = (long)journalBatch.Before.Seq });
        command.Parameters.Add(new() { Value = journalBatch.RootBefore.ToArray() });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        return await reader.ReadAsync(cancellation);
    }

    /// <summary>Moves the journal's end. In one batch "no row updated" is no error and the inserts behind it would commit, so the count divides.</summary>
    private static void AddFence(NpgsqlBatch batch, KnownHub hub, JournalBatch journalBatch, string? traceParent)
    {
        var covers = journalBatch.Head.Head.Size == journalBatch.After.Size;
        var command = new NpgsqlBatchCommand(
            """
            with moved as (
                update journal
                set epoch = $11, size = $5, root = $6, frontier = $7, head = coalesce($8, case when epoch = $11 then head end), proven = $10, proven_proof = $12, trace_parent = $9
                where hub_key = $1 and epoch = $2 and size = $3 and root = $4
                returning 1
            )
            select 1 / count(*) from moved
            """);
        command.Parameters.Add(new() { Value = hub.Key });
        command.Parameters.Add(new() { Value = (long)journalBatch.Before.Epoch });
        command.Parameters.Add(new() { Value = (long)journalBatch.Before.Seq });
        command.Parameters.Add(new() { Value = journalBatch.RootBefore.ToArray() });
        command.Parameters.Add(new() { Value = (long)journalBatch.After.Size });
        command.Parameters.Add(new() { Value = journalBatch.RootAfter.ToArray() });
        command.Parameters.Add(new() { Value = journalBatch.After.ToArray() });
        // A head of a larger size than what is held cannot be served yet: the one that covers what is held stays.
        command.Parameters.Add(new() { Value = covers ? journalBatch.Head.Encode() : DBNull.Value, NpgsqlDbType = NpgsqlDbType.Bytea });
        command.Parameters.Add(new() { Value = (object?)traceParent ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        command.Parameters.Add(new() { Value = journalBatch.Head.Encode() });
        command.Parameters.Add(new() { Value = (long)journalBatch.Epoch });
        command.Parameters.Add(new() { Value = covers ? DBNull.Value : journalBatch.Proof.SelectMany(h => h.ToArray()).ToArray(), NpgsqlDbType = NpgsqlDbType.Bytea });
        batch.BatchCommands.Add(command);
    }

    private static void AddChanges(NpgsqlBatch batch, KnownHub hub, JournalBatch journalBatch)
    {
        var count = journalBatch.Changes.Count;
        var seqs = new long[count];
        var previous = new long[count];
        var headers = new ReadOnlyMemory<byte>[count];
        var leaves = new byte[count][];
        var commands = new byte[]?[count];
        var salts = new byte[]?[count];
        var bodies = new byte[]?[count];
        var entries = new Guid[count];
        for (var i = 0; i < count; i++)
        {
            var (change, previousSeq) = journalBatch.Changes[i];
            seqs[i] = (long)change.Header.Position.Seq;
            previous[i] = (long)previousSeq;
            headers[i] = change.HeaderBytes;
            leaves[i] = change.Leaf.ToArray();
            entries[i] = change.Header.Entry.Value;
            commands[i] = change.Header.Command.IsNone ? null : change.Header.Command.ToArray();
            if (change.Body is { } body)
            {
                salts[i] = change.Salt.ToArray();
                bodies[i] = body.ToArray();
            }
        }
        var command = new NpgsqlBatchCommand(
            """
            insert into change (hub_key, epoch, seq, previous_seq, header, leaf, command_id, salt, body)
            select $1, $2, r.seq, r.previous_seq, r.header, r.leaf, r.command_id, case when x.entry_id is null then r.salt end, case when x.entry_id is null then r.body end
            from unnest($3::bigint[], $4::bigint[], $5::bytea[], $6::bytea[], $7::bytea[], $8::bytea[], $9::bytea[], $10::uuid[])
                as r (seq, previous_seq, header, leaf, command_id, salt, body, entry_id)
            left join erasure x on x.entry_id = r.entry_id and x.hub_id = $11
            """);
        command.Parameters.Add(new() { Value = hub.Key });
        command.Parameters.Add(new() { Value = (long)journalBatch.Epoch });
        command.Parameters.Add(new() { Value = seqs });
        command.Parameters.Add(new() { Value = previous });
        command.Parameters.Add(new() { Value = headers.Select(h => h.ToArray()).ToArray() });
        command.Parameters.Add(new() { Value = leaves });
        command.Parameters.Add(new() { Value = commands, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bytea });
        command.Parameters.Add(new() { Value = salts, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bytea });
        command.Parameters.Add(new() { Value = bodies, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bytea });
        command.Parameters.Add(new() { Value = entries });
        command.Parameters.Add(new() { Value = hub.Id.ToString() });
        batch.BatchCommands.Add(command);
    }

    private static void AddCurrent(NpgsqlBatch batch, KnownHub hub, Change[] current)
    {
        var command = new NpgsqlBatchCommand(
            """
            insert into entry (hub_key, entry_id, kind, op, epoch, seq, leaf, first_at, changed_at)
            select $1, id, kind, op, $2, seq, leaf, at, at
            from unnest($3::uuid[], $4::integer[], $5::smallint[], $6::bigint[], $7::bytea[], $8::timestamptz[]) as c (id, kind, op, seq, leaf, at)
            on conflict (entry_id, hub_key) do update
                set kind = excluded.kind, op = excluded.op, epoch = excluded.epoch, seq = excluded.seq, leaf = excluded.leaf, changed_at = excluded.changed_at
            """);
        command.Parameters.Add(new() { Value = hub.Key });
        command.Parameters.Add(new() { Value = (long)current[0].Header.Position.Epoch });
        command.Parameters.Add(new() { Value = current.Select(c => c.Header.Entry.Value).ToArray() });
        command.Parameters.Add(new() { Value = current.Select(c => (int)c.Header.Kind).ToArray() });
        command.Parameters.Add(new() { Value = current.Select(c => (short)c.Header.Op).ToArray() });
        command.Parameters.Add(new() { Value = current.Select(c => (long)c.Header.Position.Seq).ToArray() });
        command.Parameters.Add(new() { Value = current.Select(c => c.Leaf.ToArray()).ToArray() });
        command.Parameters.Add(new() { Value = current.Select(c => c.Header.At.UtcDateTime).ToArray() });
        batch.BatchCommands.Add(command);
    }

    private static void AddSubtrees(NpgsqlBatch batch, KnownHub hub, JournalBatch journalBatch)
    {
        var stored = journalBatch.Subtrees.Where(s => s.Subtree.Level >= LowestStoredLevel).ToArray();
        if (stored.Length == 0)
            return;
        var command = new NpgsqlBatchCommand(
            """
            insert into subtree (hub_key, epoch, level, index, hash)
            select $1, $2, * from unnest($3::smallint[], $4::bigint[], $5::bytea[])
            """);
        command.Parameters.Add(new() { Value = hub.Key });
        command.Parameters.Add(new() { Value = (long)journalBatch.Epoch });
        command.Parameters.Add(new() { Value = stored.Select(s => (short)s.Subtree.Level).ToArray() });
        command.Parameters.Add(new() { Value = stored.Select(s => (long)s.Subtree.Index).ToArray() });
        command.Parameters.Add(new() { Value = stored.Select(s => s.Hash.ToArray()).ToArray() });
        batch.BatchCommands.Add(command);
    }

    private static void AddCheckpoint(NpgsqlBatch batch, KnownHub hub, JournalBatch journalBatch, StateDigest digest)
    {
        var command = new NpgsqlBatchCommand(
            """
            insert into digest_checkpoint (hub_key, epoch, size, buckets) values ($1, $2, $3, $4)
            on conflict (hub_key) do update set epoch = excluded.epoch, size = excluded.size, buckets = excluded.buckets
            """);
        command.Parameters.Add(new() { Value = hub.Key });
        command.Parameters.Add(new() { Value = (long)journalBatch.Epoch });
        command.Parameters.Add(new() { Value = (long)journalBatch.After.Size });
        command.Parameters.Add(new() { Value = digest.ToArray() });
        batch.BatchCommands.Add(command);
    }

    /// <summary>The last change of each entry, in the order of their seq.</summary>
    private static Change[] Latest(IEnumerable<Change> changes)
    {
        var latest = new Dictionary<EntryId, Change>();
        foreach (var change in changes)
            latest[change.Header.Entry] = change;
        return [.. latest.Values.OrderBy(c => c.Header.Position.Seq)];
    }
}
