using System.Security.Cryptography;
using CafeIA.Federation.Node.Directory.Content;
using CafeIA.Federation.Node.Directory.Places;
using CafeIA.Federation.Node.Directory.Places.Coordinates;
using CafeIA.Federation.Node.Directory.Projection;
using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Protocol;
using CafeIA.Federation.Protocol.Heads;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Protocol.Sequencing;
using Npgsql;

namespace CafeIA.Federation.Tests.Fixtures;

/// <summary>A hub that writes into a database through the real sequencer and the real writer, with a key of its own, and the directory filled as in a node.</summary>
internal sealed class TestJournal : IDisposable
{
    private readonly HubSigner signer;
    private readonly Sequencer sequencer;
    private readonly TimeProvider time;

    private TestJournal(KnownHub hub, HubRegister hubs, JournalWriter writer, HubSigner signer, Sequencer sequencer, TimeProvider time)
    {
        Hub = hub;
        Hubs = hubs;
        Writer = writer;
        this.signer = signer;
        this.sequencer = sequencer;
        this.time = time;
    }

    public KnownHub Hub { get; }

    public HubRegister Hubs { get; }

    public JournalWriter Writer { get; }

    /// <param name="database">With the node's schema.</param>
    /// <param name="hub">A hub that the database does not know yet.</param>
    /// <param name="time">Of the changes, and what the occurrences' horizon is counted from.</param>
    /// <param name="more">Read models besides those of the directory's tables.</param>
    public static async Task<TestJournal> OpenAsync(NpgsqlDataSource database, string hub, TimeProvider time, params IProjection[] more)
    {
        var cancellation = CancellationToken.None;
        var signer = new HubSigner(ECDsa.Create(ECCurve.NamedCurves.nistP256));
        var hubs = new HubRegister(database, time);
        await hubs.LoadAsync(cancellation);
        var known = (await hubs.RegisterAsync(new HubProfile(HubId.Parse(hub), $"Hub {hub}", "association", [], null, signer.PublicKey), isLocal: false, cancellation)).Value;
        var places = new CurrentPlaces(new PlaceCoordinateStore(database, time));
        var writer = new JournalWriter(database, [new EventProjection(places, time, new KnownWords(database)), new ResourceProjection(), .. more]);
        var state = await new JournalLoader(database).LoadAsync(known, cancellation);
        var sequencer = new Sequencer(FederationId.Parse("essai"), known.Id, signer, state, RandomNumberGenerator.Create());
        return new TestJournal(known, hubs, writer, signer, sequencer, time);
    }

    public async Task<EntryId> PutAsync(EventContent content, EntryId? entry = null) =>
        (await AppendAsync([Put(entry, EntryKind.Event, ContentBody.Write(content))]))[0].Value.Entry;

    public async Task<EntryId> PutAsync(ResourceContent content, EntryId? entry = null) =>
        (await AppendAsync([Put(entry, EntryKind.Resource, ContentBody.Write(content))]))[0].Value.Entry;

    public Task<IReadOnlyList<Result<Sequenced>>> PutAllAsync(IEnumerable<EventContent> contents) =>
        AppendAsync([.. contents.Select(c => Put(null, EntryKind.Event, ContentBody.Write(c)))]);

    public async Task<Position> WithdrawAsync(EntryId entry, EntryKind kind = EntryKind.Event) =>
        (await AppendAsync([new Intent(entry, IsNew: false, kind, ChangeOp.Withdraw, null)]))[0].Value.Position;

    public async Task<Result<Sequenced>> EraseAsync(EntryId entry, CommandId command = default, EntryKind kind = EntryKind.Event) =>
        (await AppendAsync([new Intent(entry, IsNew: false, kind, ChangeOp.Erase, null, command)]))[0];

    /// <summary>An intent with any body, also one that no author's edge would let through.</summary>
    public Intent Put(EntryId? entry, EntryKind kind, ReadOnlyMemory<byte> body) =>
        new(entry ?? EntryId.New(time), IsNew: entry is null, kind, ChangeOp.Put, body);

    /// <summary>Commits the intents in batches as large as the protocol allows.</summary>
    /// <param name="intents">What is to be written.</param>
    /// <param name="beforeCommit">What happens to the database between the plan of a batch and its commit.</param>
    public async Task<IReadOnlyList<Result<Sequenced>>> AppendAsync(IReadOnlyList<Intent> intents, Func<Task>? beforeCommit = null)
    {
        var outcomes = new List<Result<Sequenced>>(intents.Count);
        foreach (var chunk in intents.Chunk(Sequencer.MaxBatch))
        {
            var preload = await Writer.PreloadAsync(Hub, [.. chunk.Select(i => i.Entry)], [.. chunk.Select(i => i.Command).Where(c => !c.IsNone)], CancellationToken.None);
            var sequenced = sequencer.Sequence(chunk, preload.Current, preload.Known, time.GetUtcNow());
            if (beforeCommit is not null)
                await beforeCommit();
            if (sequenced.Batch is { } batch && await Writer.AppendAsync(Hub, batch, null, null, CancellationToken.None) != AppendOutcome.Committed)
                throw new InvalidOperationException("Another test journal writes as the same hub.");
            outcomes.AddRange(sequenced.Outcomes);
        }
        return outcomes;
    }

    public void Dispose() => signer.Dispose();
}
