namespace CafeIA.Federation.Node.Mail;

/// <summary>Takes letters out of the outbox one after the other; what is not taken is tried again, later each time, for three days.</summary>
internal sealed partial class MailDelivery(Outbox outbox, IPost post, TimeProvider time, ILogger<MailDelivery> logger) : BackgroundService
{
    /// <summary>A node that died while it sent is not waited for longer.</summary>
    private static readonly TimeSpan Hold = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan FirstWait = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan MaxWait = TimeSpan.FromHours(4);

    /// <summary>Letters that a restart or another silo left.</summary>
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(30);

    /// <summary>With the waits above, three days.</summary>
    private const int MaxAttempts = 25;

    /// <summary>Sends what is due. Returns when nothing is.</summary>
    public async Task SendAsync(CancellationToken cancellation)
    {
        while (await outbox.TakeAsync(Hold, cancellation) is { } taken)
        {
            try
            {
                await post.SendAsync(taken.Id, taken.Letter, cancellation);
                await outbox.RemoveAsync(taken.Id, cancellation);
            }
            // Whatever a letter does to who sends it, the others go on.
            catch (Exception e) when (e is not (OperationCanceledException or Npgsql.NpgsqlException))
            {
                if (e is PostException { IsFinal: true } || taken.Attempts >= MaxAttempts)
                {
                    // Neither the address nor the text goes into the log.
                    LogGivenUp(taken.Id, taken.Attempts, e.Message);
                    await outbox.RemoveAsync(taken.Id, cancellation);
                    continue;
                }
                var wait = FirstWait * Math.Pow(2, taken.Attempts - 1);
                LogPutOff(taken.Id, e.Message);
                await outbox.PutOffAsync(taken.Id, wait < MaxWait ? wait : MaxWait, e.Message, cancellation);
            }
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await SendAsync(stoppingToken);
                await outbox.WaitAsync(Look, stoppingToken);
            }
            catch (Npgsql.NpgsqlException e)
            {
                LogDatabaseAway(e);
                await Task.Delay(Look, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    [LoggerMessage(LogLevel.Warning, "Letter {Letter} was not taken and is tried again later: {Complaint}")]
    private partial void LogPutOff(Guid letter, string complaint);

    [LoggerMessage(LogLevel.Error, "Letter {Letter} is given up after {Attempts} attempts: {Complaint}")]
    private partial void LogGivenUp(Guid letter, int attempts, string complaint);

    [LoggerMessage(LogLevel.Warning, "The database does not answer; letters wait")]
    private partial void LogDatabaseAway(Exception e);
}
