using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Protocol;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Protocol.Journal;
using CafeIA.Federation.Protocol.Sequencing;
using CafeIA.Federation.Tests.Fixtures;
using CafeIA.Federation.Tests.Protocol;

namespace CafeIA.Federation.Tests.Journal;

/// <summary>A hub with a name of its own in a real database, and the same history in memory to compare with.</summary>
internal sealed class StoredHub
{
    private static int number;

    private StoredHub(PostgresFixture postgres, HubRegister register, KnownHub known, IEnumerable<IProjection> projections)
    {
        Register = register;
        Known = known;
        History = new AuthoredHistory(known.Id);
        Loader = new JournalLoader(postgres.Database);
        Writer = new JournalWriter(postgres.Database, projections);
        Reader = new JournalReader(postgres.Database, register, new JournalProofs(postgres.Database));
    }

    public HubRegister Register { get; }

    public KnownHub Known { get; }

    public AuthoredHistory History { get; }

    public JournalLoader Loader { get; }

    public JournalWriter Writer { get; }

    public JournalReader Reader { get; }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static async Task<StoredHub> CreateAsync(PostgresFixture postgres, params IProjection[] projections)
    {
        var register = new HubRegister(postgres.Database, TimeProvider.System);
        var profile = Profile(HubId.Parse($"hub-{Interlocked.Increment(ref number)}"));
        var known = (await register.RegisterAsync(profile, isLocal: false, Cancellation)).Value;
        var hub = new StoredHub(postgres, register, known, projections);
        await hub.Loader.LoadAsync(known, Cancellation);
        return hub;
    }

    public static HubProfile Profile(HubId id) =>
        new(id, $"Hub {id}", "association", ["region:84"], new Uri("https://hub.example.org"), TestHub.Signer.PublicKey);

    /// <summary>Sequences the intents as one batch and appends it.</summary>
    public async Task<IReadOnlyList<Result<Sequenced>>> WriteAsync(params Intent[] intents)
    {
        var outcomes = History.Write(intents);
        Assert.Equal(AppendOutcome.Committed, await AppendAsync(History.Batches[^1]));
        return outcomes;
    }

    public Task<AppendOutcome> AppendAsync(JournalBatch batch, bool checkpoint = false) =>
        Writer.AppendAsync(Known, batch, null, checkpoint ? History.State.Digest : null, Cancellation);

    public async Task<(ulong Size, Hash Root, Hash Digest)> LoadSummaryAsync() =>
        Replica.Summarize(await Loader.LoadAsync(Known, Cancellation));
}
