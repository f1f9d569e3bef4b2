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

    /// <param name="postgres">Where the databases are made.</param>
    /// <param name="options">How many rows are made at a time.</param>
    /// <param name="table">Where the figures go.</param>
    /// <param name="events">As many as the nodes applied: what a row costs grows with those that are there.</param>
    /// <param name="cancellation">Gives up.</param>
    public static async Task MeasureAsync(PostgresStage postgres, BenchmarkOptions options, ResultTable table, int events, CancellationToken cancellation)
    {
        var batches = options.BaselineEvents / BareBatches.Size;
        var parts = Math.Max(1, events / options.BaselineEvents);
        Progress.Say($"Baseline: {parts} times {batches} batches of {BareBatches.Size} on {Databases} databases…");
        var sources = new List<NpgsqlDataSource>();
        try
        {
            for (var i = 0; i < Databases; i++)
                sources.Add(await CreateAsync(postgres, i, cancellation));
            var generator = new EventGenerator(options.Seed, Sustained.Today());
            var commits = new Latencies();
            var warmUp = BareBatches.Make(generator, WarmUpBatches, sources[0]);
            await Task.WhenAll(sources.Select(s => ApplyAsync(s, warmUp, new Latencies(), cancellation)));
            var seconds = new List<double>();
            while (seconds.Count < parts)
            {
                // Made while no clock runs: what is measured is the database's work.
                var prepared = BareBatches.Make(generator, batches, sources[0], first: (WarmUpBatches + (seconds.Count * batches)) * BareBatches.Size);
                var started = TimeProvider.System.GetTimestamp();
                await Task.WhenAll(sources.Select(s => ApplyAsync(s, prepared, commits, cancellation)));
                seconds.Add(TimeProvider.System.GetElapsedTime(started).TotalSeconds);
            }
            var part = batches * BareBatches.Size;
            table.Baseline(ResultTable.BareApply, "bare Npgsql apply of the same rows and indexes on three databases, as many as the nodes applied", "events/s", parts * part / seconds.Sum());
            table.Baseline(ResultTable.BareFirst, $"… the first {part}", "events/s", part / seconds[0]);
            table.Baseline(ResultTable.BareLast, $"… the last {part}", "events/s", part / seconds[^1]);
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
