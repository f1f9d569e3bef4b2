using CafeIA.Federation.Benchmarks.Baseline;
using CafeIA.Federation.Benchmarks.Report;
using CafeIA.Federation.Benchmarks.Stage;
using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Protocol.Identifiers;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace CafeIA.Federation.Benchmarks.Repair;

/// <summary>A node without anything takes a hub's journal over from its node. Measured: from its start until it holds all, the directory included, beside loading the same rows by hand.</summary>
internal static class SnapshotTakeover
{
    private const double TargetRatio = 1.5;
    private const string Joining = "beta";

    private static readonly int[] Curve = [10_000, 100_000, 1_000_000];
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);

    public static async Task MeasureAsync(PostgresStage postgres, BenchmarkOptions options, ResultTable table, CancellationToken cancellation)
    {
        foreach (var entries in Curve.Where(c => c < options.Entries).Append(options.Entries))
        {
            var folder = Directory.CreateTempSubdirectory("cafeia-takeover-").FullName;
            var isKept = false;
            try
            {
                var copy = await MeasureAsync(postgres, folder, entries, options, table, cancellation);
                isKept = entries == options.Entries;
                if (isKept)
                    postgres.Journals.Keep(entries, options.Seed, new(folder, Joining, copy));
            }
            finally
            {
                if (!isKept)
                    Directory.Delete(folder, recursive: true);
            }
        }
        table.Context = "events with dates, places and texts";
    }

    /// <returns>The database of the node that joined.</returns>
    private static async Task<string> MeasureAsync(PostgresStage postgres, string folder, int entries, BenchmarkOptions options, ResultTable table, CancellationToken cancellation)
    {
        var database = await postgres.Journals.CopyAsync(folder, entries, options.Seed, cancellation);
        await using var analyzed = NpgsqlDataSource.Create(database);
        await ExecuteAsync(analyzed, "vacuum analyze", cancellation);
        var copy = await postgres.CreateDatabaseAsync(Joining, 20, cancellation);
        TimeSpan took;
        await using (var alpha = await RepairStage.StartAsync(folder, FilledJournals.Hub, database, [], null, cancellation))
        {
            Progress.Say("taken over…");
            await ExecuteAsync(analyzed, "checkpoint", cancellation);
            var started = TimeProvider.System.GetTimestamp();
            await using var beta = await RepairStage.StartAsync(folder, Joining, copy, [alpha.Address], null, cancellation);
            var end = await AwaitAsync(beta.Services.GetRequiredService<HubRegister>(), beta.Services.GetRequiredService<JournalReader>(), (ulong)entries, cancellation);
            took = TimeProvider.System.GetElapsedTime(started);
            if (end.Floor != (ulong)entries)
                throw new InvalidOperationException("The journal was pulled, not taken over.");
        }
        var baseline = $"bare load of {entries}";
        await BareLoad.MeasureAsync(postgres, folder, copy, entries, baseline, table, cancellation);
        table.Add($"a new node, from its start until it holds and shows {entries} entries of a hub", "s", entries == options.Entries ? Target.AtMostRatio(TargetRatio) : null, took.TotalSeconds, baseline);
        table.Add("… entries a second", "entries/s", null, entries / took.TotalSeconds);
        return copy;
    }

    private static async Task<JournalEnd> AwaitAsync(HubRegister hubs, JournalReader journals, ulong size, CancellationToken cancellation)
    {
        while (true)
        {
            if (hubs.Find(HubId.Parse(FilledJournals.Hub)) is { } hub && await journals.EndAsync(hub, cancellation) is { } end && end.Position.Seq >= size)
                return end;
            await Task.Delay(Look, TimeProvider.System, cancellation);
        }
    }

    private static async Task ExecuteAsync(NpgsqlDataSource source, string sql, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand(sql);
        command.CommandTimeout = 0;
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
