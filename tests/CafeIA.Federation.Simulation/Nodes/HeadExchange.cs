using CafeIA.Federation.Protocol.Heads;
using CafeIA.Federation.Protocol.Identifiers;

namespace CafeIA.Federation.Simulation.Nodes;

/// <summary>Now and then compares the heads of every hub with one random peer.</summary>
internal sealed class HeadExchange(SimNode node)
{
    /// <summary>Shorter than the product's 30 s, so that a run is short.</summary>
    private const int Interval = 6_000;

    public void Start() => node.After(node.Chance.Below(Interval), Compare);

    private void Compare()
    {
        var peers = node.Universe.Nodes.Where(n => n != node).ToArray();
        var peer = node.Chance.Pick(peers);
        node.Universe.Network.Ask(node, peer, n => n.Store.Tables.Expelled, expelled =>
        {
            if (expelled is not null && expelled.Version > node.Store.Tables.Expelled.Version)
                node.Store.Commit(tables => tables.Expelled = expelled);
        });
        node.Universe.Network.Ask(node, peer, n => new Told(n.Adversary is { } a ? a.Heads() : Serving.Heads(n), n.Store.Tables.Of(node.Id).End, Serving.Head(n, node.Id).Known), told =>
        {
            if (told is null)
                return;
            foreach (var (hub, head) in told.Heads.OrderBy(h => h.Key))
            {
                // What is held here needs no look.
                var isKnown = node.Store.Tables.Of(hub).Proven is { } ours && ours.Identity == head.Identity;
                if (hub == node.Id)
                    node.Own.Shown(peer, head, told.Held, isKnown);
                else if (node.Replicas.TryGetValue(hub, out var replica))
                    replica.Shown(peer, head, isKnown);
            }
            if (told.Known is { } known)
                node.Own.Seen(peer, known);
        });
        node.After(Interval + node.Chance.Below(500), Compare);
    }

    /// <summary>A peer's heads, how much it holds of the asking hub's journal, and the highest head of that hub it has seen.</summary>
    private sealed record Told(IReadOnlyDictionary<HubId, SignedHead> Heads, Position Held, SignedHead? Known);
}
