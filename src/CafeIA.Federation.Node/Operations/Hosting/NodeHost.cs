using CafeIA.Federation.Node.Exchange;
using CafeIA.Federation.Node.Hubs;
using CafeIA.Federation.Node.Hubs.Recovery;
using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Node.Journal.Erasures;
using CafeIA.Federation.Node.Operations.Postgres;
using CafeIA.Federation.Node.Operations.Settings;
using CafeIA.Federation.Protocol.Heads;
using Microsoft.AspNetCore.DataProtection;
using Npgsql;

namespace CafeIA.Federation.Node.Operations.Hosting;

/// <summary>A whole node in this process: its folder, its database, its key, its silo and its web server. Several can run side by side.</summary>
/// <remarks>Start goes down this list and stop goes up it: lock, PostgreSQL, data source and schema, key, application.</remarks>
internal sealed class NodeHost : IAsyncDisposable
{
    /// <summary>Seconds that requests under way have to end.</summary>
    private const int ShutdownSeconds = 10;

    private readonly Stack<IAsyncDisposable> started = new();

    private NodeHost(NodeSettings settings) => Settings = settings;

    /// <summary>The settings in force: ports are chosen, the address and the connection string are filled in.</summary>
    public NodeSettings Settings { get; private set; }

    public WebApplication Application { get; private set; } = null!;

    public IServiceProvider Services => Application.Services;

    /// <summary>Where this machine reaches the node.</summary>
    public Uri Address => Settings.Http.LocalAddress();

    /// <param name="settings">Read by <see cref="SettingsReader"/>, or made by a test.</param>
    /// <param name="configuration">Where <c>Logging</c> is read from.</param>
    /// <param name="isPublic">False for a command that needs a node for its own time: it listens on the control socket only.</param>
    /// <param name="configure">Last word on the services, for tests.</param>
    /// <param name="cancellationToken">Gives up the start; what was started is stopped.</param>
    /// <exception cref="StartRefusedException">The node cannot start as it is set up.</exception>
    public static async Task<NodeHost> StartAsync(
        NodeSettings settings,
        IConfiguration? configuration = null,
        bool isPublic = true,
        Action<WebApplicationBuilder>? configure = null,
        CancellationToken cancellationToken = default)
    {
        var host = new NodeHost(settings with { Http = settings.Http.WithPorts() });
        try
        {
            await host.StartAsync(configuration, isPublic, configure, cancellationToken);
            return host;
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    /// <summary>Ends when the node is told to stop, by Ctrl-C or SIGTERM.</summary>
    public Task WaitForShutdownAsync(CancellationToken cancellationToken) => Application.WaitForShutdownAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        while (started.TryPop(out var part))
            await part.DisposeAsync();
    }

    private async Task StartAsync(IConfiguration? configuration, bool isPublic, Action<WebApplicationBuilder>? configure, CancellationToken cancellationToken)
    {
        var data = new DataFolder(Settings.Data.Folder);
        data.Create();
        started.Push(data.Lock());
        using var early = LoggerFactory.Create(logging => logging.AddNodeConsole(configuration));

        ManagedPostgres? postgres = null;
        if (Settings.Database.ConnectionString is null)
        {
            postgres = await ManagedPostgres.StartAsync(data, early.CreateLogger<ManagedPostgres>(), cancellationToken);
            started.Push(postgres);
            Settings = Settings with { Database = Settings.Database with { ConnectionString = postgres.ConnectionString } };
        }
        if (Settings.Hub.Address is null)
            Settings = Settings with { Hub = Settings.Hub with { Address = Settings.Http.LocalAddress() } };

        var builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            ApplicationName = typeof(NodeHost).Assembly.GetName().Name,
            ContentRootPath = Path.GetDirectoryName(typeof(NodeHost).Assembly.Location),
        });
        if (configuration is not null)
            builder.Configuration.AddConfiguration(configuration);
        builder.Logging.ClearProviders().AddNodeConsole(configuration);
        builder.WebHost.UseSetting(WebHostDefaults.ServerUrlsKey, "").UseSetting(WebHostDefaults.HttpPortsKey, "");
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            ControlConnection.Listen(kestrel, data);
            if (isPublic)
                kestrel.Listen(Settings.Http);
        });
        builder.Services.Configure<HostOptions>(o => o.ShutdownTimeout = TimeSpan.FromSeconds(ShutdownSeconds));
        builder.Services.AddDataProtection().SetApplicationName($"cafeia-{Settings.Hub.Id}").PersistKeysToFileSystem(new(data.FormKeys));
        AddSettings(builder.Services, data, NodeKey.Read(data));
        Rooms.Add(builder, Settings);
        configure?.Invoke(builder);

        Application = builder.Build();
        started.Push(Application);
        if (postgres is not null)
            started.Push(new PostgresWatch(postgres, Services.GetRequiredService<TimeProvider>(), Services.GetRequiredService<ILogger<PostgresWatch>>()));
        var database = Services.GetRequiredService<NpgsqlDataSource>();
        await DurabilityCheck.RequireAsync(database, cancellationToken);
        try
        {
            await Services.GetRequiredService<SchemaRunner>().RunAsync(cancellationToken);
        }
        catch (NewerSchemaException e)
        {
            throw new StartRefusedException("newer-schema", e.Message);
        }
        Rooms.Map(Application);
        try
        {
            await Application.StartAsync(cancellationToken);
        }
        catch (HubChangedException e)
        {
            throw new StartRefusedException("hub-changed", e.Message);
        }
        catch (IOException e) when (e.InnerException is Microsoft.AspNetCore.Connections.AddressInUseException)
        {
            throw new StartRefusedException("address-in-use", $"un autre programme écoute déjà sur {Settings.Http.Urls}. L’arrêter, ou choisir un autre port avec --urls http://*:8090.", "Http:Urls");
        }
        started.Push(new Stopping(Application));
    }

    private void AddSettings(IServiceCollection services, DataFolder data, HubSigners signers)
    {
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton(Settings).AddSingleton(data).AddSingleton(signers).AddSingleton(new HubKeyFolder(data.KeyFile)).AddSingleton(new HighWaterFile(data.HighWaterFile));
        services.AddSingleton(Settings.Hub).AddSingleton(Settings.Exchange).AddSingleton(Settings.Database).AddSingleton(Settings.Directory).AddSingleton(Settings.Site);
        services.AddSingleton(EraseList.Open(data.EraseList));
        services.AddSingleton(new ExchangeIdentity(Settings.Hub.FederationId));
    }

    /// <summary>Disposal alone does not wait for requests and grains; a stop does.</summary>
    private sealed class Stopping(WebApplication application) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            try
            {
                await application.StopAsync();
            }
            catch (OperationCanceledException)
            {
                // The time to stop ran out: what is committed is safe, and disposal closes the rest.
            }
        }
    }
}
