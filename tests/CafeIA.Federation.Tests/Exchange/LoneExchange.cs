using System.Security.Cryptography;
using System.Text;
using CafeIA.Federation.Node.Exchange;
using CafeIA.Federation.Node.Exchange.Http;
using CafeIA.Federation.Node.Exchange.Membership;
using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Node.Journal.Erasures;
using CafeIA.Federation.Protocol.Heads;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Protocol.Journal;
using CafeIA.Federation.Protocol.Sequencing;
using CafeIA.Federation.Tests.Fixtures;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace CafeIA.Federation.Tests.Exchange;

/// <summary>A hub's exchange alone, with a real journal and a real web server, and nobody behind it but who records.</summary>
internal sealed class LoneExchange : IAsyncDisposable
{
    private readonly PostgresServer server;
    private readonly string database;
    private readonly string erased;
    private readonly WebApplication application;

    private LoneExchange(PostgresServer server, string database, string erased, WebApplication application)
    {
        this.server = server;
        this.database = database;
        this.erased = erased;
        this.application = application;
        Http = new HttpClient { BaseAddress = Address };
    }

    public Uri Address => new(application.Urls.First());

    public HttpClient Http { get; }

    public RecordingReplicas Replicas => (RecordingReplicas)Get<IReplicas>();

    public HubRegister Hubs => Get<HubRegister>();

    public PeerWatch Watch => Hosted<PeerWatch>();

    public HeadExchange Heads => Hosted<HeadExchange>();

    public HeadAnnouncer Announcer => Hosted<HeadAnnouncer>();

    public ISegmentTransport Transport => Get<ISegmentTransport>();

    public IPeerClient Client => Get<IPeerClient>();

    public T Get<T>()
        where T : notnull => application.Services.GetRequiredService<T>();

    public static async Task<LoneExchange> StartAsync(
        PostgresServer server, string hub, Uri? broker = null, IReadOnlyList<PeerOptions>? peers = null, string federation = "essai", Action<IServiceCollection>? configure = null, IReadOnlyList<string>? stewards = null)
    {
        var database = await server.CreateDatabaseAsync();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var signer = new HubSigner(ECDsa.Create(ECCurve.NamedCurves.nistP256));
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton(new HubSigners([signer]));
        builder.Services.AddSingleton(NpgsqlDataSource.Create(database));
        var erased = Path.GetTempFileName();
        builder.Services.AddSingleton(EraseList.Open(erased));
        builder.Services.AddJournal();
        builder.Services.AddSingleton(new ExchangeOptions { BrokerAddress = broker, Peers = peers ?? [], Stewards = stewards ?? [] });
        builder.Services.AddSingleton(new ExchangeIdentity(FederationId.Parse(federation)));
        builder.Services.AddSingleton<IReplicas, RecordingReplicas>();
        builder.Services.AddSingleton<IOwnStanding, Trusted>();
        builder.Services.AddExchange();
        configure?.Invoke(builder.Services);
        var application = builder.Build();
        await application.Services.GetRequiredService<SchemaRunner>().RunAsync(CancellationToken.None);
        var profile = new HubProfile(HubId.Parse(hub), $"Hub {hub}", "association", ["region:84"], null, signer.PublicKey);
        _ = (await application.Services.GetRequiredService<HubRegister>().RegisterAsync(profile, isLocal: true, CancellationToken.None)).Value;
        application.MapExchange();
        await application.StartAsync();
        return new(server, database, erased, application);
    }

    /// <summary>Commits changes to the hub's own journal and wakes who waits for them.</summary>
    public async Task<SignedHead> CommitAsync(params string[] bodies)
    {
        var hubs = Hubs;
        var state = await Get<JournalLoader>().LoadAsync(hubs.Local, CancellationToken.None);
        var sequencer = new Sequencer(Get<ExchangeIdentity>().Federation, hubs.Local.Id, Get<HubSigners>().Current, state, RandomNumberGenerator.Create());
        var intents = bodies.Select(b => new Intent(EntryId.New(TimeProvider.System), true, EntryKind.Event, ChangeOp.Put, Encoding.UTF8.GetBytes(b))).ToArray();
        var batch = sequencer.Sequence(intents, new Dictionary<EntryId, CurrentChange>(), new Dictionary<CommandId, KnownCommand>(), TimeProvider.System.GetUtcNow()).Batch!;
        await Get<JournalWriter>().AppendAsync(hubs.Local, batch, null, null, CancellationToken.None);
        Get<JournalSignal>().Advance(hubs.Local.Id, state.Position);
        return batch.Head;
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await application.StopAsync();
        await application.DisposeAsync();
        await server.DropDatabaseAsync(database);
        File.Delete(erased);
    }

    private T Hosted<T>() => application.Services.GetServices<IHostedService>().OfType<T>().Single();

    private sealed class Trusted : IOwnStanding
    {
        public bool IsSuspect => false;
    }
}
