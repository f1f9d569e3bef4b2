namespace CafeIA.Federation.Node.Intake.Mailbox;

/// <summary>Looks into the hub's mailbox once a minute.</summary>
internal sealed partial class MailboxPoll(ImapMailbox mailbox, MailedProposals proposals, TimeProvider time, ILogger<MailboxPoll> logger) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(1);

    /// <summary>After a fault; twice as long after each further one.</summary>
    private static readonly TimeSpan MaxPause = TimeSpan.FromHours(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        var pause = Pause;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await mailbox.ReadAsync(TakeAsync, stoppingToken);
                pause = Pause;
            }
            catch (Exception e) when (e is MailboxException or Npgsql.NpgsqlException)
            {
                LogAway(e, pause.TotalMinutes);
                pause = pause * 2 < MaxPause ? pause * 2 : MaxPause;
            }
            await Task.Delay(pause, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>A message that nobody can make anything of does not hold up those behind it.</summary>
    private async Task TakeAsync(MimeKit.MimeMessage message, CancellationToken cancellation)
    {
        try
        {
            await proposals.TakeAsync(message, cancellation);
        }
        catch (Exception e) when (e is not (OperationCanceledException or Npgsql.NpgsqlException))
        {
            LogUnreadable(e);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "A message in the hub's mailbox could not be taken and is left as seen")]
    private partial void LogUnreadable(Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The hub's mailbox could not be read; next look in {Minutes:0} min")]
    private partial void LogAway(Exception exception, double minutes);
}
