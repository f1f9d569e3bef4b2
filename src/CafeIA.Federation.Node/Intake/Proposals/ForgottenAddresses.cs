namespace CafeIA.Federation.Node.Intake.Proposals;

/// <summary>Once a day the addresses of proposals that were answered long ago leave (<see cref="ProposalStore.KeepsMail"/>).</summary>
internal sealed partial class ForgottenAddresses(ProposalStore store, TimeProvider time, ILogger<ForgottenAddresses> logger) : BackgroundService
{
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (await store.ForgetAsync(stoppingToken) is > 0 and var forgotten)
                    LogForgotten(forgotten);
            }
            catch (Npgsql.NpgsqlException e)
            {
                LogDatabaseAway(e);
            }
            await Task.Delay(Day, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    [LoggerMessage(LogLevel.Information, "Addresses of {Count} answered proposals were forgotten")]
    private partial void LogForgotten(int count);

    [LoggerMessage(LogLevel.Warning, "The database does not answer; old addresses are forgotten tomorrow")]
    private partial void LogDatabaseAway(Exception e);
}
