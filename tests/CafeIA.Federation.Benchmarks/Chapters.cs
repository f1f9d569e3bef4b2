using CafeIA.Federation.Benchmarks.Baseline;
using CafeIA.Federation.Benchmarks.CatchUp;
using CafeIA.Federation.Benchmarks.Lane;
using CafeIA.Federation.Benchmarks.Load;
using CafeIA.Federation.Benchmarks.ManyHubs;
using CafeIA.Federation.Benchmarks.Repair;
using CafeIA.Federation.Benchmarks.Report;
using CafeIA.Federation.Benchmarks.Search;
using CafeIA.Federation.Benchmarks.Stage;

namespace CafeIA.Federation.Benchmarks;

/// <summary>What can be measured, each on a stage of its own, by the name that asks for it.</summary>
internal static class Chapters
{
    public const string Everything = "all";
    public const string Nodes = "nodes";

    /// <summary>Runs without PostgreSQL: see <see cref="Micro.MicroBenchmarks"/>.</summary>
    public const string InnerLoops = "micro";

    private static readonly Dictionary<string, Func<PostgresStage, BenchmarkOptions, ResultTable, CancellationToken, Task>> Measured = new()
    {
        [Nodes] = (postgres, options, table, cancellation) => MeasureNodesAsync(postgres, options, table, withFeeds: false, cancellation),
        ["feeds"] = MeasureFeedsAsync,
        ["lane"] = LaneRate.MeasureAsync,
        ["catchup"] = CatchUpRate.MeasureAsync,
        ["hubs"] = HubCurve.MeasureAsync,
        // The node that took a journal over is the one that is searched.
        ["takeover"] = SnapshotTakeover.MeasureAsync,
        ["search"] = Searches.MeasureAsync,
        ["buckets"] = BucketRepair.MeasureAsync,
    };

    public static IReadOnlyCollection<string> Names { get; } = [Everything, InnerLoops, .. Measured.Keys];

    public static async Task MeasureAsync(PostgresStage postgres, BenchmarkOptions options, ResultTable table, CancellationToken cancellation)
    {
        if (options.Verb != Everything)
        {
            await Measured[options.Verb](postgres, options, table, cancellation);
            return;
        }
        await TryAsync(Nodes, () => MeasureNodesAsync(postgres, options, table, withFeeds: true, cancellation));
        foreach (var name in Measured.Keys.Except([Nodes, "feeds"]))
            await TryAsync(name, () => Measured[name](postgres, options, table, cancellation));

        // An hour of other figures is not lost with one chapter; the table says that it failed, and so does the exit code.
        async Task TryAsync(string name, Func<Task> measure)
        {
            try
            {
                await measure();
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                table.Failed(name, e);
            }
        }
    }

    private static async Task MeasureFeedsAsync(PostgresStage postgres, BenchmarkOptions options, ResultTable table, CancellationToken cancellation)
    {
        await using var federation = await FederationStage.StartAsync(postgres, cancellation);
        await Feeds.MeasureAsync(federation, options, table, cancellation);
    }

    private static async Task MeasureNodesAsync(PostgresStage postgres, BenchmarkOptions options, ResultTable table, bool withFeeds, CancellationToken cancellation)
    {
        int applied;
        await using (var federation = await FederationStage.StartAsync(postgres, cancellation))
        {
            await IdleMemory.MeasureAsync(federation, options, table, cancellation);
            // The latency first: the closed loop leaves autovacuum and a checkpoint behind that belong to its own rate.
            await StartUp.MeasureAsync(federation, options, table, cancellation);
            // The calendar is of so many events and no more: before all others are written.
            var read = withFeeds ? await Feeds.MeasureAsync(federation, options, table, cancellation) : 0;
            var before = read + await Sustained.WarmUpAsync(federation, options, cancellation);
            before += await OpenLoop.MeasureAsync(federation, options, table, cancellation);
            (applied, var reached) = await Sustained.MeasureAsync(federation, options, table, before, cancellation);
            await OpenLoop.MeasureNearFullAsync(federation, options, table, reached, cancellation);
        }
        await BareApply.MeasureAsync(postgres, options, table, applied, cancellation);
    }
}
