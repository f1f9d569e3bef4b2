using CafeIA.Federation.Benchmarks.Stage;

namespace CafeIA.Federation.Benchmarks.Load;

/// <summary>The most memory each node held while it was watched.</summary>
internal sealed class PeakMemory
{
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(500);

    private readonly Dictionary<NodeProcess, double> peaks = [];
    private readonly ITimer timer;

    private PeakMemory(FederationStage federation) =>
        timer = TimeProvider.System.CreateTimer(_ => Look(federation), null, TimeSpan.Zero, Period);

    public static PeakMemory Watch(FederationStage federation, CancellationToken cancellation)
    {
        var memory = new PeakMemory(federation);
        cancellation.Register(() => memory.timer.Dispose());
        return memory;
    }

    /// <summary>MB by node.</summary>
    public IReadOnlyDictionary<NodeProcess, double> Stop()
    {
        timer.Dispose();
        lock (peaks)
            return peaks.ToDictionary();
    }

    private void Look(FederationStage federation)
    {
        lock (peaks)
        {
            foreach (var node in federation.Nodes)
                peaks[node] = Math.Max(peaks.GetValueOrDefault(node), node.ResidentMegabytes());
        }
    }
}
