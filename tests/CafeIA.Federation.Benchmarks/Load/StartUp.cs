using CafeIA.Federation.Benchmarks.Baseline;
using CafeIA.Federation.Benchmarks.Report;
using CafeIA.Federation.Benchmarks.Stage;

namespace CafeIA.Federation.Benchmarks.Load;

/// <summary>Targets 11 and 12: what an idle node holds in memory, and how long it takes to start on the data it has, beside an empty application of the same kind.</summary>
internal static class StartUp
{
    private const double TargetSeconds = 3;

    public static async Task MeasureAsync(FederationStage federation, BenchmarkOptions options, ResultTable table, CancellationToken cancellation)
    {
        Progress.Say($"{options.Starts} starts of a node on its data, and of an empty application…");
        var nodes = new List<double>();
        var empty = new List<double>();
        double memory = 0;
        for (var i = 0; i < options.Starts; i++)
        {
            nodes.Add((await federation.RestartLastAsync(cancellation)).TotalSeconds);
            await using var bare = await BareProcess.StartAsync(BareServers.Empty, [], cancellation);
            empty.Add(bare.StartTime.TotalSeconds);
            if (i == options.Starts - 1)
            {
                await Task.Delay(options.Idle, TimeProvider.System, cancellation);
                memory = bare.ResidentMegabytes();
            }
        }
        table.Add($"a node on existing data: process started → ready, median of {options.Starts}", "s", Target.Below(TargetSeconds), Median(nodes), ResultTable.EmptyStart);
        table.Baseline(ResultTable.EmptyStart, $"an empty ASP.NET Core application with Orleans: started → answers, median of {options.Starts}", "s", Median(empty));
        table.Baseline(ResultTable.EmptyMemory, $"memory of that application after {options.Idle.TotalSeconds:0} s (RSS)", "MB", memory);
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
