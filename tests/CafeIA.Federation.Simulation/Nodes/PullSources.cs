namespace CafeIA.Federation.Simulation.Nodes;

/// <summary>From whom a hub's journal can be pulled, as in the product: the hub itself first, then a peer that showed a newer head, then every other in turn.</summary>
internal sealed class PullSources(SimNode node, SimNode hub)
{
    private readonly HashSet<int> failed = [];
    private SimNode? preferred;

    /// <summary>Every source failed in a row: a round of them ended, and none has been good since.</summary>
    public bool AllFailed { get; private set; }

    public void Prefer(SimNode peer) => preferred = peer;

    public SimNode Next()
    {
        var candidates = Candidates();
        var next = candidates.Find(c => !failed.Contains(c.Index));
        if (next is null)
        {
            AllFailed = true;
            failed.Clear();
            next = candidates[0];
        }
        return next;
    }

    public void Good()
    {
        AllFailed = false;
        failed.Clear();
    }

    public void Failed(SimNode source) => failed.Add(source.Index);

    private List<SimNode> Candidates()
    {
        var candidates = new List<SimNode>();
        if (hub != node)
            candidates.Add(hub);
        if (preferred is not null && preferred != hub)
            candidates.Add(preferred);
        candidates.AddRange(node.Universe.Nodes.Where(n => n != node && !candidates.Contains(n)));
        return candidates;
    }
}
