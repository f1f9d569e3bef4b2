using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Protocol.Journal;
using Npgsql;

namespace CafeIA.Federation.Node.Journal.Erasures;

/// <summary>Keeps the erased entries of the database and those of the list the same, whichever of them is the older.</summary>
/// <remarks>
/// An erasure is committed first and listed next, before anyone is told of it: the list is never ahead of what a hub signed, so it hides nothing that no hub erased. A crash
/// between the two is made good at the next start, from the database. A database restored to before the commit is made good there too, from the list: the entry's bodies go and
/// stay away though its erase change is not back yet.
/// </remarks>
internal sealed class ErasureRegister(NpgsqlDataSource database, HubRegister hubs, EraseList list, IEnumerable<IProjection> projections)
{
    private readonly IProjection[] projections = [.. projections];

    /// <summary>Entries this program cannot show again; called after their commit, before it is acknowledged.</summary>
    public Task KeepAsync(KnownHub hub, IReadOnlyList<EntryId> erased, CancellationToken cancellation) =>
        list.AddAsync([.. erased.Select(e => new ErasedEntry(hub.Id, e))], cancellation);

    /// <summary>Before anything is served. Each entry that only the list knew is applied in one transaction.</summary>
    /// <returns>How many the list gave back to the database.</returns>
    public async Task<int> ReconcileAsync(CancellationToken cancellation)
    {
        var known = await KnownAsync(cancellation);
        await list.AddAsync(known, cancellation);
        var lost = list.Entries.Except(known).ToArray();
        if (lost.Length == 0)
            return 0;
        await hubs.LoadAsync(cancellation);
        foreach (var ofHub in lost.GroupBy(e => e.Hub))
            await ApplyAsync(ofHub.Key, [.. ofHub.Select(e => e.Entry)], cancellation);
        return lost.Length;
    }

    private async Task<HashSet<ErasedEntry>> KnownAsync(CancellationToken cancellation)
    {
        await using var command = database.CreateCommand("select hub_id, entry_id from erasure");
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var known = new HashSet<ErasedEntry>();
        while (await reader.ReadAsync(cancellation))
            known.Add(new(HubId.Parse(reader.GetString(0)), new(reader.GetGuid(1))));
        return known;
    }

    private async Task ApplyAsync(HubId id, EntryId[] erased, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await using var batch = new NpgsqlBatch(connection, transaction);
        var names = new NpgsqlBatchCommand("insert into erasure (entry_id, hub_id) select id, $1 from unnest($2::uuid[]) as r (id) on conflict do nothing");
        names.Parameters.Add(new() { Value = id.ToString() });
        names.Parameters.Add(new() { Value = erased.Select(e => e.Value).ToArray() });
        batch.BatchCommands.Add(names);
        // A hub that the restored database does not know yet has nothing here to take away.
        if (hubs.Find(id) is { } hub)
        {
            batch.BatchCommands.Add(ErasedBodies.Sweep());
            var current = await CurrentAsync(connection, transaction, hub, erased, cancellation);
            foreach (var projection in current.Count == 0 ? [] : projections)
                projection.Project(batch, hub, current);
        }
        await batch.ExecuteNonQueryAsync(cancellation);
        await projections.CommitAsync(() => transaction.CommitAsync(cancellation));
        if (hubs.Find(id) is { } touched)
            await projections.CommittedAsync(touched.Key, [.. erased.Select(e => e.Value)]);
    }

    /// <summary>The current changes as if their bodies were gone, which is how the directory learns to show nothing of them.</summary>
    private static async Task<IReadOnlyList<Change>> CurrentAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, KnownHub hub, EntryId[] erased, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            """
            select c.header
            from entry e
            join change c on c.hub_key = e.hub_key and c.epoch = e.epoch and c.seq = e.seq
            where e.hub_key = $1 and e.entry_id = any($2) and c.header is not null
            """,
            connection,
            transaction);
        command.Parameters.Add(new() { Value = hub.Key });
        command.Parameters.Add(new() { Value = erased.Select(e => e.Value).ToArray() });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var current = new List<Change>();
        while (await reader.ReadAsync(cancellation))
        {
            if (Change.TryRead(reader.GetFieldValue<byte[]>(0), default, null, out var change))
                current.Add(change);
        }
        return current;
    }
}
