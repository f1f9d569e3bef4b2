using System.Net.Http.Headers;
using System.Net.Sockets;
using CafeIA.Federation.Node.Accounts;
using CafeIA.Federation.Node.Hubs;
using CafeIA.Federation.Tests.Fixtures;

namespace CafeIA.Federation.Benchmarks.Stage;

/// <summary>Three real nodes over one real broker, each with its own database. The first is the one that writes.</summary>
internal sealed class FederationStage : IAsyncDisposable
{
    /// <summary>Connections a node may open: three nodes and this program fit the server.</summary>
    private const int ConnectionsPerNode = 25;

    /// <summary>Looks at a node before it is given up.</summary>
    private const int ReadyAttempts = 1_200;

    private static readonly TimeSpan ReadyPause = TimeSpan.FromMilliseconds(50);

    private static readonly TimeSpan StartPause = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(60);

    private readonly RabbitServer broker = new();
    private readonly List<NodeProcess> nodes = [];
    private Func<NodeProcess> start = null!;
    private readonly string folder = Directory.CreateTempSubdirectory("cafeia-nodes-").FullName;
    private readonly int? postgresId;

    private FederationStage(int? postgresId) => this.postgresId = postgresId;

    public IReadOnlyList<NodeProcess> Nodes => nodes;

    public NodeProcess Author => nodes[0];

    public IReadOnlyList<NodeProcess> Others => nodes[1..];

    /// <summary>All that runs: the nodes, PostgreSQL where it is this run's own, the broker, and this program, which makes the load.</summary>
    public IReadOnlyList<WatchedProcess> Processes =>
    [
        .. nodes.Select((node, i) => new WatchedProcess(i == 0 ? "the author's node" : $"follower {i}", node.Id, WithChildren: true)),
        .. postgresId is { } postgres ? [new WatchedProcess("PostgreSQL of the three nodes", postgres, WithChildren: true)] : Array.Empty<WatchedProcess>(),
        .. broker.ProcessId is { } rabbit ? [new WatchedProcess("the broker", rabbit, WithChildren: true)] : Array.Empty<WatchedProcess>(),
        new("the load generator", Environment.ProcessId, WithChildren: false),
    ];

    /// <summary>A client of the author's API with a key of its hub.</summary>
    public HttpClient Client { get; } = new(new SocketsHttpHandler { MaxConnectionsPerServer = 1_000 });

    /// <summary>From the first process started to the last node that follows all others.</summary>
    public TimeSpan StartTime { get; private set; }

    public static async Task<FederationStage> StartAsync(PostgresStage postgres, CancellationToken cancellation)
    {
        var stage = new FederationStage(postgres.ProcessId);
        try
        {
            await stage.StartNodesAsync(postgres, cancellation);
            return stage;
        }
        catch
        {
            await stage.DisposeAsync();
            throw;
        }
    }

    /// <summary>Stops the last node and starts it again on what it has.</summary>
    /// <returns>From the start of its process until it says that it is ready.</returns>
    public async Task<TimeSpan> RestartLastAsync(CancellationToken cancellation)
    {
        await StopLastAsync();
        var started = TimeProvider.System.GetTimestamp();
        StartLast();
        await Answering.AwaitAsync(new Uri(nodes[^1].Address, "/health/ready"), StartPause, StartPatience, () => true, cancellation);
        var took = TimeProvider.System.GetElapsedTime(started);
        using var visitor = new HttpClient();
        await AwaitReadyAsync(visitor, nodes[^1], cancellation);
        return took;
    }

    public async Task StopLastAsync()
    {
        var last = nodes[^1];
        nodes.RemoveAt(nodes.Count - 1);
        await last.DisposeAsync();
    }

    /// <summary>Starts the node that was stopped, on what it has; it may not answer yet when this returns.</summary>
    public NodeProcess StartLast()
    {
        nodes.Add(start());
        return nodes[^1];
    }

    /// <summary>What waits at the broker is gone, as after an absence longer than a queue keeps it.</summary>
    public Task EmptyLaneAsync(CancellationToken cancellation) => broker.StartEmptyAsync(cancellation);

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Task.WhenAll(nodes.Select(n => n.DisposeAsync().AsTask()));
        await broker.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    private async Task StartNodesAsync(PostgresStage postgres, CancellationToken cancellation)
    {
        await broker.StartAsync(cancellation);
        var addresses = RabbitServer.Hubs.Select(_ => new Uri($"http://127.0.0.1:{FreePorts.Take()}")).ToArray();
        var databases = new List<string>();
        foreach (var hub in RabbitServer.Hubs)
            databases.Add(await postgres.CreateDatabaseAsync(hub, ConnectionsPerNode, cancellation));
        var started = TimeProvider.System.GetTimestamp();
        for (var i = 0; i < addresses.Length; i++)
        {
            var hub = RabbitServer.Hubs[i];
            var (address, database) = (addresses[i], databases[i]);
            start = () => NodeProcess.Start(hub, address, Path.Combine(folder, hub), database, ConnectionsPerNode, broker.AddressOf(hub), addresses.Where(a => a != address));
            nodes.Add(start());
        }
        using var visitor = new HttpClient();
        foreach (var node in nodes)
            await AwaitReadyAsync(visitor, node, cancellation);
        StartTime = TimeProvider.System.GetElapsedTime(started);
        var (_, key) = await new ApiKeys(Author.Database, TimeProvider.System).CreateAsync("benchmark", cancellation);
        Client.BaseAddress = Author.Address;
        Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
    }

    /// <summary>Answers, and has met the others.</summary>
    private async Task AwaitReadyAsync(HttpClient visitor, NodeProcess node, CancellationToken cancellation)
    {
        var ready = new Uri(node.Address, "/health/ready");
        for (var i = 0; i < ReadyAttempts; i++)
        {
            node.RequireRunning();
            try
            {
                using var answer = await visitor.GetAsync(ready, cancellation);
                if (answer.IsSuccessStatusCode && await node.ReadAsync<long>("select count(*) from hub", cancellation) == nodes.Count)
                    return;
            }
            catch (HttpRequestException)
            {
                // Not listening yet.
            }
            await Task.Delay(ReadyPause, TimeProvider.System, cancellation);
        }
        throw new InvalidOperationException($"Node {node.Hub} did not become ready.");
    }
}
