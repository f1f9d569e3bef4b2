using CafeIA.Federation.Node.Journal.Erasures;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Protocol.Journal;
using Npgsql;
using NpgsqlTypes;

namespace CafeIA.Federation.Node.Journal;

/// <summary>Writes current changes whose place in the journal is proven, whatever stands there: the change, the entry, and what the read models show of it.</summary>
/// <remarks>An erased entry gets no body, whoever sends one: neither a peer's rows nor a snapshot made before the erasure bring it back.</remarks>
internal sealed class CurrentRows(IEnumerable<IProjection> projections)
{
    private readonly IProjection[] projections = [.. projections];

    /// <summary>The tables of all read models that are derived entry by entry.</summary>
    public IReadOnlyList<string> Tables { get; } = [.. projections.SelectMany(p => p.Tables).Distinct()];

    /// <param name="batch">Of a transaction that holds the journal's fence.</param>
    /// <param name="hub">Whose journal.</param>
    /// <param name="epoch">Of the changes.</param>
    /// <param name="puts">At least one, each of its own entry; without a body, one that stands in the row already is kept.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task AddAsync(NpgsqlBatch batch, KnownHub hub, uint epoch, IReadOnlyList<Change> puts, CancellationToken cancellation)
    {
        var erased = await ErasedAsync(batch.Connection!, hub, puts, cancellation);
        puts = [.. puts.Select(p => erased.Contains(p.Header.Entry.Value) ? p.WithoutBody() : p)];
        ErasingAppend.AddNames(batch, hub, [.. puts.Where(p => p.Header.Op == ChangeOp.Erase).Select(p => p.Header.Entry)]);
        batch.BatchCommands.Add(Changes(hub, epoch, puts));
        batch.BatchCommands.Add(Entries(hub, epoch, puts));
        Project(batch, hub, [.. await WithOwnBodiesAsync(batch.Connection!, hub, epoch, puts, erased, cancellation)]);
    }

    /// <summary>Commits what was added; the read models are told which entries it was.</summary>
    public Task CommitAsync(NpgsqlTransaction transaction, KnownHub hub, IReadOnlyCollection<Guid> entries, CancellationToken cancellation) =>
        projections.CommitAsync(transaction, hub, entries, cancellation);

    /// <summary>The same without the change itself: the entry and what the read models show of it, in whatever tables stand first in the search path.</summary>
    public async Task AddAheadAsync(NpgsqlBatch batch, KnownHub hub, uint epoch, IReadOnlyList<Change> puts, CancellationToken cancellation)
    {
        var erased = await ErasedAsync(batch.Connection!, hub, puts, cancellation);
        puts = [.. puts.Select(p => erased.Contains(p.Header.Entry.Value) ? p.WithoutBody() : p)];
        batch.BatchCommands.Add(Entries(hub, epoch, puts));
        foreach (var projection in projections)
            await projection.ProjectAsync(batch, hub, puts, cancellation);
    }

    public void Project(NpgsqlBatch batch, KnownHub hub, IReadOnlyList<Change> shown)
    {
        foreach (var projection in projections)
            projection.Project(batch, hub, shown);
    }

    private static async Task<HashSet<Guid>> ErasedAsync(NpgsqlConnection connection, KnownHub hub, IReadOnlyList<Change> puts, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("select entry_id from erasure where hub_id = $1 and entry_id = any($2)", connection);
        command.Parameters.Add(new() { Value = hub.Id.ToString() });
        command.Parameters.Add(new() { Value = puts.Select(p => p.Header.Entry.Value).ToArray() });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var erased = new HashSet<Guid>();
        while (await reader.ReadAsync(cancellation))
            erased.Add(reader.GetGuid(0));
        return erased;
    }

    /// <summary>Where none was sent, the body that stands here, if it is the right one.</summary>
    private static async Task<IReadOnlyList<Change>> WithOwnBodiesAsync(NpgsqlConnection connection, KnownHub hub, uint epoch, IReadOnlyList<Change> puts, HashSet<Guid> erased, CancellationToken cancellation)
    {
        var lacking = puts.Where(p => p.Body is null && !p.Header.Commitment.IsZero && !erased.Contains(p.Header.Entry.Value)).ToDictionary(p => (long)p.Header.Position.Seq);
        if (lacking.Count == 0)
            return puts;
        await using var command = new NpgsqlCommand("select seq, salt, body from change where hub_key = $1 and epoch = $2 and seq = any($3) and salt is not null and body is not null", connection);
        command.Parameters.Add(new() { Value = hub.Key });
        command.Parameters.Add(new() { Value = (long)epoch });
        command.Parameters.Add(new() { Value = lacking.Keys.ToArray() });
        var own = new Dictionary<long, Change>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            var seq = reader.GetInt64(0);
            if (Change.TryRead(lacking[seq].HeaderBytes, reader.GetFieldValue<byte[]>(1), reader.GetFieldValue<byte[]>(2), out var change) && change.BodyMatches)
                own[seq] = change;
        }
        return [.. puts.Select(p => own.GetValueOrDefault((long)p.Header.Position.Seq, p))];
    }

    private static NpgsqlBatchCommand Changes(KnownHub hub, uint epoch, IReadOnlyList<Change> puts)
    {
        var command = new NpgsqlBatchCommand(
            """
            insert into change (hub_key, epoch, seq, previous_seq, header, leaf, command_id, salt, body)
            select $1, $2, c.seq, coalesce(e.seq, 0), header, c.leaf, command, salt, body
            from unnest($3::bigint[], $4::bytea[], $5::bytea[], $6::bytea[], $7::bytea[], $8::bytea[], $9::uuid[]) as c (seq, header, leaf, command, salt, body, entry_id)
            left join entry e on e.entry_id = c.entry_id and e.hub_key = $1 and e.epoch = $2 and e.seq < c.seq
            on conflict (hub_key, epoch, seq) do update
                set header = excluded.header, leaf = excluded.leaf, command_id = excluded.command_id,
                    salt = coalesce(excluded.salt, change.salt), body = coalesce(excluded.body, change.body)
            """);
        command.Parameters.Add(new() { Value = hub.Key });
        command.Parameters.Add(new() { Value = (long)epoch });
        command.Parameters.Add(new() { Value = puts.Select(p => (long)p.Header.Position.Seq).ToArray() });
        command.Parameters.Add(new() { Value = puts.Select(p => p.HeaderBytes.ToArray()).ToArray() });
        command.Parameters.Add(new() { Value = puts.Select(p => p.Leaf.ToArray()).ToArray() });
        command.Parameters.Add(Bytes(puts.Select(p => p.Header.Command.IsNone ? null : p.Header.Command.ToArray())));
        command.Parameters.Add(Bytes(puts.Select(p => p.Body is null ? null : p.Salt.ToArray())));
        command.Parameters.Add(Bytes(puts.Select(p => p.Body?.ToArray())));
        command.Parameters.Add(new() { Value = puts.Select(p => p.Header.Entry.Value).ToArray() });
        return command;
    }

    private static NpgsqlBatchCommand Entries(KnownHub hub, uint epoch, IReadOnlyList<Change> puts)
    {
        var command = new NpgsqlBatchCommand(
            """
            insert into entry (hub_key, entry_id, kind, op, epoch, seq, leaf, first_at, changed_at)
            select $1, id, kind, op, $2, seq, leaf, first_at, at
            from unnest($3::uuid[], $4::integer[], $5::smallint[], $6::bigint[], $7::bytea[], $8::timestamptz[], $9::timestamptz[]) as c (id, kind, op, seq, leaf, first_at, at)
            on conflict (entry_id, hub_key) do update
                set kind = excluded.kind, op = excluded.op, epoch = excluded.epoch, seq = excluded.seq, leaf = excluded.leaf, changed_at = excluded.changed_at
            """);
        command.Parameters.Add(new() { Value = hub.Key });
        command.Parameters.Add(new() { Value = (long)epoch });
        command.Parameters.Add(new() { Value = puts.Select(p => p.Header.Entry.Value).ToArray() });
        command.Parameters.Add(new() { Value = puts.Select(p => (int)p.Header.Kind).ToArray() });
        command.Parameters.Add(new() { Value = puts.Select(p => (short)p.Header.Op).ToArray() });
        command.Parameters.Add(new() { Value = puts.Select(p => (long)p.Header.Position.Seq).ToArray() });
        command.Parameters.Add(new() { Value = puts.Select(p => p.Leaf.ToArray()).ToArray() });
        command.Parameters.Add(new() { Value = puts.Select(p => FirstSeen.Of(p.Header).UtcDateTime).ToArray() });
        command.Parameters.Add(new() { Value = puts.Select(p => p.Header.At.UtcDateTime).ToArray() });
        return command;
    }

    private static NpgsqlParameter Bytes(IEnumerable<byte[]?> values) => new() { Value = values.ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bytea };
}
