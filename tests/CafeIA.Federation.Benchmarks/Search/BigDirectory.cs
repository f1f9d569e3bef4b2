using CafeIA.Federation.Benchmarks.Repair;
using CafeIA.Federation.Benchmarks.Report;
using CafeIA.Federation.Node.Directory.Places;
using CafeIA.Federation.Node.Directory.Places.Coordinates;
using CafeIA.Federation.Node.Directory.Projection;
using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Protocol.Journal;
using Npgsql;

namespace CafeIA.Federation.Benchmarks.Search;

/// <summary>A hub whose journal and directory hold as many events as wanted, written by the real sequencer, writer and projection; the directory's indexes are built at the end.</summary>
internal static class BigDirectory
{
    /// <summary>Events projected in one transaction: without their indexes large ones pay.</summary>
    private const int Batch = 1_000;

    /// <summary>Connections that project at once: one for each core of the machine that targets are measured on.</summary>
    private const int Workers = 2;

    private const int Report = 100_000;

    /// <param name="database">With the journal, and nothing in its directory.</param>
    /// <param name="options">How many events that is.</param>
    /// <param name="cancellation">Gives up.</param>
    public static async Task FillAsync(string database, BenchmarkOptions options, CancellationToken cancellation)
    {
        await using var source = RepairStage.Filling(database);
        var hubs = new HubRegister(source, TimeProvider.System);
        await hubs.LoadAsync(cancellation);
        var hub = hubs.Local;
        var indexes = await DropIndexesAsync(source, cancellation);
        using var words = new KnownWords(source);
        var projection = new EventProjection(new CurrentPlaces(new PlaceCoordinateStore(source, TimeProvider.System)), TimeProvider.System, words);
        var next = 0L;
        await Task.WhenAll(Enumerable.Range(0, Workers).Select(async _ =>
        {
            while (Interlocked.Add(ref next, Batch) - Batch is var after && after < options.Entries)
                await ProjectAsync(source, hub, projection, after, cancellation);
        }));
        Progress.Say("  indexes…");
        foreach (var sql in indexes)
            await ExecuteAsync(source, sql, cancellation);
    }

    /// <summary>As autovacuum leaves a directory some minutes after it was written.</summary>
    public static async Task AnalyzeAsync(string database, CancellationToken cancellation)
    {
        await using var source = RepairStage.Filling(database);
        foreach (var name in new[] { "event", "occurrence", "entry", "change" })
            await ExecuteAsync(source, $"vacuum analyze {name}", cancellation);
    }

    private static async Task ProjectAsync(NpgsqlDataSource source, KnownHub hub, EventProjection projection, long after, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        var changes = new List<Change>(Batch);
        await using (var command = new NpgsqlCommand("select header, salt, body from change where hub_key = $1 and epoch = 1 and seq > $2 and seq <= $3 order by seq", connection))
        {
            command.Parameters.Add(new() { Value = hub.Key });
            command.Parameters.Add(new() { Value = after });
            command.Parameters.Add(new() { Value = after + Batch });
            await using var reader = await command.ExecuteReaderAsync(cancellation);
            while (await reader.ReadAsync(cancellation))
                changes.Add(JournalRows.ReadChange(reader, 0));
        }
        if (changes.Count == 0)
            return;
        await using var batch = new NpgsqlBatch(connection);
        await projection.ProjectAsync(batch, hub, changes, cancellation);
        await batch.ExecuteNonQueryAsync(cancellation);
        if (after / Report != (after + Batch) / Report)
            Progress.Say($"  {after + Batch} projected");
    }

    /// <returns>How to build them again.</returns>
    private static async Task<IReadOnlyList<string>> DropIndexesAsync(NpgsqlDataSource source, CancellationToken cancellation)
    {
        var (drops, makes) = (new List<string>(), new List<string>());
        await using (var command = source.CreateCommand(
            "select i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid) from pg_index i where i.indrelid in ('event'::regclass, 'occurrence'::regclass) and not i.indisprimary"))
        {
            await using var reader = await command.ExecuteReaderAsync(cancellation);
            while (await reader.ReadAsync(cancellation))
            {
                drops.Add($"drop index {reader.GetString(0)}");
                makes.Add(reader.GetString(1));
            }
        }
        foreach (var sql in drops)
            await ExecuteAsync(source, sql, cancellation);
        return makes;
    }

    private static async Task ExecuteAsync(NpgsqlDataSource source, string sql, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand(sql);
        command.CommandTimeout = 0;
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
