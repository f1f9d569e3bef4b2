using System.Security.Cryptography;
using CafeIA.Federation.Benchmarks.Load;
using CafeIA.Federation.Benchmarks.Report;
using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Protocol.Heads;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Protocol.Journal;
using CafeIA.Federation.Protocol.Sequencing;
using Npgsql;

namespace CafeIA.Federation.Benchmarks.Repair;

/// <summary>Fills a hub's journal with events through the real sequencer and writer; the directory is left empty, because what is measured does not read it.</summary>
internal static class BigJournal
{
    private const int Report = 100_000;

    public static async Task FillAsync(NpgsqlDataSource database, KnownHub hub, FederationId federation, HubSigner signer, EventGenerator events, int entries, CancellationToken cancellation)
    {
        var writer = new JournalWriter(database, []);
        var state = await new JournalLoader(database).LoadAsync(hub, cancellation);
        var sequencer = new Sequencer(federation, hub.Id, signer, state, RandomNumberGenerator.Create());
        var nothing = (new Dictionary<EntryId, CurrentChange>(), new Dictionary<CommandId, KnownCommand>());
        for (var written = 0; written < entries;)
        {
            var count = Math.Min(Sequencer.MaxBatch, entries - written);
            var intents = Enumerable.Range(written, count)
                .Select(i => new Intent(EntryId.New(TimeProvider.System), true, EntryKind.Event, ChangeOp.Put, events.MakeBody(i)))
                .ToArray();
            var batch = sequencer.Sequence(intents, nothing.Item1, nothing.Item2, TimeProvider.System.GetUtcNow()).Batch!;
            written += count;
            if (await writer.AppendAsync(hub, batch, null, written == entries ? state.Digest : null, cancellation) != AppendOutcome.Committed)
                throw new InvalidOperationException("Another program writes this journal.");
            if (written % Report == 0)
                Progress.Say($"  {written} entries");
        }
    }
}
