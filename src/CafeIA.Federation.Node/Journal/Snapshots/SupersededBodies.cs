using Npgsql;

namespace CafeIA.Federation.Node.Journal.Snapshots;

/// <summary>Bodies that a later change of their entry superseded long enough ago lose body and salt: their header and leaf stay for ever, and are sent without a body from then on.</summary>
/// <remarks>
/// How long ago is told by the <c>at</c> of the change that superseded them. It is the author's clock, and the only time that every node has of it. Changes are
/// walked in the order of their seq, each once (<c>journal_floor.superseded_to</c>): one that is dated later than those behind it counts as old as they are, because it
/// was written before them. The current change of an entry is never touched: nothing supersedes it.
/// </remarks>
internal sealed partial class SupersededBodies(NpgsqlDataSource database, HubRegister hubs, TimeProvider time, ILogger<SupersededBodies> logger) : BackgroundService
{
    /// <summary>How long a superseded body is kept.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromDays(35);

    /// <summary>Changes looked at in one transaction.</summary>
    private const int Batch = 1000;

    private static readonly TimeSpan FirstAfter = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Interval = TimeSpan.FromDays(1);

    /// <summary>Between two batches, so that whoever writes or reads is hardly held up.</summary>
    private static readonly TimeSpan Breath = TimeSpan.FromMilliseconds(50);

    /// <summary>Drops what is due of one hub.</summary>
    /// <returns>Bodies that were dropped.</returns>
    public async Task<long> DropAsync(KnownHub hub, CancellationToken cancellation)
    {
        var dropped = 0L;
        while (await DropBatchAsync(hub, time.GetUtcNow() - Kept, cancellation) is { } batch)
        {
            dropped += batch;
            await Task.Delay(Breath, time, cancellation);
        }
        return dropped;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Delay(FirstAfter, time, stoppingToken);
        while (true)
        {
            foreach (var hub in hubs.Hubs)
            {
                try
                {
                    if (await DropAsync(hub, stoppingToken) is var dropped and > 0)
                        LogDropped(hub.Id.ToString(), dropped);
                }
                catch (NpgsqlException e)
                {
                    LogFailed(e, hub.Id.ToString());
                }
            }
            await Task.Delay(Interval, time, stoppingToken);
        }
    }

    /// <summary>Null when nothing more is due.</summary>
    private async Task<long?> DropBatchAsync(KnownHub hub, DateTimeOffset before, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(
            """
            with place as (
                select j.epoch, coalesce(f.superseded_to, 0) as superseded_to
                from journal j left join journal_floor f on f.hub_key = j.hub_key and f.epoch = j.epoch
                where j.hub_key = $1
            ), looked as (
                select c.epoch, c.seq, c.previous_seq, ('x' || encode(substring(c.header from 17 for 8), 'hex'))::bit(64)::bigint as at
                from place p join change c on c.hub_key = $1 and c.epoch = p.epoch and c.seq > p.superseded_to
                order by c.seq
                limit $3
            ), due as (
                select epoch, seq, previous_seq from looked
                where seq <= (select max(seq) from looked where at is null or at < $2)
            ), emptied as (
                update change c set salt = null, body = null
                from due d
                where c.hub_key = $1 and c.epoch = d.epoch and c.seq = d.previous_seq and c.body is not null
                returning 1
            ), noted as (
                insert into journal_floor (hub_key, epoch, superseded_to)
                select $1, epoch, max(seq) from due group by epoch
                on conflict (hub_key, epoch) do update set superseded_to = excluded.superseded_to
                returning 1
            )
            select (select count(*) from emptied), (select count(*) from noted)
            """);
        command.Parameters.Add(new() { Value = hub.Key });
        command.Parameters.Add(new() { Value = before.ToUnixTimeMilliseconds() });
        command.Parameters.Add(new() { Value = Batch });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        return reader.GetInt64(1) > 0 ? reader.GetInt64(0) : null;
    }

    [LoggerMessage(1, LogLevel.Information, "Journal de {Hub} : {Count} versions remplacées depuis plus de 35 jours n’ont plus que leur en-tête")]
    private partial void LogDropped(string hub, long count);

    [LoggerMessage(2, LogLevel.Warning, "Journal de {Hub} : les versions remplacées n’ont pas pu être allégées ; nouvel essai demain")]
    private partial void LogFailed(Exception exception, string hub);
}
