using System.Security.Cryptography;
using CafeIA.Federation.Benchmarks.Load;
using CafeIA.Federation.Protocol.Following;
using CafeIA.Federation.Protocol.Heads;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Protocol.Journal;
using CafeIA.Federation.Protocol.Segments;
using CafeIA.Federation.Protocol.Sequencing;

namespace CafeIA.Federation.Benchmarks.Micro;

/// <summary>The first full batch of a hub, as it goes to the others: 250 events of <see cref="Generator"/>.</summary>
internal static class SampleJournal
{
    private const int Seed = 2024;

    private static readonly FederationId Federation = FederationId.Parse("cafeia");
    private static readonly HubId Hub = HubId.Parse("bretagne");
    private static readonly HubSigner Signer = new(ECDsa.Create(ECCurve.NamedCurves.nistP256));

    public static EventGenerator Generator { get; } = new(Seed, Sustained.Today());

    public static Segment Segment()
    {
        var sequencer = new Sequencer(Federation, Hub, Signer, JournalState.Empty(), RandomNumberGenerator.Create());
        Intent[] intents = [.. Enumerable.Range(0, Sequencer.MaxBatch).Select(n => new Intent(EntryId.New(TimeProvider.System), true, EntryKind.Event, ChangeOp.Put, Generator.MakeBody(n)))];
        var batch = sequencer.Sequence(intents, new Dictionary<EntryId, CurrentChange>(), new Dictionary<CommandId, KnownCommand>(), TimeProvider.System.GetUtcNow()).Batch!;
        return new(batch.Head, 1, [.. batch.Changes.Select(c => c.Change)], [], null);
    }

    /// <summary>Of a node that holds nothing of the hub yet.</summary>
    public static Follower Follower() => new(Federation, Hub, Signer.PublicKey, JournalState.Empty());
}
