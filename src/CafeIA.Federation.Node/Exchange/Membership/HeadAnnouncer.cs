using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Protocol.Heads;
using CafeIA.Federation.Protocol.Identifiers;

namespace CafeIA.Federation.Node.Exchange.Membership;

/// <summary>Says over the broker lane, signed, how far this hub's journal goes: often after a write, so that a lost last segment is noticed at once; now and then else, so that silence means trouble.</summary>
internal sealed partial class HeadAnnouncer(
    ISegmentTransport transport,
    HubSigners signers,
    HubRegister hubs,
    JournalReader journals,
    JournalSignal signal,
    IHostApplicationLifetime lifetime,
    TimeProvider time,
    ILogger<HeadAnnouncer> logger) : BackgroundService
{
    private static readonly TimeSpan Lively = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LivelyFor = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Calm = TimeSpan.FromSeconds(30);

    private volatile TaskCompletionSource written = NewSource();
    private ulong counter;

    /// <summary>Signs and sends one announcement of the newest head. False when there is none yet, or no broker.</summary>
    public async Task<bool> AnnounceAsync(CancellationToken cancellation)
    {
        if (!transport.IsAvailable || (await journals.EndAsync(hubs.Local, cancellation))?.Head is not { } head)
            return false;
        var now = time.GetUtcNow();
        // The clock, and one more when it stands or goes back: the counter grows over restarts without a file to keep it in. After a clock that was far ahead is put right and the node
        // restarted, followers see this head as old until the time is reached again; nothing but the shown age depends on it.
        counter = Math.Max(counter + 1, (ulong)now.ToUnixTimeMilliseconds());
        await transport.SendAsync(new Announcement(head, counter, now).Sign(signers.Current), cancellation);
        ExchangeTelemetry.CountAnnounced();
        return true;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await lifetime.StartedAsync(stoppingToken);
        var own = hubs.Local.Id;
        signal.Advanced += Woken;
        try
        {
            await RunAsync(stoppingToken);
        }
        finally
        {
            signal.Advanced -= Woken;
        }

        void Woken(HubId hub, Position end)
        {
            if (hub == own)
                written.TrySetResult();
        }
    }

    private async Task RunAsync(CancellationToken cancellation)
    {
        var calmFrom = time.GetUtcNow();
        while (true)
        {
            try
            {
                await AnnounceAsync(cancellation);
            }
            catch (Npgsql.NpgsqlException e)
            {
                LogNoHead(e.Message);
            }
            if (time.GetUtcNow() >= calmFrom)
                await Task.WhenAny(written.Task, Task.Delay(Calm, time, cancellation));
            cancellation.ThrowIfCancellationRequested();
            if (written.Task.IsCompleted)
            {
                written = NewSource();
                calmFrom = time.GetUtcNow() + LivelyFor;
            }
            if (time.GetUtcNow() < calmFrom)
                await Task.Delay(Lively, time, cancellation);
        }
    }

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    [LoggerMessage(1, LogLevel.Warning, "La tête du journal n’a pas pu être lue pour l’annoncer ({Reason}) ; nouvel essai bientôt")]
    private partial void LogNoHead(string reason);
}
