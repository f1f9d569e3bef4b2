using CafeIA.Federation.Chaos.Report;
using CafeIA.Federation.Chaos.Stage;

namespace CafeIA.Federation.Chaos.Load;

/// <summary>The steady load: a few authors on each hub, until they are told to end.</summary>
internal sealed class Workload : IDisposable
{
    /// <summary>Authors on each hub at least, each waiting for one answer at a time.</summary>
    private const int LeastAuthors = 4;

    /// <summary>Commands a second of one author, so that an answer may take 200 ms before the rate falls.</summary>
    private const int RateOfOne = 5;

    private readonly CancellationTokenSource stop;
    private readonly CancellationTokenSource giveUp;
    private readonly Task running;
    private volatile TaskCompletionSource resumed = Opened();

    /// <param name="federation">Whose client it uses.</param>
    /// <param name="hubs">Where it writes.</param>
    /// <param name="rate">Commands a second on each hub while it answers at once.</param>
    /// <param name="seed">Chooses what is written.</param>
    /// <param name="log">Told of refusals that should not be.</param>
    /// <param name="cancellation">Ends all at once.</param>
    public Workload(FederationStage federation, IReadOnlyList<StagedHub> hubs, int rate, int seed, RunLog log, CancellationToken cancellation)
    {
        stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        giveUp = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var count = Math.Max(LeastAuthors, rate / RateOfOne);
        var period = TimeSpan.FromSeconds((double)count / rate);
        var sender = new CommandSender(federation.Client, Figures);
        var authors = hubs.SelectMany((hub, h) => Enumerable.Range(1, count)
            .Select(n => new Author(hub, n, new Random(HashCode.Combine(seed, h, n)), sender, Expectations, Figures, log)));
        running = Task.WhenAll(authors.Select(a => Task.Run(() => a.RunAsync(period, () => resumed.Task, stop.Token, giveUp.Token), CancellationToken.None)));
    }

    public Expectations Expectations { get; } = new();

    public LoadFigures Figures { get; } = new();

    /// <summary>No new commands until <see cref="Resume"/>; those under way are still answered.</summary>
    public void Pause() => resumed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Resume() => resumed.TrySetResult();

    /// <summary>No new commands; waits until those under way are answered.</summary>
    /// <returns>False when some had no answer in this time.</returns>
    public async Task<bool> FinishAsync(TimeSpan patience)
    {
        await stop.CancelAsync();
        giveUp.CancelAfter(patience);
        await running;
        return !giveUp.IsCancellationRequested;
    }

    private static TaskCompletionSource Opened()
    {
        var opened = new TaskCompletionSource();
        opened.SetResult();
        return opened;
    }

    public void Dispose()
    {
        stop.Cancel();
        giveUp.Cancel();
        stop.Dispose();
        giveUp.Dispose();
    }
}
