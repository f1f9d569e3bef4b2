using CafeIA.Federation.Benchmarks.Baseline;
using CafeIA.Federation.Benchmarks.Load;
using CafeIA.Federation.Benchmarks.Report;
using CafeIA.Federation.Benchmarks.Stage;

namespace CafeIA.Federation.Benchmarks.CatchUp;

/// <summary>The same rows and SQL indexes applied by one bare connection to one database.</summary>
internal static class BareCatchUp
{
    /// <summary>Batches before the clock starts, so that statements are prepared and pages are there.</summary>
    private const int WarmUpBatches = 4;

    /// <summary>Of the databases that are made for it.</summary>
    private const int FirstDatabase = 10;

    /// <returns>Changes a second.</returns>
    public static async Task<double> RateAsync(PostgresStage postgres, BenchmarkOptions options, int events, int size, CancellationToken cancellation)
    {
        await using var source = await BareApply.CreateAsync(postgres, FirstDatabase, cancellation);
        var batches = BareBatches.Make(new EventGenerator(options.Seed, Sustained.Today()), WarmUpBatches + (events / size), source, size);
        await BareApply.ApplyAsync(source, batches[..WarmUpBatches], new Latencies(), cancellation);
        var started = TimeProvider.System.GetTimestamp();
        await BareApply.ApplyAsync(source, batches[WarmUpBatches..], new Latencies(), cancellation);
        return (batches.Length - WarmUpBatches) * size / TimeProvider.System.GetElapsedTime(started).TotalSeconds;
    }
}
