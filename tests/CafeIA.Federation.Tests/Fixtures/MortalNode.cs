using CafeIA.Federation.Node.Exchange;
using CafeIA.Federation.Node.Hubs;
using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Node.Operations.Hosting;
using CafeIA.Federation.Node.Operations.Settings;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;

namespace CafeIA.Federation.Tests.Fixtures;

/// <summary>A whole real node that dies and comes back at the same address: with its database as it was, as a backup has it, or with none.</summary>
internal sealed class MortalNode : IAsyncDisposable
{
    private readonly PostgresServer server;
    private readonly string hub;
    private readonly int port;
    private readonly List<string> databases = [];
    private NodeHost? host;

    public MortalNode(PostgresServer server, string hub)
    {
        this.server = server;
        this.hub = hub;
        Folder = System.IO.Directory.CreateTempSubdirectory("cafeia-node-").FullName;
        port = FreePorts.Take();
    }

    public string Folder { get; }

    public DataFolder Data => new(Folder);

    public Uri Address => new($"http://127.0.0.1:{port}");

    /// <summary>Addresses of the nodes it knows; read at each start.</summary>
    public IReadOnlyList<Uri> Peers { get; set; } = [];

    public NodeHost Host => host ?? throw new InvalidOperationException("The node is down.");

    public KnownHub Local => Get<HubRegister>().Local;

    private string Database => databases[^1];

    public T Get<T>()
        where T : notnull => Host.Services.GetRequiredService<T>();

    public T Hosted<T>()
        where T : IHostedService => Host.Services.GetServices<IHostedService>().OfType<T>().Single();

    public async Task StartAsync()
    {
        if (databases.Count == 0)
            databases.Add(await server.CreateDatabaseAsync());
        var settings = new NodeSettings
        {
            Data = new DataOptions { Folder = Folder },
            Http = new HttpOptions { Urls = $"http://127.0.0.1:{port}" },
            Hub = new HubOptions { Id = hub, Name = $"Hub {hub}" },
            Database = new DatabaseOptions { ConnectionString = Database },
            Federation = new ExchangeOptions { Peers = [.. Peers.Select(p => new PeerOptions { Address = p })] },
        };
        host = await NodeHost.StartAsync(settings);
    }

    public async Task StopAsync()
    {
        if (host is not null)
            await host.DisposeAsync();
        host = null;
        // The pool's connections would keep the database from being copied.
        await using var source = NpgsqlDataSource.Create(Database);
        NpgsqlConnection.ClearAllPools();
    }

    /// <summary>Of a node that is down.</summary>
    public Task<string> BackupAsync() => server.CopyDatabaseAsync(Database);

    /// <summary>The node that is down has its database as the backup has it; the backup stays.</summary>
    public async Task RestoreAsync(string backup)
    {
        databases.Add(await server.CopyDatabaseAsync(backup));
    }

    /// <summary>The node that is down has lost its disk: of its folder only the key is left.</summary>
    public void LoseDisk()
    {
        databases.Clear();
        File.Delete(Data.HighWaterFile);
    }

    public async ValueTask DisposeAsync()
    {
        if (host is not null)
            await host.DisposeAsync();
        foreach (var database in databases)
            await server.DropDatabaseAsync(database);
        System.IO.Directory.Delete(Folder, recursive: true);
    }
}
