using CafeIA.Federation.Benchmarks.Report;
using CafeIA.Federation.Benchmarks.Stage;
using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Protocol.Identifiers;
using Microsoft.Extensions.DependencyInjection;

namespace CafeIA.Federation.Benchmarks.Repair;

/// <summary>A node without anything takes a hub's journal over from its node. Measured: from its start until it holds all, the directory included.</summary>
internal static class SnapshotTakeover
{
    private const string Author = "alpha";

    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(200);

    public static async Task MeasureAsync(PostgresStage postgres, BenchmarkOptions options, ResultTable table, CancellationToken cancellation)
    {
        var folder = Directory.CreateTempSubdirectory("cafeia-takeover-").FullName;
        try
        {
            var database = await postgres.CreateDatabaseAsync(Author, 20, cancellation);
            await RepairStage.FillAsync(folder, Author, database, options.Entries, cancellation);
            await using var alpha = await RepairStage.StartAsync(folder, Author, database, [], null, cancellation);
            var started = TimeProvider.System.GetTimestamp();
            await using var beta = await RepairStage.StartAsync(folder, "beta", await postgres.CreateDatabaseAsync("beta", 20, cancellation), [alpha.Address], null, cancellation);
            var end = await AwaitAsync(beta.Services.GetRequiredService<HubRegister>(), beta.Services.GetRequiredService<JournalReader>(), (ulong)options.Entries, cancellation);
            var took = TimeProvider.System.GetElapsedTime(started);
            if (end.Floor != (ulong)options.Entries)
                throw new InvalidOperationException("The journal was pulled, not taken over.");
            table.Context = $"{options.Entries} entries without date or place";
            table.Add("a new node, from its start until it holds and shows all entries of a hub", "s", null, took.TotalSeconds);
            table.Add("… entries a second", "entries/s", null, options.Entries / took.TotalSeconds);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<JournalEnd> AwaitAsync(HubRegister hubs, JournalReader journals, ulong size, CancellationToken cancellation)
    {
        while (true)
        {
            if (hubs.Find(HubId.Parse(Author)) is { } hub && await journals.EndAsync(hub, cancellation) is { } end && end.Position.Seq >= size)
                return end;
            await Task.Delay(Look, TimeProvider.System, cancellation);
        }
    }
}
