using CafeIA.Federation.Chaos.Audit;
using CafeIA.Federation.Chaos.Load;
using CafeIA.Federation.Chaos.Stage;
using CafeIA.Federation.Protocol.Identifiers;

namespace CafeIA.Federation.Chaos.Scenarios;

/// <summary>How long after its acknowledgement a change of the first hub stands on the other nodes: journal and directory are written in one transaction, so its head tells. As exact as its period.</summary>
internal sealed class Visibility : IAsyncDisposable
{
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(20);

    private readonly FederationStage federation;
    private readonly Workload load;
    private readonly CancellationTokenSource stop = new();
    private readonly Lock gate = new();
    private readonly List<(ulong Seq, long At)> accepted = [];
    private readonly List<double> seconds = [];
    private readonly Task watching;

    public Visibility(FederationStage federation, Workload load)
    {
        this.federation = federation;
        this.load = load;
        load.Expectations.Accepted += Note;
        watching = Task.WhenAll(federation.Hubs.Skip(1).Select(h => Task.Run(() => WatchAsync(h.Node))));
    }

    /// <summary>Seconds that this part does not exceed.</summary>
    public static double Percentile(IReadOnlyList<double> figures, double part)
    {
        var sorted = figures.Order().ToArray();
        return sorted.Length == 0 ? double.NaN : sorted[Math.Clamp((int)Math.Ceiling(part * sorted.Length) - 1, 0, sorted.Length - 1)];
    }

    /// <summary>Seconds, one for each change and node; what was not seen yet counts with the time until now.</summary>
    public async Task<IReadOnlyList<double>> StopAsync()
    {
        load.Expectations.Accepted -= Note;
        await stop.CancelAsync();
        await watching;
        lock (gate)
            return [.. seconds];
    }

    public async ValueTask DisposeAsync()
    {
        if (!stop.IsCancellationRequested)
            await StopAsync();
        stop.Dispose();
    }

    private void Note(Position position)
    {
        lock (gate)
            accepted.Add((position.Seq, TimeProvider.System.GetTimestamp()));
    }

    private async Task WatchAsync(NodeProcess node)
    {
        var waiting = new List<(ulong Seq, long At)>();
        var taken = 0;
        while (true)
        {
            var last = stop.IsCancellationRequested;
            var heads = await Heads.ReadAsync(federation.Client, node, CancellationToken.None);
            var now = TimeProvider.System.GetTimestamp();
            var held = heads?.GetValueOrDefault(federation.Hubs[0].Name)?.Seq ?? 0;
            lock (gate)
            {
                waiting.AddRange(accepted.Skip(taken));
                taken = accepted.Count;
                foreach (var (seq, at) in waiting.Where(w => w.Seq <= held || last))
                    seconds.Add(Math.Max(0, TimeProvider.System.GetElapsedTime(at, now).TotalSeconds));
            }
            waiting.RemoveAll(w => w.Seq <= held);
            if (last)
                return;
            await Task.WhenAny(Task.Delay(Period, TimeProvider.System, stop.Token));
        }
    }
}
