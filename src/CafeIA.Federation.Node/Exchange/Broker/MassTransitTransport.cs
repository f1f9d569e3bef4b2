namespace CafeIA.Federation.Node.Exchange.Broker;

/// <summary>Sends segments through the broker session of the moment. No session, a full lane or a slow broker: the message is dropped and counted, and followers pull.</summary>
internal sealed partial class MassTransitTransport(TimeProvider time, ILogger<MassTransitTransport> logger) : ISegmentTransport, IDisposable
{
    /// <summary>Messages on their way to the broker at once; of the largest size they are 128 MiB.</summary>
    public const int MaxInFlight = 32;

    /// <summary>How long the broker may take to confirm.</summary>
    public static readonly TimeSpan SendPatience = TimeSpan.FromSeconds(2);

    /// <summary>How long nothing is sent after a confirmation that did not come: a broker that hangs holds up one message, not each.</summary>
    public static readonly TimeSpan Rest = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim slots = new(MaxInFlight);
    private volatile BrokerSession? current;
    private long restsUntil;

    public bool IsAvailable => current is { Ended.IsCompleted: false } && time.GetTimestamp() >= Interlocked.Read(ref restsUntil);

    /// <summary>From now on messages go through this session, or nowhere.</summary>
    /// <returns>True when it is another than before.</returns>
    public bool Use(BrokerSession? session)
    {
        if (ReferenceEquals(current, session))
            return false;
        Interlocked.Exchange(ref restsUntil, 0);
        current = session;
        return true;
    }

    public async ValueTask SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        if (current is not { } session || !IsAvailable)
        {
            ExchangeTelemetry.CountDropped("no-broker");
            return;
        }
        if (!slots.Wait(0, CancellationToken.None))
        {
            ExchangeTelemetry.CountDropped("full");
            return;
        }
        try
        {
            using var patience = new CancellationTokenSource(SendPatience, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellation);
            await session.SendAsync(bytes, either.Token).WaitAsync(either.Token);
            ExchangeTelemetry.CountSent(bytes.Length);
        }
        catch (OperationCanceledException)
        {
            ExchangeTelemetry.CountDropped("time-out");
            if (!cancellation.IsCancellationRequested)
            {
                Interlocked.Exchange(ref restsUntil, time.GetTimestamp() + (long)(Rest.TotalSeconds * time.TimestampFrequency));
                LogSlow(SendPatience.TotalSeconds);
            }
        }
        // Whatever the broker, its client or MassTransit may throw: the lane is lossy by contract and the journal is the outbox.
        catch (Exception e)
        {
            ExchangeTelemetry.CountDropped("failed");
            LogFailed(e.Message);
        }
        finally
        {
            slots.Release();
        }
    }

    public void Dispose() => slots.Dispose();

    [LoggerMessage(1, LogLevel.Warning, "Le courtier n’a pas confirmé un message en {Seconds} s ; les autres nœuds le tireront par HTTP.")]
    private partial void LogSlow(double seconds);

    [LoggerMessage(2, LogLevel.Information, "Un message n’a pas pu partir vers le courtier ({Reason}) ; les autres nœuds le tireront par HTTP.")]
    private partial void LogFailed(string reason);
}
