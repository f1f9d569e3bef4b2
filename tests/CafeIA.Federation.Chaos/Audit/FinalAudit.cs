using System.Net;
using System.Text.Json;
using CafeIA.Federation.Chaos.Load;
using CafeIA.Federation.Chaos.Report;
using CafeIA.Federation.Chaos.Stage;
using CafeIA.Federation.Protocol.Identifiers;

namespace CafeIA.Federation.Chaos.Audit;

/// <summary>What is checked when all is healed: equality, every journal on every node against the expectations, what the pages' API shows, and the nodes' own verdict.</summary>
internal sealed class FinalAudit(FederationStage federation, RunLog log)
{
    /// <summary>Entries of each hub that are also asked of each node's directory.</summary>
    private const int Sampled = 250;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    /// <summary>Waits until all nodes' digests are equal.</summary>
    /// <returns>How long it took; null when they were not within the patience, which is a violation.</returns>
    public async Task<TimeSpan?> AwaitEqualityAsync(TimeSpan patience, CancellationToken cancellation)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var nodes = await Task.WhenAll(federation.Hubs.Select(h => Heads.ReadAsync(federation.Client, h.Node, cancellation)));
            var elapsed = TimeProvider.System.GetElapsedTime(started);
            if (Heads.AreEqual(nodes))
                return elapsed;
            if (elapsed > patience)
            {
                foreach (var (hub, heads) in federation.Hubs.Zip(nodes))
                    log.Say($"{hub.Name} tient {(heads is null ? "rien (pas de réponse)" : string.Join(" · ", heads.Select(h => $"{h.Key} {h.Value}")))}");
                log.Violation($"les nœuds ne sont pas égaux après {patience.TotalSeconds:0} s");
                return null;
            }
            await Task.Delay(Pause, TimeProvider.System, cancellation);
        }
    }

    /// <returns>Changes read, over all nodes and hubs.</returns>
    public async Task<int> CheckJournalsAsync(Expectations.Picture expected, CancellationToken cancellation)
    {
        var reading = new JournalReading(federation.Client);
        var read = 0;
        foreach (var node in federation.Hubs.Select(h => h.Node))
        {
            var heads = await Heads.ReadAsync(federation.Client, node, cancellation);
            foreach (var hub in federation.Hubs)
            {
                if (heads?.GetValueOrDefault(hub.Name) is not { } head)
                {
                    if (expected.Acknowledged.Keys.Any(a => a.Hub == hub.Name))
                        log.Violation($"{node.Hub} ne montre pas de journal de {hub.Name}");
                    continue;
                }
                var journal = await reading.ReadAsync(node, hub.Name, head.Epoch, cancellation);
                read += journal.Changes.Count;
                if (!journal.IsWhole)
                {
                    log.Say($"{node.Hub} a pris les {journal.Floor} premiers changements de {hub.Name} par un instantané : chacune de ses fiches est relue dans son annuaire");
                    foreach (var (entry, last) in expected.Entries.Where(e => e.Value.Hub == hub.Name && !expected.ExcusedEntries.Contains(e.Key)))
                        await CheckEntryAsync(node, hub, entry, last, cancellation);
                }
                if (journal.Floor + (ulong)journal.Changes.Count != head.Seq)
                    log.Violation($"{node.Hub} annonce {head} de {hub.Name} et en sert {journal.Changes.Count} après {journal.Floor}");
                foreach (var wrong in Ledger.Check(hub.Name, journal, expected))
                    log.Violation($"chez {node.Hub}, journal de {hub.Name} : {wrong}");
            }
        }
        return read;
    }

    /// <summary>The directory's answers follow from the journal: a sample of entries is asked of every node.</summary>
    public async Task CheckDirectoriesAsync(Expectations.Picture expected, int seed, CancellationToken cancellation)
    {
        var random = new Random(seed);
        foreach (var hub in federation.Hubs)
        {
            var entries = expected.Entries.Where(e => e.Value.Hub == hub.Name && !expected.ExcusedEntries.Contains(e.Key)).ToArray();
            random.Shuffle(entries);
            foreach (var (entry, last) in entries.Take(Sampled))
            {
                foreach (var node in federation.Hubs.Select(h => h.Node))
                    await CheckEntryAsync(node, hub, entry, last, cancellation);
            }
        }
    }

    /// <summary><c>cafeia verify</c> on every node.</summary>
    public async Task VerifyAsync(CancellationToken cancellation)
    {
        foreach (var node in federation.Hubs.Select(h => h.Node))
        {
            var (code, output, notes) = await node.RunAsync(cancellation, "verify");
            if (code != 0)
                log.Violation($"« cafeia verify » sur {node.Hub} rend {code} : {output} {notes}");
        }
    }

    private async Task CheckEntryAsync(NodeProcess node, StagedHub hub, Guid entry, ExpectedEntry last, CancellationToken cancellation)
    {
        if (await WrongAsync(node, entry, last, cancellation) is { } wrong)
            log.Violation($"chez {node.Hub}, l’annuaire montre de la fiche {entry} de {hub.Name} : {wrong}");
    }

    private async Task<string?> WrongAsync(NodeProcess node, Guid entry, ExpectedEntry last, CancellationToken cancellation)
    {
        using var answer = await federation.Client.GetAsync(new Uri(node.Address, $"/api/v1/events/{entry}"), cancellation);
        if (last.Op != ChangeOp.Put)
            return answer.StatusCode == HttpStatusCode.Gone ? null : $"{(int)answer.StatusCode} au lieu de 410";
        if (answer.StatusCode != HttpStatusCode.OK)
            return $"{(int)answer.StatusCode} au lieu de « {last.Title} »";
        using var document = JsonDocument.Parse(await answer.Content.ReadAsByteArrayAsync(cancellation));
        var title = document.RootElement.GetProperty("content").GetProperty("title").GetString();
        return title == last.Title ? null : $"« {title} » au lieu de « {last.Title} »";
    }
}
