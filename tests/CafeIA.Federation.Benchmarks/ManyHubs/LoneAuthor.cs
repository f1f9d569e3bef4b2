using System.Security.Cryptography;
using System.Threading.Channels;
using CafeIA.Federation.Node.Exchange;
using CafeIA.Federation.Node.Exchange.Http;
using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Node.Journal.Erasures;
using CafeIA.Federation.Protocol.Heads;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Protocol.Journal;
using CafeIA.Federation.Protocol.Segments;
using CafeIA.Federation.Protocol.Sequencing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace CafeIA.Federation.Benchmarks.ManyHubs;

/// <summary>A hub without a node of its own: its journal in a database, its sequencer, its exchange over HTTP and the broker, in this process. No directory, no grains, no site.</summary>
internal sealed class LoneAuthor : IAsyncDisposable
{
    /// <summary>As <c>HubGrain</c>.</summary>
    private static readonly TimeSpan Linger = TimeSpan.FromMilliseconds(10);

    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(20);
    private static readonly Dictionary<EntryId, CurrentChange> NoEntries = [];
    private static readonly Dictionary<CommandId, KnownCommand> NoCommands = [];

    private readonly WebApplication application;
    private readonly HubSigner signer;
    private readonly string eraseList;
    private Sequencer sequencer = null!;

    private LoneAuthor(WebApplication application, HubSigner signer, string eraseList)
    {
        this.application = application;
        this.signer = signer;
        this.eraseList = eraseList;
    }

    public Uri Address => new(application.Urls.First());

    private HubRegister Hubs => application.Services.GetRequiredService<HubRegister>();

    private ISegmentTransport Transport => application.Services.GetRequiredService<ISegmentTransport>();

    public static async Task<LoneAuthor> StartAsync(string hub, string database, string folder, Uri broker, FederationId federation, CancellationToken cancellation)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var signer = new HubSigner(ECDsa.Create(ECCurve.NamedCurves.nistP256));
        var eraseList = Path.Combine(folder, $"{hub}.erased");
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton(new HubSigners([signer]));
        // As a node sets up its own connections.
        builder.Services.AddSingleton(NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(database) { MaxAutoPrepare = 60, AutoPrepareMinUsages = 3 }.ConnectionString));
        builder.Services.AddSingleton(EraseList.Open(eraseList));
        builder.Services.AddJournal();
        builder.Services.AddSingleton(new ExchangeOptions { BrokerAddress = broker });
        builder.Services.AddSingleton(new ExchangeIdentity(federation));
        builder.Services.AddSingleton<IReplicas, Lane.CountingReplicas>();
        builder.Services.AddSingleton<IOwnStanding, Trusted>();
        builder.Services.AddExchange();
        var author = new LoneAuthor(builder.Build(), signer, eraseList);
        try
        {
            await author.StartAsync(hub, federation, cancellation);
            return author;
        }
        catch
        {
            await author.DisposeAsync();
            throw;
        }
    }

    /// <summary>Commits the bodies as new events in one batch, wakes who waits for them and sends the segment. One call at a time.</summary>
    public async Task WriteAsync(IReadOnlyList<(Guid Entry, byte[] Body)> events, CancellationToken cancellation)
    {
        var intents = events.Select(e => new Intent(new EntryId(e.Entry), true, EntryKind.Event, ChangeOp.Put, e.Body)).ToArray();
        var batch = sequencer.Sequence(intents, NoEntries, NoCommands, TimeProvider.System.GetUtcNow()).Batch!;
        if (await application.Services.GetRequiredService<JournalWriter>().AppendAsync(Hubs.Local, batch, null, null, cancellation) != AppendOutcome.Committed)
            throw new InvalidOperationException("Another program writes this journal.");
        application.Services.GetRequiredService<JournalSignal>().Advance(Hubs.Local.Id, sequencer.State.Position);
        await Transport.SendAsync(SegmentCodec.Encode(new Segment(batch.Head, batch.Before.Seq + 1, [.. batch.Changes.Select(c => c.Change)], [], null)), cancellation);
    }

    /// <summary>Writes what waits, as a node's own hub does: all of it in one batch, and a batch every <see cref="Linger"/> at most.</summary>
    public async Task WriteAllAsync(ChannelReader<(Guid Entry, byte[] Body)> events, CancellationToken cancellation)
    {
        var batch = new List<(Guid, byte[])>();
        while (await events.WaitToReadAsync(cancellation))
        {
            var opened = TimeProvider.System.GetTimestamp();
            while (batch.Count < Sequencer.MaxBatch && events.TryRead(out var waiting))
                batch.Add(waiting);
            await WriteAsync(batch, cancellation);
            batch.Clear();
            if (TimeProvider.System.GetElapsedTime(opened) is var took && took < Linger)
                await Task.Delay(Linger - took, TimeProvider.System, cancellation);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await application.StopAsync(CancellationToken.None);
        await application.DisposeAsync();
        signer.Dispose();
        File.Delete(eraseList);
    }

    private async Task StartAsync(string hub, FederationId federation, CancellationToken cancellation)
    {
        await application.Services.GetRequiredService<SchemaRunner>().RunAsync(cancellation);
        var profile = new HubProfile(HubId.Parse(hub), $"Hub {hub}", "autre", [], null, signer.PublicKey);
        var local = (await Hubs.RegisterAsync(profile, isLocal: true, cancellation)).Value;
        sequencer = new Sequencer(federation, local.Id, signer, await application.Services.GetRequiredService<JournalLoader>().LoadAsync(local, cancellation), RandomNumberGenerator.Create());
        application.MapExchange();
        await application.StartAsync(cancellation);
        while (!Transport.IsAvailable)
            await Task.Delay(Look, TimeProvider.System, cancellation);
    }

    private sealed class Trusted : IOwnStanding
    {
        public bool IsSuspect => false;
    }
}
