using CafeIA.Federation.Benchmarks.Load;
using CafeIA.Federation.Benchmarks.Report;
using CafeIA.Federation.Benchmarks.Stage;
using CafeIA.Federation.Node.Journal;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace CafeIA.Federation.Benchmarks.Baseline;

/// <summary>The same rows, occurrences and SQL indexes applied by Npgsql alone, in batches of 250, on three databases at once: no HTTP, no JSON, no recurrence, no signature, no proof, no broker.</summary>
internal static class BareApply
{
    private const int Databases = 3;
    private const int Connections = 3;

    /// <summary>Batches that are applied before the clock starts, so that statements are prepared and pages are there.</summary>
    private const int WarmUpBatches = 4;

    public static async Task MeasureAsync(PostgresStage postgres, BenchmarkOptions options, ResultTable table, CancellationToken cancellation)
    {
        var batches = options.BaselineEvents / BareBatches.Size;
        Progress.Say($"Baseline: {batches} batches of {BareBatches.Size} on {Databases} databases…");
        var sources = new List<NpgsqlDataSource>();
        try
        {
            for (var i = 0; i < Databases; i++)
                sources.Add(await CreateAsync(postgres, i, cancellation));
            // Made before the clock starts: what is measured is the database's work.
            var generator = new EventGenerator(options.Seed, Sustained.Today());
            var prepared = BareBatches.Make(generator, WarmUpBatches + batches, sources[0]);
            var commits = new Latencies();
            await Task.WhenAll(sources.Select(s => ApplyAsync(s, prepared[..WarmUpBatches], new Latencies(), cancellation)));
            var started = TimeProvider.System.GetTimestamp();
            await Task.WhenAll(sources.Select(s => ApplyAsync(s, prepared[WarmUpBatches..], commits, cancellation)));
            var seconds = TimeProvider.System.GetElapsedTime(started).TotalSeconds;
            table.Baseline(ResultTable.BareApply, "bare Npgsql apply of the same rows and indexes on three databases", "events/s", batches * BareBatches.Size / seconds);
            table.Baseline(ResultTable.BareCommit, "bare commit of 250 such rows while three databases apply, p50 / p99 / p99.9", "ms", commits);
        }
        finally
        {
            foreach (var source in sources)
                await source.DisposeAsync();
        }
    }

    public static async Task<NpgsqlDataSource> CreateAsync(PostgresStage postgres, int number, CancellationToken cancellation)
    {
        var text = await postgres.CreateDatabaseAsync($"bare{number}", Connections, cancellation);
        // As a node sets up its own connections.
        var source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(text) { MaxAutoPrepare = 60, AutoPrepareMinUsages = 3 }.ConnectionString);
        await new SchemaRunner(source, NullLogger<SchemaRunner>.Instance).RunAsync(cancellation);
        return source;
    }

    public static async Task ApplyAsync(NpgsqlDataSource source, IReadOnlyList<BareBatch> batches, Latencies commits, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        foreach (var prepared in batches)
        {
            var started = TimeProvider.System.GetTimestamp();
            await using var batch = prepared.CopyTo(connection);
            await batch.ExecuteNonQueryAsync(cancellation);
            commits.Add(TimeProvider.System.GetElapsedTime(started));
        }
    }
}
