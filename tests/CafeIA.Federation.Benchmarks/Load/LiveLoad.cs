using CafeIA.Federation.Benchmarks.Report;

namespace CafeIA.Federation.Benchmarks.Load;

/// <summary>Events written at a fixed rate over the API for as long as something else is measured.</summary>
internal sealed class LiveLoad : IAsyncDisposable
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(1);

    private readonly CancellationTokenSource stopping;
    private readonly Task run;
    private int sent;
    private int taken;

    private LiveLoad(AuthorClient client, int rate, int firstNumber, CancellationToken cancellation)
    {
        stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        run = Task.Run(() => RunAsync(client, rate, firstNumber, cancellation), cancellation);
    }

    /// <summary>Due → accepted.</summary>
    public Latencies Accepted { get; } = new();

    /// <summary>Events accepted until now.</summary>
    public int Taken => Volatile.Read(ref taken);

    public static LiveLoad Start(AuthorClient client, int rate, int firstNumber, CancellationToken cancellation) => new(client, rate, firstNumber, cancellation);

    /// <summary>Returns once all that was sent is accepted.</summary>
    /// <returns>Events written.</returns>
    public async Task<int> StopAsync()
    {
        await stopping.CancelAsync();
        await run;
        return sent;
    }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        await run.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        stopping.Dispose();
    }

    private async Task RunAsync(AuthorClient client, int rate, int firstNumber, CancellationToken cancellation)
    {
        var sending = new List<Task>();
        var started = TimeProvider.System.GetTimestamp();
        while (!stopping.IsCancellationRequested)
        {
            while (TimeProvider.System.GetElapsedTime(started).TotalSeconds * rate >= sent)
            {
                sending.Add(SendAsync(firstNumber + sent, started + (long)(sent * (double)TimeProvider.System.TimestampFrequency / rate)));
                sent++;
            }
            await Task.Delay(Tick, TimeProvider.System, CancellationToken.None);
        }
        await Task.WhenAll(sending);

        async Task SendAsync(int number, long due)
        {
            await client.CreateAsync(number, cancellation);
            Accepted.Add(TimeProvider.System.GetElapsedTime(due));
            Interlocked.Increment(ref taken);
        }
    }
}
