using CafeIA.Federation.Node.Exchange;
using CafeIA.Federation.Node.Hubs;
using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Node.Operations.Hosting;
using CafeIA.Federation.Node.Operations.Settings;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace CafeIA.Federation.Tests.Fixtures;

/// <summary>A whole real node in the test's process, on a free port, with a database and a folder of its own; both are gone after it.</summary>
internal sealed class TestNode : IAsyncDisposable
{
    private readonly PostgresServer? server;
    private readonly string folder;
    private readonly string database;

    private TestNode(PostgresServer? server, string folder, string database, NodeHost host)
    {
        this.server = server;
        this.folder = folder;
        this.database = database;
        Host = host;
        Http = new HttpClient { BaseAddress = host.Address };
    }

    public NodeHost Host { get; }

    /// <summary>A client whose base address is the node.</summary>
    public HttpClient Http { get; }

    public Uri Address => Host.Address;

    public DataFolder Data => new(folder);

    /// <summary>Connection string of its database, which outlives its program.</summary>
    public string Database => database;

    public T Get<T>()
        where T : notnull => Host.Services.GetRequiredService<T>();

    /// <param name="server">Where its database is made.</param>
    /// <param name="hub">Hub id.</param>
    /// <param name="broker">AMQP address; null: none.</param>
    /// <param name="peers">Addresses of nodes that run already.</param>
    /// <param name="beside">A node whose database and key this one shares: two programs where there should be one.</param>
    /// <param name="configure">Last word on the services.</param>
    public static async Task<TestNode> StartAsync(
        PostgresServer server, string hub = "essai", Uri? broker = null, IEnumerable<Uri>? peers = null, TestNode? beside = null, Action<WebApplicationBuilder>? configure = null)
    {
        var folder = System.IO.Directory.CreateTempSubdirectory("cafeia-node-").FullName;
        var database = beside?.database ?? await server.CreateDatabaseAsync();
        if (beside is not null)
        {
            System.IO.Directory.CreateDirectory(Path.GetDirectoryName(new DataFolder(folder).KeyFile)!);
            File.Copy(beside.Data.KeyFile, new DataFolder(folder).KeyFile);
        }
        var settings = new NodeSettings
        {
            Data = new DataOptions { Folder = folder },
            Http = new HttpOptions { Urls = "http://127.0.0.1:0" },
            Hub = new HubOptions { Id = hub, Name = $"Hub {hub}" },
            Database = new DatabaseOptions { ConnectionString = database },
            Broker = new BrokerOptions { Address = broker },
            Federation = new ExchangeOptions { Peers = [.. (peers ?? []).Select(p => new PeerOptions { Address = p })] },
        };
        return new(beside is null ? server : null, folder, database, await NodeHost.StartAsync(settings, configure: configure));
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await Host.DisposeAsync();
        if (server is not null)
            await server.DropDatabaseAsync(database);
        System.IO.Directory.Delete(folder, recursive: true);
    }
}
