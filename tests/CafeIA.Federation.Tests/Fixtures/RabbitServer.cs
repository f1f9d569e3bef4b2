using System.Diagnostics;
using CafeIA.Federation.Node.Exchange.Broker;
using CafeIA.Federation.Node.Hubs;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Tests.Fixtures;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;
using Xunit;

[assembly: AssemblyFixture(typeof(RabbitServer))]

namespace CafeIA.Federation.Tests.Fixtures;

/// <summary>
/// A real RabbitMQ of the tests' own, set up from the definitions the product makes: hubs <see cref="Hubs"/> with their users, and one user who may do everything.
/// It is started when first asked for. A test that kills or wipes it makes one for itself.
/// </summary>
public sealed class RabbitServer : IAsyncLifetime
{
    /// <summary>The folder with <c>rabbitmq-server</c>; where it is not set, Debian's.</summary>
    public const string Variable = "CAFEIA_TEST_RABBITMQ_SBIN";

    private const string Password = "essai";
    private const string AdministratorName = "administrateur";
    private const int LogLines = 20;

    /// <summary>Two seconds on an idle machine, twenty on a busy one.</summary>
    private static readonly TimeSpan StartPatience = TimeSpan.FromMinutes(4);

    private readonly SemaphoreSlim gate = new(1);
    private readonly int port = FreePorts.Take();
    private readonly int epmdPort = FreePorts.Take();
    private readonly int distributionPort = FreePorts.Take();
    private IReadOnlyList<string> hubs = Hubs;
    private string? folder;
    private Process? epmd;
    private Process? broker;

    /// <summary>The hubs of the definitions, each following the others.</summary>
    public static IReadOnlyList<string> Hubs { get; } = ["alpha", "beta", "gamma"];

    /// <summary>A broker whose definitions have these hubs.</summary>
    internal static RabbitServer For(IReadOnlyList<string> hubs) => new() { hubs = hubs };

    /// <summary>The broker's process; null while it is killed.</summary>
    internal int? ProcessId => broker is { HasExited: false } running ? running.Id : null;

    /// <summary>The address with a hub's own restricted user.</summary>
    public Uri AddressOf(string hub) => Address(BrokerNames.UserOf(HubId.Parse(hub)));

    /// <summary>The address with a user who may do everything.</summary>
    public Uri Administrator => Address(AdministratorName);

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async Task StartAsync(CancellationToken cancellation)
    {
        await gate.WaitAsync(cancellation);
        try
        {
            if (broker is not null)
                return;
            folder ??= Prepare();
            epmd ??= Run("epmd", "-port", $"{epmdPort}", "-address", "127.0.0.1");
            broker = Run(Path.Combine(FindSbin(), "rabbitmq-server"));
            await AwaitConnectionsAsync(cancellation);
        }
        finally
        {
            gate.Release();
        }
    }

    /// <summary>Started, and nothing in the hubs' queues.</summary>
    public async Task StartEmptyAsync(CancellationToken cancellation)
    {
        await StartAsync(cancellation);
        await using var connection = await new ConnectionFactory { Uri = Administrator, AutomaticRecoveryEnabled = false }.CreateConnectionAsync(cancellation);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellation);
        foreach (var hub in hubs)
            await channel.QueuePurgeAsync(BrokerNames.QueueOf(HubId.Parse(hub)), cancellation);
    }

    /// <summary>As <c>kill -9</c>.</summary>
    public async Task KillAsync()
    {
        if (broker is null)
            return;
        broker.Kill(entireProcessTree: true);
        await broker.WaitForExitAsync();
        broker.Dispose();
        broker = null;
    }

    /// <summary>Deletes all the killed broker ever wrote.</summary>
    public void Wipe() => System.IO.Directory.Delete(Path.Combine(folder!, "mnesia"), recursive: true);

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        if (epmd is not null)
        {
            epmd.Kill();
            await epmd.WaitForExitAsync();
            epmd.Dispose();
        }
        if (folder is not null)
            System.IO.Directory.Delete(folder, recursive: true);
        gate.Dispose();
    }

    private Uri Address(string user) => new($"amqp://{user}:{Password}@127.0.0.1:{port}/");

    private string Prepare()
    {
        var made = System.IO.Directory.CreateTempSubdirectory("cafeia-rabbit-").FullName;
        var definitions = BrokerDefinitions.Create([.. hubs.Select(h => new BrokerUser(HubId.Parse(h), RabbitPassword.Hash(Password)))]);
        definitions["users"]!.AsArray().Add(new System.Text.Json.Nodes.JsonObject
        {
            ["name"] = AdministratorName,
            ["password_hash"] = RabbitPassword.Hash(Password),
            ["hashing_algorithm"] = RabbitPassword.Algorithm,
            ["tags"] = "administrator",
        });
        definitions["permissions"]!.AsArray().Add(new System.Text.Json.Nodes.JsonObject
        {
            ["user"] = AdministratorName,
            ["vhost"] = "/",
            ["configure"] = ".*",
            ["write"] = ".*",
            ["read"] = ".*",
        });
        File.WriteAllText(Path.Combine(made, "definitions.json"), definitions.ToJsonString());
        File.WriteAllText(Path.Combine(made, "enabled_plugins"), "[].\n");
        File.WriteAllText(
            Path.Combine(made, "rabbitmq.conf"),
            $"""
            listeners.tcp.1 = 127.0.0.1:{port}
            load_definitions = {made}/definitions.json
            vm_memory_high_watermark.absolute = 512MB
            disk_free_limit.absolute = 50MB

            """);
        return made;
    }

    private Process Run(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        var environment = start.Environment;
        // Own cookie (in HOME), node name, folders and ports, all on loopback: a broker of the system is neither met nor disturbed.
        environment["HOME"] = folder;
        environment["ERL_EPMD_ADDRESS"] = "127.0.0.1";
        environment["ERL_EPMD_PORT"] = $"{epmdPort}";
        environment["RABBITMQ_NODENAME"] = $"cafeia-test-{port}@localhost";
        environment["RABBITMQ_DIST_PORT"] = $"{distributionPort}";
        environment["RABBITMQ_MNESIA_BASE"] = Path.Combine(folder!, "mnesia");
        environment["RABBITMQ_LOG_BASE"] = Path.Combine(folder!, "log");
        environment["RABBITMQ_CONFIG_FILE"] = Path.Combine(folder!, "rabbitmq.conf");
        environment["RABBITMQ_ENABLED_PLUGINS_FILE"] = Path.Combine(folder!, "enabled_plugins");
        environment["RABBITMQ_CONF_ENV_FILE"] = "/dev/null";
        environment["RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS"] = "-kernel inet_dist_use_interface {127,0,0,1}";
        // The script becomes the broker instead of watching over it, so that its id is the broker's.
        environment["RUNNING_UNDER_SYSTEMD"] = "true";
        var process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    private async Task AwaitConnectionsAsync(CancellationToken cancellation)
    {
        var factory = new ConnectionFactory { Uri = Administrator, AutomaticRecoveryEnabled = false };
        var since = TimeProvider.System.GetTimestamp();
        while (true)
        {
            try
            {
                await using var connection = await factory.CreateConnectionAsync(cancellation);
                return;
            }
            catch (BrokerUnreachableException e)
            {
                Assert.False(broker!.HasExited, $"RabbitMQ ended at its start:\n{LogEnd()}");
                if (TimeProvider.System.GetElapsedTime(since) > StartPatience)
                    Assert.Fail($"RabbitMQ took no connection for {StartPatience.TotalMinutes} minutes ({e.InnerException?.Message}):\n{LogEnd()}");
                await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, cancellation);
            }
        }
    }

    /// <summary>The last lines of what the broker wrote: its folder goes with the run.</summary>
    private string LogEnd() => System.IO.Directory.Exists(Path.Combine(folder!, "log"))
        ? string.Join('\n', System.IO.Directory.GetFiles(Path.Combine(folder!, "log"), "*.log").SelectMany(f => File.ReadLines(f).TakeLast(LogLines)))
        : "no log";

    private static string FindSbin()
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } given)
            return given;
        return System.IO.Directory.GetDirectories("/usr/lib/rabbitmq/lib", "rabbitmq_server-*").Order().Select(d => Path.Combine(d, "sbin")).LastOrDefault()
            ?? throw new InvalidOperationException($"RabbitMQ is not installed (apt-get install rabbitmq-server), or {Variable} names its sbin folder.");
    }
}
