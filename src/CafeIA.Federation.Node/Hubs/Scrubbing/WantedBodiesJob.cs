using CafeIA.Federation.Node.Exchange;
using Npgsql;

namespace CafeIA.Federation.Node.Hubs.Scrubbing;

/// <summary>Asks for missing bodies now and then, so that an entry hidden because every source was bad comes back once one is good again. Where nothing is hidden it costs one look at an empty table.</summary>
internal sealed partial class WantedBodiesJob(WantedBodies wanted, IHostApplicationLifetime lifetime, TimeProvider time, ILogger<WantedBodiesJob> logger) : BackgroundService, IScrubPace
{
    /// <summary>Entries asked for at a time; the daily pass asks for more.</summary>
    private const int Limit = 200;

    private static readonly TimeSpan Every = TimeSpan.FromMinutes(10);

    public Task RestAsync(int rows, CancellationToken cancellation) => Task.CompletedTask;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await lifetime.StartedAsync(stoppingToken);
        using var timer = new PeriodicTimer(Every, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                var report = new ScrubReport();
                await wanted.RunAsync(Limit, report, this, stoppingToken);
                if (report.Found > report.Remaining)
                    LogCame(report.Found - report.Remaining, report.Remaining);
            }
            catch (NpgsqlException e)
            {
                LogFailed(e.Message);
            }
        }
    }

    [LoggerMessage(1, LogLevel.Information, "{Count} contenus qui manquaient sont venus d’autres nœuds ; {Remaining} manquent encore")]
    private partial void LogCame(long count, long remaining);

    [LoggerMessage(2, LogLevel.Warning, "Les contenus qui manquent n’ont pas pu être demandés ({Reason}) ; nouvel essai dans dix minutes")]
    private partial void LogFailed(string reason);
}
