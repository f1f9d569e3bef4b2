using CafeIA.Federation.Chaos.Report;
using CafeIA.Federation.Chaos.Stage;

namespace CafeIA.Federation.Chaos.Load;

/// <summary>The steady load: a few authors on each hub, until they are told to end.</summary>
internal sealed class Workload : IDisposable
{
    /// <summary>Authors on each hub, each waiting for one answer at a time.</summary>
    private const int AuthorsPerHub = 4;

    private readonly CancellationTokenSource stop;
    private readonly CancellationTokenSource giveUp;
    private readonly Task running;

    /// <param name="federation">Where it writes.</param>
    /// <param name="rate">Commands a second on each hub while it answers at once.</param>
    /// <param name="seed">Chooses what is written.</param>
    /// <param name="log">Told of refusals that should not be.</param>
    /// <param name="cancellation">Ends all at once.</param>
    public Workload(FederationStage federation, int rate, int seed, RunLog log, CancellationToken cancellation)
    {
        stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        giveUp = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var period = TimeSpan.FromSeconds((double)AuthorsPerHub / rate);
        var sender = new CommandSender(federation.Client, Figures);
        var authors = federation.Hubs.SelectMany((hub, h) => Enumerable.Range(1, AuthorsPerHub)
            .Select(n => new Author(hub, n, new Random(HashCode.Combine(seed, h, n)), sender, Expectations, Figures, log)));
        running = Task.WhenAll(authors.Select(a => Task.Run(() => a.RunAsync(period, stop.Token, giveUp.Token), CancellationToken.None)));
    }

    public Expectations Expectations { get; } = new();

    public LoadFigures Figures { get; } = new();

    /// <summary>No new commands; waits until those under way are answered.</summary>
    /// <returns>False when some had no answer in this time.</returns>
    public async Task<bool> FinishAsync(TimeSpan patience)
    {
        await stop.CancelAsync();
        giveUp.CancelAfter(patience);
        await running;
        return !giveUp.IsCancellationRequested;
    }

    public void Dispose()
    {
        stop.Cancel();
        giveUp.Cancel();
        stop.Dispose();
        giveUp.Dispose();
    }
}
