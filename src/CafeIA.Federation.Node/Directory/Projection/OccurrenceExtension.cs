using CafeIA.Federation.Node.Directory.Content;
using CafeIA.Federation.Node.Directory.Occurrences;
using CafeIA.Federation.Node.Journal;
using Npgsql;

namespace CafeIA.Federation.Node.Directory.Projection;

/// <summary>Once a day, and at a start that comes later, adds the occurrences that rules make up to the moved horizon.</summary>
/// <remarks>
/// It goes in chunks, each a short transaction that locks the events it reads and skips those that a batch is writing: that batch expands them anew anyway.
/// It only adds; what a changed event no longer has, its own projection removes.
/// </remarks>
internal sealed partial class OccurrenceExtension(NpgsqlDataSource database, IEnumerable<IProjection> projections, TimeProvider time, ILogger<OccurrenceExtension> logger) : BackgroundService
{
    /// <summary>Events in one transaction.</summary>
    private const int Chunk = 100;

    private static readonly TimeSpan Every = TimeSpan.FromDays(1);

    /// <summary>After a fault of the database.</summary>
    private static readonly TimeSpan Retry = TimeSpan.FromMinutes(5);

    /// <summary>Extends every series whose horizon lies more than a day behind the current one.</summary>
    /// <returns>How many events were extended.</returns>
    public async Task<int> ExtendAsync(CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        var due = now.AddMonths(OccurrenceExpansion.HorizonMonths) - Every;
        var extended = 0;
        while (await ExtendChunkAsync(now, due, cancellation) is var count and > 0)
            extended += count;
        return extended;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // A start serves its first page before it does the day's work.
        await Task.Yield();
        while (!stoppingToken.IsCancellationRequested)
        {
            var wait = Every;
            try
            {
                var extended = await ExtendAsync(stoppingToken);
                LogExtended(extended);
            }
            catch (NpgsqlException e)
            {
                LogFailed(e);
                wait = Retry;
            }
            await Task.Delay(wait, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<int> ExtendChunkAsync(DateTimeOffset now, DateTimeOffset due, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        var found = await LockDueAsync(connection, due, cancellation);
        if (found.Count == 0)
            return 0;
        await using var batch = new NpgsqlBatch(connection, transaction);
        foreach (var hub in found.GroupBy(e => e.HubKey))
            Add(batch, hub.Key, [.. hub], now);
        await batch.ExecuteNonQueryAsync(cancellation);
        await projections.CommitAsync(() => transaction.CommitAsync(cancellation));
        foreach (var hub in found.GroupBy(e => e.HubKey, e => e.Entry))
            await projections.CommittedAsync(hub.Key, [.. hub]);
        return found.Count;
    }

    private static async Task<List<(int HubKey, Guid Entry, byte[]? Body)>> LockDueAsync(NpgsqlConnection connection, DateTimeOffset due, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            """
            select e.hub_key, e.entry_id, c.body
            from event e
            join entry n on n.entry_id = e.entry_id and n.hub_key = e.hub_key
            join change c on c.hub_key = n.hub_key and c.epoch = n.epoch and c.seq = n.seq
            where e.expanded_until < $1
            order by e.expanded_until
            limit $2
            for update of e skip locked
            """,
            connection);
        command.Parameters.Add(new() { Value = due.UtcDateTime });
        command.Parameters.Add(new() { Value = Chunk });
        var found = new List<(int, Guid, byte[]?)>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
            found.Add((reader.GetInt32(0), reader.GetGuid(1), reader.IsDBNull(2) ? null : reader.GetFieldValue<byte[]>(2)));
        return found;
    }

    private static void Add(NpgsqlBatch batch, int hubKey, List<(int HubKey, Guid Entry, byte[]? Body)> events, DateTimeOffset now)
    {
        var occurrences = new OccurrenceColumns(events.Count * 20);
        var ids = new List<Guid>();
        var untils = new List<DateTime?>();
        foreach (var (_, entry, body) in events)
        {
            // Without a body it is about to be hidden: nothing is added, and it is not asked for again.
            var expansion = body is not null && LenientBody.TryParse(body, out EventContent? content) ? OccurrenceExpansion.Expand(content, now) : Expansion.None;
            if (expansion.Occurrences.Count > 0)
                occurrences.Add(entry, "confirmed", expansion.Occurrences);
            ids.Add(entry);
            untils.Add(expansion.Until?.UtcDateTime);
        }
        if (occurrences.Count > 0)
            batch.BatchCommands.Add(occurrences.Insert(hubKey));
        var until = new NpgsqlBatchCommand(
            "update event e set expanded_until = r.until from unnest($2::uuid[], $3::timestamptz[]) as r (id, until) where e.hub_key = $1 and e.entry_id = r.id");
        until.Parameters.Add(new() { Value = hubKey });
        until.Parameters.Add(new() { Value = ids });
        until.Parameters.Add(new() { Value = untils });
        batch.BatchCommands.Add(until);
    }

    [LoggerMessage(1, LogLevel.Information, "Occurrences of {Count} recurring events extended to the new horizon")]
    private partial void LogExtended(int count);

    [LoggerMessage(2, LogLevel.Warning, "Recurring events could not be extended; they are tried again")]
    private partial void LogFailed(Exception exception);
}
