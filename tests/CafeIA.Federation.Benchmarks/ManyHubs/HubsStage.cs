using CafeIA.Federation.Benchmarks.Baseline;
using CafeIA.Federation.Benchmarks.Stage;
using CafeIA.Federation.Node.Hubs;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Tests.Fixtures;

namespace CafeIA.Federation.Benchmarks.ManyHubs;

/// <summary>One real node in its own process, and so many hubs that it follows over one real broker and over HTTP.</summary>
internal sealed class HubsStage : IAsyncDisposable
{
    private const string FollowerName = "lecteur";
    private const int ConnectionsOfFollower = 25;

    /// <summary>For each author: thirty of them and the node fit the server.</summary>
    private const int ConnectionsOfAuthor = 2;

    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);
    private static readonly FederationId Federation = FederationId.Parse("cafeia");

    private readonly RabbitServer broker;
    private readonly string folder = Directory.CreateTempSubdirectory("cafeia-hubs-").FullName;
    private readonly List<LoneAuthor> authors = [];

    private HubsStage(RabbitServer broker) => this.broker = broker;

    public IReadOnlyList<LoneAuthor> Authors => authors;

    public NodeProcess Follower { get; private set; } = null!;

    public static async Task<HubsStage> StartAsync(PostgresStage postgres, int hubs, CancellationToken cancellation)
    {
        var names = Enumerable.Range(1, hubs).Select(n => $"hub-{n}").ToArray();
        var stage = new HubsStage(RabbitServer.For([.. names, FollowerName]));
        try
        {
            await stage.StartAsync(postgres, names, cancellation);
            return stage;
        }
        catch
        {
            await stage.DisposeAsync();
            throw;
        }
    }

    public Task<long> FoundAsync(CancellationToken cancellation) => Follower.ReadAsync<long>("select count(*) from event", cancellation);

    public async ValueTask DisposeAsync()
    {
        if (Follower is not null)
            await Follower.DisposeAsync();
        await Task.WhenAll(authors.Select(a => a.DisposeAsync().AsTask()));
        await broker.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    private async Task StartAsync(PostgresStage postgres, string[] names, CancellationToken cancellation)
    {
        await broker.StartAsync(cancellation);
        foreach (var name in names)
            authors.Add(await LoneAuthor.StartAsync(name, await postgres.CreateDatabaseAsync(name.Replace('-', '_'), ConnectionsOfAuthor, cancellation), folder, broker.AddressOf(name), Federation, cancellation));
        var database = await postgres.CreateDatabaseAsync(FollowerName, ConnectionsOfFollower, cancellation);
        Follower = NodeProcess.Start(
            FollowerName, new Uri($"http://127.0.0.1:{FreePorts.Take()}"), Path.Combine(folder, FollowerName), database, ConnectionsOfFollower, broker.AddressOf(FollowerName), authors.Select(a => a.Address));
        await Answering.AwaitAsync(new Uri(Follower.Address, "/health/ready"), Look, TimeSpan.FromMinutes(1), () => true, cancellation);
        while (await Follower.ReadAsync<long>("select count(*) from journal", cancellation) < names.Length)
        {
            Follower.RequireRunning();
            await Task.Delay(Look, TimeProvider.System, cancellation);
        }
    }
}
