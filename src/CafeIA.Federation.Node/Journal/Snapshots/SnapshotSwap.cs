using CafeIA.Federation.Node.Journal.Erasures;
using CafeIA.Federation.Protocol;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Protocol.Journal;
using CafeIA.Federation.Protocol.Merkle;
using Npgsql;

namespace CafeIA.Federation.Node.Journal.Snapshots;

/// <summary>Makes a complete snapshot the journal, in one transaction: until it commits nothing of it is seen, and afterwards all of it.</summary>
/// <remarks>
/// The transaction holds the journal's end from the fence on. It checks once more what the runs were checked for: the leaves lead to the signed root, and the
/// entries are the signed state. A crash in its middle leaves the staged rows as they were.
/// </remarks>
internal sealed class SnapshotSwap(
    NpgsqlDataSource database, CurrentRows rows, RowsAhead ahead, DirectorySwap directory, ErasureRegister erasures, IEnumerable<IProjection> projections) : IDisposable
{
    /// <summary>Memory for one sort or hash: a million staged entries are joined a few times.</summary>
    private const string JoinMemory = "64MB";

    private readonly IProjection[] projections = [.. projections];

    /// <summary>One at a time: only the first finds the directory empty, and the others would build indexes for nothing.</summary>
    private readonly SemaphoreSlim turn = new(1);

    /// <param name="hub">Whose journal.</param>
    /// <param name="staged">Complete, and its rows are derived.</param>
    /// <param name="before">Where the journal ends: the fence.</param>
    /// <param name="rootBefore">The root there.</param>
    /// <param name="heldBefore">The frontier the snapshot goes on from: the journal's own, or an empty one for another epoch.</param>
    /// <param name="cancellation">Gives up before the commit.</param>
    public async Task<SwapOutcome> SwapAsync(KnownHub hub, StagedSnapshot staged, Position before, Hash rootBefore, Frontier heldBefore, CancellationToken cancellation)
    {
        await turn.WaitAsync(cancellation);
        try
        {
            return await SwapInTurnAsync(hub, staged, before, rootBefore, heldBefore, cancellation);
        }
        finally
        {
            turn.Release();
        }
    }

    public void Dispose() => turn.Dispose();

    private async Task<SwapOutcome> SwapInTurnAsync(KnownHub hub, StagedSnapshot staged, Position before, Hash rootBefore, Frontier heldBefore, CancellationToken cancellation)
    {
        var epoch = staged.Head.Head.Epoch;
        var takesPlace = await directory.PrepareAsync(hub, cancellation);
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        var tables = await AheadTables.OfAsync(connection, hub, cancellation);
        await ExecuteAsync(connection, $"set local work_mem = '{JoinMemory}'", cancellation);
        if (!await MoveEndAsync(connection, hub, staged, before, rootBefore, cancellation))
            return SwapOutcome.Moved;
        var changed = await StagedEntries.SettleAsync(connection, hub, tables, before, epoch, cancellation);
        await StagedEntries.DeriveAgainAsync(connection, hub, tables, ahead, epoch, changed, cancellation);
        var digest = await DigestAsync(connection, hub, tables, epoch, cancellation);
        if (digest.Digest() != staged.Head.Head.StateDigest || !await AddSubtreesAsync(connection, hub, epoch, staged, heldBefore, cancellation))
            return SwapOutcome.OtherState;
        await StagedEntries.AddToJournalAsync(connection, hub, tables, epoch, cancellation);
        var erased = await StagedEntries.EraseAsync(connection, transaction, hub, tables, rows, cancellation);
        await LeavePastAsync(connection, transaction, hub, before, epoch, erased.Count > 0, cancellation);
        await NoteAsync(connection, hub, epoch, staged.Head.Head.Size, digest, cancellation);
        // Last: whoever reads the directory may wait from here to the commit.
        var changedPlaces = await directory.ShowAsync(transaction, tables, hub, before.Seq > 0, takesPlace, cancellation);
        await tables.DropAsync(connection, cancellation);
        await projections.CommitAsync(() => transaction.CommitAsync(cancellation));
        if (changedPlaces)
            projections.RowsUnknown();
        else
            await projections.CommittedAsync(hub.Key, null);
        await erasures.KeepAsync(hub, erased, cancellation);
        return SwapOutcome.Swapped;
    }

    private static async Task<bool> MoveEndAsync(NpgsqlConnection connection, KnownHub hub, StagedSnapshot staged, Position before, Hash rootBefore, CancellationToken cancellation)
    {
        await using var command = Command(
            connection,
            """
            update journal set epoch = $5, size = $6, root = $7, frontier = $8, head = $9, proven = $9, trace_parent = null
            where hub_key = $1 and epoch = $2 and size = $3 and root = $4
            """,
            hub.Key,
            (long)before.Epoch,
            (long)before.Seq,
            rootBefore.ToArray(),
            (long)staged.Head.Head.Epoch,
            (long)staged.Head.Head.Size,
            staged.Head.Head.Root.ToArray(),
            staged.Frontier.ToArray(),
            staged.Head.Encode());
        return await command.ExecuteNonQueryAsync(cancellation) == 1;
    }

    /// <summary>What is staged, over what is held of the same epoch.</summary>
    private static async Task<StateDigest> DigestAsync(NpgsqlConnection connection, KnownHub hub, AheadTables tables, uint epoch, CancellationToken cancellation)
    {
        var digest = new StateDigest();
        await using var command = Command(
            connection,
            $"""
            select entry_id, leaf from {tables.Name}.entry
            union all
            select entry_id, leaf from entry e
            where hub_key = $1 and epoch = $2 and not exists (select from {tables.Name}.entry s where s.entry_id = e.entry_id)
            """,
            hub.Key,
            (long)epoch);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
            digest.Replace(new(reader.GetGuid(0)), null, Hash.Read(reader.GetFieldValue<byte[]>(1)));
        return digest;
    }

    private static async Task<bool> AddSubtreesAsync(NpgsqlConnection connection, KnownHub hub, uint epoch, StagedSnapshot staged, Frontier heldBefore, CancellationToken cancellation)
    {
        var frontier = heldBefore.Clone();
        var subtrees = new List<(Subtree Subtree, Hash Hash)>();
        await using (var command = Command(connection, "select leaf from snapshot_leaf where hub_key = $1 order by seq", hub.Key))
        {
            await using var reader = await command.ExecuteReaderAsync(cancellation);
            while (await reader.ReadAsync(cancellation))
            {
                frontier.Append(Hash.Read(reader.GetFieldValue<byte[]>(0)), (subtree, hash) =>
                {
                    if (subtree.Level >= JournalWriter.LowestStoredLevel)
                        subtrees.Add((subtree, hash));
                });
            }
        }
        if (frontier.Size != staged.Head.Head.Size || frontier.Root() != staged.Head.Head.Root)
            return false;
        await ExecuteAsync(
            connection,
            "insert into subtree (hub_key, epoch, level, index, hash) select $1, $2, * from unnest($3::smallint[], $4::bigint[], $5::bytea[])",
            cancellation,
            hub.Key,
            (long)epoch,
            subtrees.Select(s => (short)s.Subtree.Level).ToArray(),
            subtrees.Select(s => (long)s.Subtree.Index).ToArray(),
            subtrees.Select(s => s.Hash.ToArray()).ToArray());
        return true;
    }

    /// <summary>Of an epoch that ended nothing is shown any more, and of an erased entry no version keeps its body.</summary>
    private async Task LeavePastAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, KnownHub hub, Position before, uint epoch, bool erases, CancellationToken cancellation)
    {
        await using var batch = new NpgsqlBatch(connection, transaction) { Timeout = 0 };
        // Versions that were held before the snapshot are of the entries that came with it.
        if (before.Epoch == epoch && before.Seq > 0)
            batch.BatchCommands.Add(VersionChains.Mend(hub, epoch));
        if (before.Epoch < epoch)
            PastEpochs.AddLeave(batch, projections, hub, epoch);
        if (erases)
            batch.BatchCommands.Add(ErasedBodies.Sweep());
        if (batch.BatchCommands.Count > 0)
            await batch.ExecuteNonQueryAsync(cancellation);
    }

    private static async Task NoteAsync(NpgsqlConnection connection, KnownHub hub, uint epoch, ulong size, StateDigest digest, CancellationToken cancellation)
    {
        await ExecuteAsync(
            connection,
            """
            insert into digest_checkpoint (hub_key, epoch, size, buckets) values ($1, $2, $3, $4)
            on conflict (hub_key) do update set epoch = excluded.epoch, size = excluded.size, buckets = excluded.buckets
            """,
            cancellation,
            hub.Key,
            (long)epoch,
            (long)size,
            digest.ToArray());
        await ExecuteAsync(
            connection,
            "insert into journal_floor (hub_key, epoch, floor) values ($1, $2, $3) on conflict (hub_key, epoch) do update set floor = excluded.floor",
            cancellation,
            hub.Key,
            (long)epoch,
            (long)size);
        foreach (var table in (string[])["snapshot", "snapshot_leaf", "snapshot_entry"])
            await ExecuteAsync(connection, $"delete from {table} where hub_key = $1", cancellation, hub.Key);
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellation, params object[] values)
    {
        await using var command = Command(connection, sql, values);
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>Without a time limit: a million rows take longer than a statement of every day may.</summary>
    private static NpgsqlCommand Command(NpgsqlConnection connection, string sql, params object[] values)
    {
        var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        foreach (var value in values)
            command.Parameters.Add(new() { Value = value });
        return command;
    }
}
