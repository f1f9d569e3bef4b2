using System.Net.Sockets;
using CafeIA.Federation.Chaos.Links;
using CafeIA.Federation.Chaos.Report;
using CafeIA.Federation.Node.Hubs;
using CafeIA.Federation.Tests.Fixtures;

namespace CafeIA.Federation.Chaos.Stage;

/// <summary>A hub of the run: its node, its ways out, and the key its load writes with.</summary>
internal sealed record StagedHub(NodeProcess Node, PeerLinks Peers, BrokerLink Broker, string ClockFile)
{
    public string Name => Node.Hub;

    /// <summary>API key, and the account whose commands it signs.</summary>
    public (string Account, string Key) Credentials { get; set; }
}

/// <summary>Real nodes, each with its own PostgreSQL, over one real broker; every way between them is a link. All is in one folder and stops by its own process number.</summary>
internal sealed class FederationStage : IAsyncDisposable
{
    /// <summary>Debian's libfaketime: a process loaded with it takes the wall clock's offset from a file.</summary>
    private const string FakeTime = "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1";

    private static readonly string[] Names = ["alpha", "beta", "gamma", "delta", "epsilon", "zeta"];

    private readonly List<StagedHub> hubs = [];
    private readonly RunLog log;

    private FederationStage(string folder, RunLog log, IReadOnlyList<string> names)
    {
        Folder = folder;
        this.log = log;
        Broker = RabbitServer.For(names);
        SmallDisk = new SmallDisk(Path.Combine(folder, names[^1]));
    }

    public string Folder { get; }

    public IReadOnlyList<StagedHub> Hubs => hubs;

    public RabbitServer Broker { get; }

    /// <summary>The last node's data folder, when this machine lets it be mounted.</summary>
    public SmallDisk SmallDisk { get; }

    /// <summary>False where libfaketime is not installed.</summary>
    public static bool CanFakeTime => File.Exists(FakeTime);

    /// <summary>A client that asks nodes directly: the run's own questions pass no link.</summary>
    public HttpClient Client { get; } = new(new SocketsHttpHandler { UseProxy = false, MaxConnectionsPerServer = 1_000, ConnectTimeout = TimeSpan.FromSeconds(3) }) { Timeout = Timeout.InfiniteTimeSpan };

    public static async Task<FederationStage> StartAsync(string folder, int nodes, RunLog log, CancellationToken cancellation)
    {
        var stage = new FederationStage(folder, log, Names[..nodes]);
        try
        {
            await stage.StartAsync(nodes, cancellation);
            return stage;
        }
        catch
        {
            await stage.DisposeAsync();
            throw;
        }
    }

    /// <summary>Every way into this hub and out of it.</summary>
    public IEnumerable<Link> LinksOf(StagedHub hub) =>
        hub.Peers.Links.Append(hub.Broker.Link).Concat(hubs.Where(h => h != hub).Select(h => h.Peers.To(hub.Node.Address.Port)));

    public async ValueTask DisposeAsync()
    {
        foreach (var link in hubs.SelectMany(h => h.Peers.Links.Append(h.Broker.Link)))
            link.Heal();
        await Task.WhenAll(hubs.Select(h => h.Node.DisposeAsync().AsTask()));
        foreach (var hub in hubs)
        {
            await hub.Peers.DisposeAsync();
            await hub.Broker.DisposeAsync();
            foreach (var link in hub.Peers.Links.Append(hub.Broker.Link))
                link.Dispose();
        }
        await Broker.DisposeAsync();
        await SmallDisk.DisposeAsync();
        Client.Dispose();
    }

    private async Task StartAsync(int nodes, CancellationToken cancellation)
    {
        await Broker.StartAsync(cancellation);
        if (!await SmallDisk.MountAsync())
            log.Say("pas de petit disque : monter un tmpfs demande root ; « disk-full » est laissé de côté");
        if (!CanFakeTime)
            log.Say($"pas de {FakeTime} (apt-get install libfaketime) : « clock-jump » est laissé de côté");
        var ports = Enumerable.Range(0, nodes).Select(_ => FreePorts.Take()).ToArray();
        for (var i = 0; i < nodes; i++)
            hubs.Add(Stage(i, ports));
        var fingerprints = await Task.WhenAll(hubs.Select(h => InitAsync(h, cancellation)));
        foreach (var hub in hubs)
        {
            var n = 0;
            foreach (var (other, fingerprint) in hubs.Zip(fingerprints).Where(o => o.First != hub))
            {
                ((Dictionary<string, string>)hub.Node.Plan.Settings)[$"Federation:Peers:{n}:Address"] = other.Node.Address.ToString();
                ((Dictionary<string, string>)hub.Node.Plan.Settings)[$"Federation:Peers:{n++}:Fingerprint"] = fingerprint;
            }
            hub.Node.Start();
        }
        foreach (var hub in hubs)
        {
            await hub.Node.AwaitReadyAsync(Client, cancellation);
            hub.Credentials = await KeyAsync(hub, cancellation);
        }
    }

    private StagedHub Stage(int i, int[] ports)
    {
        var name = Names[i];
        var clock = Path.Combine(Folder, $"{name}.clock");
        File.WriteAllText(clock, "+0");
        var links = ports.Select((port, n) => (port, n)).Where(p => p.n != i).ToDictionary(p => p.port, p => new Link($"{name} → {Names[p.n]}"));
        var peers = new PeerLinks(links);
        var amqp = Broker.AddressOf(name);
        var broker = new BrokerLink(name, amqp.Port);
        var environment = new Dictionary<string, string> { ["http_proxy"] = $"http://127.0.0.1:{peers.Port}" };
        if (CanFakeTime)
        {
            // The monotonic clock stays true, as a machine's does when its wall clock is set.
            environment["LD_PRELOAD"] = FakeTime;
            environment["FAKETIME_TIMESTAMP_FILE"] = clock;
            environment["FAKETIME_CACHE_DURATION"] = "1";
            environment["FAKETIME_DONT_FAKE_MONOTONIC"] = "1";
            // Its repair for waits on the monotonic clock makes .NET's timers spin: 1.7 cores for an idle node, 0.06 without it.
            environment["FAKETIME_FORCE_MONOTONIC_FIX"] = "0";
        }
        var settings = new Dictionary<string, string>
        {
            ["Hub:Id"] = name,
            ["Hub:Name"] = $"Hub {name}",
            ["Broker:Address"] = new UriBuilder(amqp) { Port = broker.Port }.Uri.ToString(),
        };
        var plan = new NodePlan(name, new($"http://127.0.0.1:{ports[i]}"), Path.Combine(Folder, name), Path.Combine(Folder, $"{name}.log"), settings, environment);
        return new StagedHub(new NodeProcess(plan, log), peers, broker, clock);
    }

    private static async Task<string> InitAsync(StagedHub hub, CancellationToken cancellation)
    {
        var (code, fingerprint, notes) = await hub.Node.RunAsync(cancellation, "init", "--hub", hub.Name);
        return code == 0 ? fingerprint : throw new InvalidOperationException($"cafeia init: {notes}");
    }

    private static async Task<(string Account, string Key)> KeyAsync(StagedHub hub, CancellationToken cancellation)
    {
        var (code, key, notes) = await hub.Node.RunAsync(cancellation, "user", "key", "--name", "chaos");
        var (_, list, _) = await hub.Node.RunAsync(cancellation, "user", "list");
        return code == 0 ? (list.Split(' ')[0], key) : throw new InvalidOperationException($"cafeia user key: {notes}");
    }
}
