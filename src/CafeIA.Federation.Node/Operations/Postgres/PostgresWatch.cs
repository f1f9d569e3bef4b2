using CafeIA.Federation.Node.Operations.Settings;

namespace CafeIA.Federation.Node.Operations.Postgres;

/// <summary>Starts the node's own PostgreSQL again when it ended without being told to: killed for its memory, or by a disk that was full.</summary>
/// <remarks>Until then every write is answered with a refusal that asks for a repetition. Whoever else stops that server finds it started again: to stop it is to stop the node.</remarks>
internal sealed partial class PostgresWatch : IAsyncDisposable
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    /// <summary>Between two starts that failed.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(3);

    private readonly ManagedPostgres postgres;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly CancellationTokenSource stopping = new();
    private readonly Task watching;

    public PostgresWatch(ManagedPostgres postgres, TimeProvider time, ILogger logger)
    {
        this.postgres = postgres;
        this.time = time;
        this.logger = logger;
        watching = WatchAsync();
    }

    /// <summary>Ends the watch; a start under way is waited for, so that what is stopped afterwards stays stopped.</summary>
    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        await watching;
        stopping.Dispose();
    }

    private async Task WatchAsync()
    {
        try
        {
            while (true)
            {
                await Task.Delay(Period, time, stopping.Token);
                if (postgres.IsRunning)
                    continue;
                LogLost(logger);
                while (!await TryStartAsync())
                    await Task.Delay(Pause, time, stopping.Token);
                LogBack(logger);
            }
        }
        catch (OperationCanceledException)
        {
            // The node stops.
        }
    }

    private async Task<bool> TryStartAsync()
    {
        try
        {
            await postgres.StartServerAsync(CancellationToken.None);
            return true;
        }
        catch (StartRefusedException e)
        {
            // Processes of the one that died may still hold its memory, or the disk is still full.
            LogStillDown(logger, e.Message);
            return false;
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "PostgreSQL s’est arrêté sans qu’on le lui demande ; il est relancé")]
    private static partial void LogLost(ILogger logger);

    [LoggerMessage(Level = LogLevel.Warning, Message = "PostgreSQL est relancé")]
    private static partial void LogBack(ILogger logger);

    [LoggerMessage(Level = LogLevel.Error, Message = "PostgreSQL n’a pas pu être relancé, nouvel essai bientôt : {Reason}")]
    private static partial void LogStillDown(ILogger logger, string reason);
}
