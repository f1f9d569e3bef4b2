using CafeIA.Federation.Simulation.Nodes;

namespace CafeIA.Federation.Simulation.World;

/// <summary>What people do: name members that cannot vouch once the faults are over, and open an epoch where a hub has two histories.</summary>
internal sealed class Operator(Universe universe)
{
    private const int Interval = 4_000;

    /// <summary>Nobody is named before everybody had the time to say what it holds.</summary>
    private const int Patience = 15_000;

    public void Start() => universe.Scheduler.After(Interval, Look);

    private void Look()
    {
        // A steward whose database was put back publishes again what it had published.
        var steward = universe.Nodes[0];
        if (universe.Referee.Expelled is { } expelled && steward.IsUp && steward.Store.Tables.Expelled.Version == 0)
            steward.Guarded(() => steward.Store.Commit(tables => tables.Expelled = new(1, [expelled])));
        foreach (var node in universe.Honest.Where(n => n.IsUp).ToArray())
        {
            // Nodes that were restored together wait for each other for ever: that is when a person decides.
            if (node.Own.IsSuspect && universe.Scheduler.Now >= universe.Scenario.Duration + Patience)
            {
                foreach (var member in universe.Nodes.Where(n => n != node && (!n.IsUp || n.IsSlow || n.Own.IsSuspect || n.Adversary is not null)).ToArray())
                    node.Guarded(() => node.Own.Gone(member));
            }
            // What a hub in doubt holds is not all it can have.
            if (node.Own is { IsSuspect: true, IsFrozen: false })
                continue;
            if (universe.Honest.Any(n => n.Store.Tables.Of(node.Id) is { Fork: not null } table && table.Epoch == node.Store.Tables.Of(node.Id).Epoch))
                node.Guarded(() => new EpochOpener(node, isNeeded: true).Start());
        }
        universe.Scheduler.After(Interval, Look);
    }
}
