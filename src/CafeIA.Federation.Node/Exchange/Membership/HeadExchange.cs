using CafeIA.Federation.Node.Exchange.AntiEntropy;
using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Protocol.Heads;
using CafeIA.Federation.Protocol.Identifiers;

namespace CafeIA.Federation.Node.Exchange.Membership;

/// <summary>Anti-entropy: now and then compares the heads of every hub with one random peer. Whatever else was lost, this finds it; what is behind is pulled.</summary>
internal sealed partial class HeadExchange(
    IPeerClient client,
    HubRegister hubs,
    JournalReader journals,
    PeerRoster roster,
    IReplicas replicas,
    ComputedStates computed,
    StateRepair repair,
    IHostApplicationLifetime lifetime,
    TimeProvider time,
    Random random,
    ILogger<HeadExchange> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);

    /// <summary>Asks the peer for its heads and hints at every one that is not what is held here.</summary>
    /// <returns>How many hubs the peer is ahead with.</returns>
    public async Task<int> CompareAsync(Uri peer, CancellationToken cancellation)
    {
        var theirs = await client.HeadsAsync(peer, cancellation);
        if (!theirs.IsOk)
        {
            LogNoHeads(peer, theirs.Refusal.Message);
            return 0;
        }
        var own = await client.HeadAsync(peer, hubs.Local.Id, cancellation);
        // Read after the peer has told: what is written meanwhile is not behind what it knows.
        var ends = (await journals.EndsAsync(cancellation)).ToDictionary(e => e.Hub.Id);
        var ahead = 0;
        foreach (var (id, (head, _, fork)) in theirs.Value)
        {
            if (hubs.Find(id) is not { IsHidden: false } hub)
            {
                ExchangeTelemetry.CountHeadCompared("unknown-hub");
                continue;
            }
            // Whoever sees both heads knows what the peer knows, the hub itself above all.
            foreach (var proof in fork.Where(_ => !hub.IsFrozen))
                replicas.Hint(hub, peer, proof);
            var outcome = Compare(ends.GetValueOrDefault(id), head);
            ExchangeTelemetry.CountHeadCompared(outcome);
            if (outcome == "equal")
                continue;
            if (outcome == "different")
                LogDifferent(peer, id, head.Head.Position);
            if (outcome != "peer-behind")
                ahead++;
            // Also of a peer that is behind: its head is of the history held here, or proves another.
            if (!hub.IsLocal || outcome != "peer-ahead")
                replicas.Hint(hub, peer, head);
        }
        if (own.IsOk)
            TakeOwn(peer, own.Value, ends.GetValueOrDefault(hubs.Local.Id)?.Position ?? default);
        return ahead;
    }

    /// <summary>Looks at this node's own rows, and mends from the peer what is not as its hub signed it.</summary>
    /// <returns>Entries that were put right.</returns>
    public async Task<int> RepairAsync(Uri peer, CancellationToken cancellation)
    {
        await computed.LookAsync(hubs.Hubs).WaitAsync(cancellation);
        var mended = 0;
        foreach (var hub in hubs.Hubs.Where(h => h is { IsFrozen: false, IsHidden: false }))
        {
            if (computed.Find(hub) is { IsDamaged: true, Head: { } head })
            {
                try
                {
                    mended += await repair.MendAsync(hub, head, peer, cancellation);
                }
                catch (Exception e) when (e is not (OutOfMemoryException or OperationCanceledException))
                {
                    // Rows in whatever state, and whatever a peer says of them: neither stops a node.
                    LogNotRepaired(e, hub.Id, peer);
                }
            }
        }
        return mended;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await lifetime.StartedAsync(stoppingToken);
        while (!stoppingToken.IsCancellationRequested)
        {
            var changed = roster.ChangedAsync();
            if (roster.Addresses is not { Count: > 0 } peers)
            {
                await changed.WaitAsync(stoppingToken);
                continue;
            }
            try
            {
                var peer = peers[random.Next(peers.Count)];
                await CompareAsync(peer, stoppingToken);
                await RepairAsync(peer, stoppingToken);
            }
            catch (Npgsql.NpgsqlException e)
            {
                LogNoEnds(e.Message);
            }
            await Task.Delay(Backoff.Jitter(Interval, random), time, stoppingToken);
        }
    }

    /// <summary>What the peer has seen of this node's own hub counts as well, held or not: who saw an epoch that was lost with a machine takes nothing more of the one before.</summary>
    private void TakeOwn(Uri peer, PeerHead told, Position end)
    {
        foreach (var head in new[] { told.Head, told.Known }.OfType<SignedHead>().Where(h => h.Head.Position > end))
        {
            LogOwnAhead(peer, head.Head.Position);
            replicas.Hint(hubs.Local, peer, head, told.Held ?? told.Head?.Head.Position ?? default);
        }
    }

    private static string Compare(JournalEnd? ours, SignedHead theirs)
    {
        if (ours is null || theirs.Head.Position > ours.Position)
            return "peer-ahead";
        if (theirs.Head.Position < ours.Position)
            return "peer-behind";
        var isSame = theirs.Head.Root == ours.Root && (ours.Head is null || ours.Head.Head.Size != theirs.Head.Size || ours.Head.Head.StateDigest == theirs.Head.StateDigest);
        return isSame ? "equal" : "different";
    }

    [LoggerMessage(1, LogLevel.Debug, "Pas de têtes de {Peer} : {Reason}")]
    private partial void LogNoHeads(Uri peer, string reason);

    [LoggerMessage(2, LogLevel.Error, "Le nœud {Peer} tient au même numéro {Position} du journal de {Hub} un autre contenu que ce nœud")]
    private partial void LogDifferent(Uri peer, HubId hub, Position position);

    [LoggerMessage(3, LogLevel.Error, "Le nœud {Peer} tient ou a vu le journal de ce hub jusqu’à {Position}, plus loin qu’ici : cette base vient d’une sauvegarde ancienne, ou d’une copie. Rien n’est écrit avant que ce soit repris.")]
    private partial void LogOwnAhead(Uri peer, Position position);

    [LoggerMessage(5, LogLevel.Error, "Le journal de {Id} n’a pas pu être réparé d’après {Peer} ; nouvel essai bientôt, d’après un autre")]
    private partial void LogNotRepaired(Exception exception, HubId id, Uri peer);

    [LoggerMessage(4, LogLevel.Warning, "Les journaux n’ont pas pu être lus pour les comparer ({Reason}) ; nouvel essai bientôt")]
    private partial void LogNoEnds(string reason);
}
