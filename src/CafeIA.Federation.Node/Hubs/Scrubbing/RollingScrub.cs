using CafeIA.Federation.Node.Exchange;
using Npgsql;

namespace CafeIA.Federation.Node.Hubs.Scrubbing;

/// <summary>Passes over the whole database once a day, so slowly that nobody notices.</summary>
internal sealed partial class RollingScrub(Scrub scrub, NpgsqlDataSource database, IHostApplicationLifetime lifetime, TimeProvider time, ILogger<RollingScrub> logger) : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromDays(1);

    /// <summary>What a start has to do comes first.</summary>
    private static readonly TimeSpan AfterStart = TimeSpan.FromMinutes(15);

    /// <summary>After a fault of the database.</summary>
    private static readonly TimeSpan Retry = TimeSpan.FromMinutes(15);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await lifetime.StartedAsync(stoppingToken);
        var wait = AfterStart;
        while (true)
        {
            await Task.Delay(wait, time, stoppingToken);
            var started = time.GetTimestamp();
            try
            {
                var report = await scrub.RunAsync(new RollingPace(await RowsAsync(stoppingToken), time), stoppingToken);
                if (report.Found > 0)
                    LogFound(report.Found, report.Remaining);
                var rest = Every - time.GetElapsedTime(started);
                wait = rest > TimeSpan.Zero ? rest : TimeSpan.Zero;
            }
            catch (NpgsqlException e)
            {
                LogFailed(e.Message);
                wait = Retry;
            }
        }
    }

    /// <summary>Rows that a pass reads, as PostgreSQL estimates them.</summary>
    private async Task<long> RowsAsync(CancellationToken cancellation)
    {
        await using var command = database.CreateCommand("select coalesce(sum(greatest(reltuples, 0)), 0)::bigint from pg_class where oid in ('change'::regclass, 'entry'::regclass)");
        return (long)(await command.ExecuteScalarAsync(cancellation))!;
    }

    [LoggerMessage(1, LogLevel.Error, "Vérification de fond : {Found} altérations trouvées (disque, ou main), dont {Remaining} restent ; « cafeia verify --deep » les montre")]
    private partial void LogFound(long found, long remaining);

    [LoggerMessage(2, LogLevel.Warning, "La vérification de fond n’a pas abouti ({Reason}) ; elle recommence dans un quart d’heure")]
    private partial void LogFailed(string reason);
}

/// <summary>Spreads a pass over twenty hours, and goes at least at a steady walk where there is little.</summary>
internal sealed class RollingPace(long rows, TimeProvider time) : IScrubPace
{
    /// <summary>Of a day; what is left is for a node that was stopped or busy.</summary>
    private static readonly TimeSpan Spread = TimeSpan.FromHours(20);

    /// <summary>Rest after each row at most: a small database is done within minutes.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(5);

    /// <summary>A change is read once as such and once as an entry's end; an entry once as such and once for the directory.</summary>
    private const int Readings = 4;

    private readonly TimeSpan perRow = TimeSpan.FromTicks(Math.Min(Longest.Ticks, Spread.Ticks / Math.Max(1, rows * Readings)));

    public TimeSpan PerRow => perRow;

    public Task RestAsync(int rows, CancellationToken cancellation) => Task.Delay(perRow * rows, time, cancellation);
}
