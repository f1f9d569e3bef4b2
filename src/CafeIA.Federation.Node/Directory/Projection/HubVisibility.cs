using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Protocol.Journal;
using Npgsql;

namespace CafeIA.Federation.Node.Directory.Projection;

/// <summary>Takes the directory rows of a hidden hub away, and derives them anew from its journal when it is shown again.</summary>
/// <remarks>
/// Searches and lookups leave a hidden hub out by themselves, at once; this makes sure that nothing else finds it either. Both ways go in short transactions, and both may be broken off and
/// begun again: <c>hub.is_cleared</c> is set before the first row goes and unset after the last one is back. Each step that adds locks the journal's end, which every append moves: no
/// row of an older version is written over a newer one.
/// </remarks>
internal sealed partial class HubVisibility(NpgsqlDataSource database, HubRegister hubs, IEnumerable<IProjection> projections, TimeProvider time, ILogger<HubVisibility> logger) : BackgroundService
{
    /// <summary>Entries in one transaction.</summary>
    private const int Chunk = 250;

    /// <summary>After this the rows are taken away a second time: what was being applied when the hub was hidden has come by then.</summary>
    private static readonly TimeSpan Settled = TimeSpan.FromSeconds(10);

    /// <summary>While a hub is hidden, now and then again: whatever may have brought a row since.</summary>
    private static readonly TimeSpan Again = TimeSpan.FromHours(1);

    /// <summary>After a fault of the database.</summary>
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(5);

    private readonly IProjection[] projections = [.. projections];
    private volatile TaskCompletionSource changed = NewSource();

    /// <summary>Brings the rows of every hub to where they belong.</summary>
    public async Task SettleAsync(CancellationToken cancellation)
    {
        foreach (var hub in hubs.Hubs.Where(h => h.IsHidden))
        {
            await MarkAsync(hub, isCleared: true, cancellation);
            var cleared = 0;
            await projections.CommitAsync(async () => cleared = await ClearAsync(hub, cancellation));
            if (cleared > 0)
                await projections.CommittedAsync(hub.Key, null);
            if (cleared > 0)
                LogCleared(hub.Id, cleared);
        }
        foreach (var hub in await ToRestoreAsync(cancellation))
        {
            var restored = await RestoreAsync(hub, cancellation);
            // Hidden again meanwhile: the rows go once more, at the next turn.
            if (hubs.Find(hub.Key) is { IsHidden: true })
                continue;
            await MarkAsync(hub, isCleared: false, cancellation);
            LogRestored(hub.Id, restored);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        hubs.VisibilityChanged += Wake;
        try
        {
            await Task.Yield();
            while (!stoppingToken.IsCancellationRequested)
            {
                var woken = changed.Task;
                var wait = hubs.HiddenKeys.Length > 0 ? Settled : Timeout.InfiniteTimeSpan;
                try
                {
                    await SettleAsync(stoppingToken);
                    if (wait == Settled && await Task.WhenAny(woken, Task.Delay(Settled, time, stoppingToken)) != woken)
                    {
                        await SettleAsync(stoppingToken);
                        wait = Again;
                    }
                }
                catch (NpgsqlException e)
                {
                    LogFailed(e);
                    wait = Retry;
                }
                if (!woken.IsCompleted)
                    await Task.WhenAny(woken, Task.Delay(wait, time, stoppingToken));
                if (woken.IsCompleted)
                    changed = NewSource();
            }
        }
        finally
        {
            hubs.VisibilityChanged -= Wake;
        }
    }

    private void Wake() => changed.TrySetResult();

    private async Task<int> ClearAsync(KnownHub hub, CancellationToken cancellation)
    {
        var cleared = 0;
        while (await ExecuteAsync(
            // By the one index that begins with the hub; each event has an occurrence at least.
            """
            with part as (select distinct entry_id from (select entry_id from occurrence where hub_key = $1 order by starts_at limit $2) o),
                 gone as (delete from event e using part s where e.hub_key = $1 and e.entry_id = s.entry_id)
            delete from occurrence o using part s where o.hub_key = $1 and o.entry_id = s.entry_id
            """,
            cancellation,
            hub.Key,
            Chunk) is var count and > 0)
        {
            cleared += count;
        }
        foreach (var sql in (string[])["delete from event where hub_key = $1", "delete from resource where hub_key = $1", "delete from hidden where hub_key = $1"])
            cleared += await ExecuteAsync(sql, cancellation, hub.Key);
        return cleared;
    }

    private async Task<int> RestoreAsync(KnownHub hub, CancellationToken cancellation)
    {
        var restored = 0;
        var last = Guid.Empty;
        while (hubs.Find(hub.Key) is { IsHidden: false } known)
        {
            await using var connection = await database.OpenConnectionAsync(cancellation);
            await using var transaction = await connection.BeginTransactionAsync(cancellation);
            await using (var end = new NpgsqlCommand("select from journal where hub_key = $1 for update", connection, transaction))
            {
                end.Parameters.Add(new() { Value = hub.Key });
                await end.ExecuteNonQueryAsync(cancellation);
            }
            var changes = await ReadAsync(connection, transaction, hub, last, cancellation);
            if (changes.Count == 0)
                return restored;
            await using var batch = new NpgsqlBatch(connection, transaction);
            foreach (var projection in projections)
                projection.Project(batch, known, changes);
            await batch.ExecuteNonQueryAsync(cancellation);
            await projections.CommitAsync(transaction, known, [.. changes.Select(c => c.Header.Entry.Value)], cancellation);
            last = changes[^1].Header.Entry.Value;
            restored += changes.Count;
        }
        return restored;
    }

    private static async Task<IReadOnlyList<Change>> ReadAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, KnownHub hub, Guid after, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            """
            select c.header, c.salt, c.body
            from (select entry_id, epoch, seq from entry where hub_key = $1 and entry_id > $2 order by entry_id limit $3) e
            join change c on c.hub_key = $1 and c.epoch = e.epoch and c.seq = e.seq
            order by e.entry_id
            """,
            connection,
            transaction);
        command.Parameters.Add(new() { Value = hub.Key });
        command.Parameters.Add(new() { Value = after });
        command.Parameters.Add(new() { Value = Chunk });
        var changes = new List<Change>(Chunk);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
            changes.Add(JournalRows.ReadChange(reader, 0));
        return changes;
    }

    private async Task<IReadOnlyList<KnownHub>> ToRestoreAsync(CancellationToken cancellation)
    {
        await using var command = database.CreateCommand("select hub_key from hub where is_cleared and not is_hidden");
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var found = new List<KnownHub>();
        while (await reader.ReadAsync(cancellation))
        {
            if (hubs.Find(reader.GetInt32(0)) is { } hub)
                found.Add(hub);
        }
        return found;
    }

    private Task<int> MarkAsync(KnownHub hub, bool isCleared, CancellationToken cancellation) =>
        ExecuteAsync("update hub set is_cleared = $2 where hub_key = $1 and is_cleared <> $2 and is_hidden = $2", cancellation, hub.Key, isCleared);

    private async Task<int> ExecuteAsync(string sql, CancellationToken cancellation, params object[] values)
    {
        await using var command = database.CreateCommand(sql);
        foreach (var value in values)
            command.Parameters.Add(new() { Value = value });
        return await command.ExecuteNonQueryAsync(cancellation);
    }

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    [LoggerMessage(1, LogLevel.Information, "Hub {Hub} is hidden: {Count} rows of the directory are gone")]
    private partial void LogCleared(Protocol.Identifiers.HubId hub, int count);

    [LoggerMessage(2, LogLevel.Information, "Hub {Hub} is shown again: {Count} entries were derived anew")]
    private partial void LogRestored(Protocol.Identifiers.HubId hub, int count);

    [LoggerMessage(3, LogLevel.Warning, "The directory rows of hidden hubs could not be settled; it is tried again")]
    private partial void LogFailed(Exception exception);
}
