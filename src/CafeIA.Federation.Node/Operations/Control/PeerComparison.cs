using CafeIA.Federation.Node.Directory.Hidden;
using CafeIA.Federation.Node.Exchange;
using CafeIA.Federation.Node.Hubs.Following;
using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Node.Operations.Commands;
using CafeIA.Federation.Protocol.Heads;
using CafeIA.Federation.Protocol.Identifiers;

namespace CafeIA.Federation.Node.Operations.Control;

/// <summary>Holds this node's journals against every peer's: equal heads mean that equal journals were signed, equal computed states that they are still what was signed.</summary>
internal sealed class PeerComparison(
    JournalReader journals, HubRegister hubs, HiddenEntries hidden, IPeerClient peers, ExchangeOptions options, RefusalSamples refusals, StateVerification states, TimeProvider time)
{
    /// <summary>Changes are on their way while it looks, so a difference counts only when it lasts.</summary>
    private const int Attempts = 20;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    /// <returns>True when every journal is equal on every peer.</returns>
    public async Task<bool> VerifyAsync(Talk talk)
    {
        if (options.Peers.Count == 0)
            await talk.NoteAsync("Aucun pair n’est réglé (Federation:Peers) : il n’y a rien à comparer.");
        var allEqual = true;
        foreach (var peer in options.Peers)
        {
            var (equal, lines) = await CompareAsync(peer.Address!, talk.Cancellation);
            allEqual &= equal;
            foreach (var line in lines)
                await talk.SayAsync(line);
        }
        foreach (var end in await journals.EndsAsync(talk.Cancellation))
        {
            await talk.SayAsync($"ici  {end.Hub.Id}  {end.Position}  {(end.Head is { } head ? head.Head.StateDigest : "vide")}");
            if (await states.OwnAsync(end.Hub, talk.Cancellation) is not { } damage)
                continue;
            allEqual = false;
            await talk.SayAsync($"ici  {end.Hub.Id}  {damage}");
        }
        if (!allEqual)
            await talk.NoteAsync("Un nœud en retard se rattrape seul ; si la différence reste, « cafeia peers » dit qui ne répond pas.");
        return allEqual;
    }

    public async Task ListAsync(Talk talk)
    {
        var allAnswer = true;
        foreach (var peer in options.Peers)
        {
            var answer = await peers.DescribeAsync(peer.Address!, talk.Cancellation);
            if (!answer.IsOk)
            {
                allAnswer = false;
                await talk.SayAsync($"{peer.Address}  ne répond pas : {answer.Refusal.Message}");
                continue;
            }
            var key = answer.Value.PublicKey.Fingerprint;
            var known = hubs.Find(answer.Value.Id);
            var (isGood, pinned) = known switch
            {
                { IsBlocked: true } => (true, "bloqué ici"),
                { IsHidden: true } => (true, "exclu de la fédération"),
                not null when known.CurrentKey.Fingerprint == key => (true, known.PublicKey.Fingerprint == key ? (peer.Fingerprint is null && known.Membership is null ? "crue au premier contact" : "épinglée") : "suivie depuis la clé épinglée, par ses changements de clé"),
                _ => (peer.Fingerprint is null ? known is null : peer.Fingerprint == key, peer.Fingerprint == key ? "épinglée" : peer.Fingerprint is null && known is null ? "pas encore suivie" : "AUTRE QUE CELLE QUI EST ÉPINGLÉE"),
            };
            allAnswer &= isGood;
            await talk.SayAsync($"{peer.Address}  {answer.Value.Id}  {answer.Value.Name}  {key} ({pinned})");
        }
        if (options.Peers.Count == 0)
            await talk.NoteAsync("Aucun pair. En ajouter un : cafeia init --peer https://hub.example.org=SHA256:…, puis redémarrer le nœud.");
        await ListRefusedAsync(talk);
        foreach (var count in await hidden.CountAsync(talk.Cancellation))
            await talk.SayAsync($"caché  {count.Hub.Id}  {count.Missing} sans contenu, {count.Unreadable} illisibles");
        await talk.EndAsync(allAnswer ? ExitCodes.Done : ExitCodes.Found);
    }

    /// <summary>What was dropped since the node started: how often and why, and the last of each sender.</summary>
    private async Task ListRefusedAsync(Talk talk)
    {
        foreach (var ((hub, fault), count) in refusals.Counts.OrderBy(c => c.Key.Hub).ThenBy(c => c.Key.Fault))
            await talk.SayAsync($"refusé  {hub}  {fault}  {count} fois depuis le démarrage");
        foreach (var refused in refusals.Samples())
            await talk.SayAsync($"refusé  {refused.Hub}  {refused.Fault}  {refused.At:yyyy-MM-dd HH:mm:ss} UTC  de {(refused.From == "lane" ? "la voie du courtier" : refused.From)}");
    }

    private async Task<(bool Equal, IReadOnlyList<string> Lines)> CompareAsync(Uri peer, CancellationToken cancellation)
    {
        for (var attempt = 1; ; attempt++)
        {
            var theirs = await peers.HeadsAsync(peer, cancellation);
            if (!theirs.IsOk)
                return (false, [$"{peer}  ne répond pas : {theirs.Refusal.Message}"]);
            var ours = (await journals.EndsAsync(cancellation)).Where(e => e is { Head: not null, Hub.IsHidden: false }).ToDictionary(e => e.Hub.Id, e => e.Head!);
            var differences = ours.Keys.Union(theirs.Value.Keys.Where(h => hubs.Find(h) is not { IsHidden: true })).Order()
                .Select(hub => (Hub: hub, Text: Difference(ours.GetValueOrDefault(hub), theirs.Value.GetValueOrDefault(hub)?.Head)))
                .Where(d => d.Text is not null)
                .Select(d => $"{peer}  {d.Hub}  {d.Text}")
                .ToList();
            foreach (var (hub, head) in ours.Where(o => theirs.Value.TryGetValue(o.Key, out var shown) && Difference(o.Value, shown.Head) is null))
            {
                if (await states.DifferenceAsync(hubs.Find(hub)!, head, theirs.Value[hub].State, peer, cancellation) is { } difference)
                    differences.Add($"{peer}  {hub}  {difference}");
            }
            if (differences.Count == 0)
                return (true, [$"{peer}  égal ({ours.Count} journaux)"]);
            if (attempt == Attempts)
                return (false, differences);
            await Task.Delay(Pause, time, cancellation);
        }
    }

    private static string? Difference(SignedHead? ours, SignedHead? theirs)
    {
        if (ours is null || theirs is null)
            return ours is null ? "absent ici" : "absent là-bas";
        if (ours.Head.Position != theirs.Head.Position)
            return $"{ours.Head.Position} ici, {theirs.Head.Position} là-bas";
        return ours.Head.Root == theirs.Head.Root && ours.Head.StateDigest == theirs.Head.StateDigest
            ? null
            : $"deux histoires à {ours.Head.Position} : racine {ours.Head.Root} ici, {theirs.Head.Root} là-bas";
    }
}
