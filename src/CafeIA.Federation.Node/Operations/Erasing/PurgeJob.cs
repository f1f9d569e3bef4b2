using CafeIA.Federation.Node.Exchange;
using CafeIA.Federation.Node.Journal.Erasures;
using CafeIA.Federation.Protocol;
using Npgsql;

namespace CafeIA.Federation.Node.Operations.Erasing;

/// <summary>Purges within a day of an erasure: one rebuild for all that was erased meanwhile.</summary>
internal sealed partial class PurgeJob(PhysicalPurge purge, EraseList list, NpgsqlDataSource database, IHostApplicationLifetime lifetime, TimeProvider time, ILogger<PurgeJob> logger) : BackgroundService
{
    /// <summary>Hours that an erasure waits for others; what is left of the day is for a purge that does not succeed at once.</summary>
    private const int WaitHours = 18;

    private static readonly TimeSpan Look = TimeSpan.FromMinutes(30);

    /// <summary>True when an erasure has waited so long that the purge is to run.</summary>
    public async Task<bool> IsDueAsync(CancellationToken cancellation)
    {
        await using var command = database.CreateCommand($"select exists (select from erasure where purged_at is null and rebuilt_at is null and erased_at < now() - interval '{WaitHours} hours')");
        return await command.ExecuteScalarAsync(cancellation) is true;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await lifetime.StartedAsync(stoppingToken);
        using var timer = new PeriodicTimer(Look, time);
        do
        {
            try
            {
                // What a full disk kept out of the list is written as soon as there is room.
                await list.AddAsync([], stoppingToken);
                if (await IsDueAsync(stoppingToken))
                    Tell(await purge.RunAsync(serverDone: false, stoppingToken));
            }
            catch (Exception e) when (e is NpgsqlException or IOException)
            {
                LogFailed(e.Message);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private void Tell(Result<PurgeOutcome> outcome)
    {
        if (!outcome.IsOk)
            LogFailed(outcome.Refusal.Message);
        else if (outcome.Value.Left is { } left)
            LogLeft(outcome.Value.Entries, left.Message);
        else
            LogPurged(outcome.Value.Entries);
    }

    [LoggerMessage(1, LogLevel.Information, "{Count} fiches effacées ont été purgées du disque")]
    private partial void LogPurged(int count);

    [LoggerMessage(2, LogLevel.Warning, "{Count} fiches effacées ont été purgées des tables. {Left}")]
    private partial void LogLeft(int count, string left);

    [LoggerMessage(3, LogLevel.Warning, "La purge de ce qui est effacé n’a pas abouti ({Reason}) ; nouvel essai dans une demi-heure")]
    private partial void LogFailed(string reason);
}
