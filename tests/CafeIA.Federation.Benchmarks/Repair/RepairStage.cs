using CafeIA.Federation.Benchmarks.Load;
using CafeIA.Federation.Benchmarks.Report;
using CafeIA.Federation.Node.Exchange;
using CafeIA.Federation.Node.Hubs;
using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Node.Operations.Hosting;
using CafeIA.Federation.Node.Operations.Settings;
using CafeIA.Federation.Protocol.Heads;
using CafeIA.Federation.Protocol.Identifiers;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace CafeIA.Federation.Benchmarks.Repair;

/// <summary>Real nodes in this process, and a hub that has written a lot.</summary>
internal static class RepairStage
{
    /// <summary>Starts the hub's node once for its key, fills its journal, and leaves it stopped.</summary>
    public static async Task FillAsync(string folder, string hub, string database, int entries, int seed, CancellationToken cancellation)
    {
        Progress.Say($"{entries} entries…");
        await using (var first = await RepairStage.StartAsync(folder, hub, database, [], null, cancellation))
        {
            var known = first.Services.GetRequiredService<HubRegister>().Local;
            await using var source = Filling(database);
            var events = new EventGenerator(seed, DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime));
            await BigJournal.FillAsync(source, known, FederationId.Parse("cafeia"), first.Services.GetRequiredService<HubSigners>().Current, events, entries, cancellation);
        }
    }

    /// <summary>Connections that fill a database: nothing of this is measured, and nobody is told of an entry before the last one is there.</summary>
    public static NpgsqlDataSource Filling(string database) =>
        NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(database) { Options = "-c synchronous_commit=off", CommandTimeout = 0, MaxAutoPrepare = 20, AutoPrepareMinUsages = 2 }.ConnectionString);

    public static Task<NodeHost> StartAsync(string folder, string hub, string database, IEnumerable<Uri> peers, Action<WebApplicationBuilder>? configure, CancellationToken cancellation) =>
        NodeHost.StartAsync(
            new NodeSettings
            {
                Data = new DataOptions { Folder = Path.Combine(folder, hub) },
                Http = new HttpOptions { Urls = "http://127.0.0.1:0" },
                Hub = new HubOptions { Id = hub, Name = $"Hub {hub}" },
                Database = new DatabaseOptions { ConnectionString = database },
                Federation = new ExchangeOptions { Peers = [.. peers.Select(p => new PeerOptions { Address = p })] },
            },
            configure: configure,
            cancellationToken: cancellation);
}
