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
        node.Universe.Network.Ask(node, peer, n => n.Adversary is { } a ? a.Heads() : Serving.Heads(n), heads =>
        {
            if (heads is null)
                return;
            foreach (var (hub, head) in heads.OrderBy(h => h.Key))
            {
                if (hub == node.Id)
                    node.Own.Shown(peer, head);
                else if (node.Replicas.TryGetValue(hub, out var replica))
                {
                    replica.Hint(peer, head);
                    replica.Mend(peer);
                }
            }
        });
        node.After(Interval + node.Chance.Below(500), Compare);
    }
}
