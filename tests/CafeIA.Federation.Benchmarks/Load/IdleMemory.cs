using CafeIA.Federation.Benchmarks.Report;
using CafeIA.Federation.Benchmarks.Stage;

namespace CafeIA.Federation.Benchmarks.Load;

/// <summary>What a node that follows two others and does nothing holds in memory.</summary>
internal static class IdleMemory
{
    private const double TargetMegabytes = 180;

    public static async Task MeasureAsync(FederationStage federation, BenchmarkOptions options, ResultTable table, CancellationToken cancellation)
    {
        table.Add("three nodes and a broker: started until each follows the others", "s", null, federation.StartTime.TotalSeconds);
        Progress.Say($"Idle for {options.Idle.TotalSeconds:0} s…");
        await Task.Delay(options.Idle, TimeProvider.System, cancellation);
        table.Add($"memory of an idle node after {options.Idle.TotalSeconds:0} s (RSS, the largest of three)", "MB", Target.Below(TargetMegabytes), federation.Nodes.Max(n => n.ResidentMegabytes()), ResultTable.EmptyMemory);
    }
}
