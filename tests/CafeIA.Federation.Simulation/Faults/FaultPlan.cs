using CafeIA.Federation.Simulation.Checks;
using CafeIA.Federation.Simulation.Nodes;
using CafeIA.Federation.Simulation.World;

namespace CafeIA.Federation.Simulation.Faults;

/// <summary>When what goes wrong in a run, drawn before it begins.</summary>
internal static class FaultPlan
{
    /// <summary>Effects of one write, and a few more: a crash may come between any two.</summary>
    private const int EffectsToCrash = 9;

    private const int FloodSize = 60;

    private const int HourMs = 3_600_000;

    public static void Make(Universe universe)
    {
        var scenario = universe.Scenario;
        var restorable = universe.Honest.Where(n => !n.IsSlow).ToArray();
        Times(universe, scenario.Crashes, () => Crash(universe.Chance.Pick(universe.Nodes)));
        Times(universe, scenario.Restores, () => Restore(universe.Chance.Pick(restorable), (DiskFault)universe.Chance.Below(4)));
        Times(universe, scenario.DiskLosses, () => Restore(universe.Chance.Pick(restorable), DiskFault.Lost));
        Times(universe, scenario.Partitions, () => Part(universe));
        Times(universe, scenario.BrokenCommits, () => universe.Chance.Pick(universe.Nodes).BreaksLeft += universe.Chance.Between(1, 3));
        Times(universe, scenario.Activations, () => OnLive(universe, n => n.Own.Activate()));
        Times(universe, scenario.ClockJumps, () => universe.Chance.Pick(universe.Nodes).ClockOffset += universe.Chance.Between(-HourMs, HourMs));
        Times(universe, scenario.Rotations, () => OnLive(universe, Rotate));
        Times(universe, scenario.HasBroker && universe.Chance.Percent(20) ? 1 : 0, universe.Network.WipeBroker);
        // Often the same hub, so that one epoch follows another.
        Times(universe, scenario.Epochs, () => OpenEpoch(universe.Nodes[universe.Chance.Below(2)]));
        Times(universe, scenario.Floods, () => Flood(universe));
        Times(universe, scenario.Expels ? 1 : 0, () => Expel(universe));
    }

    private static void Times(Universe universe, int count, Action fault)
    {
        for (var i = 0; i < count; i++)
            universe.Scheduler.After(universe.Chance.Below(universe.Scenario.Duration), fault);
    }

    private static void OnLive(Universe universe, Action<SimNode> act)
    {
        var node = universe.Chance.Pick(universe.Nodes);
        if (node.IsUp && node.Adversary is null)
            node.Guarded(() => act(node));
    }

    private static void OpenEpoch(SimNode node)
    {
        if (node.IsUp && node.Adversary is null && node.Own is { IsSuspect: false, IsFrozen: false } && node.Store.Tables.Of(node.Id).Size > 0)
            node.Guarded(() => new EpochOpener(node, isNeeded: false).Start());
    }

    private static void Rotate(SimNode node)
    {
        if (node.Universe.Referee.Ledger.LineOf(node.Index) == 0)
            node.Own.Rotate();
    }

    private static void Crash(SimNode node)
    {
        if (node.Chance.Percent(30))
            node.Crash();
        else
            node.CrashAfter = node.Chance.Below(EffectsToCrash);
    }

    private static void Restore(SimNode node, DiskFault fault)
    {
        // A change of key that was forgotten and made anew is a second chain of keys: what decides between them is the members' document, which no hub can write.
        var isKnown = node.Universe.Honest.All(n => n.Store.Tables.Of(node.Id).Rotations.Count == node.KeysMade - 1);
        if (node.KeysMade > 1 && (!isKnown || fault is DiskFault.OlderMachine or DiskFault.WithoutMark))
            return;
        var length = node.Store.Length;
        // Often only a little is missing: that is when nobody may have noticed.
        var kept = length == 0 ? 0 : node.Chance.Percent(50) ? Math.Max(0, length - node.Chance.Between(1, 3)) : node.Chance.Below(length);
        node.Universe.Referee.Restore(node, fault, kept);
    }

    private static void Part(Universe universe)
    {
        var side = universe.Nodes.Where(_ => universe.Chance.Percent(50)).ToArray();
        var other = universe.Nodes.Except(side).ToArray();
        universe.Trace.Note($"{string.Join(' ', side.Select(n => n.Id))} are cut off");
        foreach (var a in side)
        {
            foreach (var b in other)
                universe.Network.Cut(a, b);
        }
        universe.Scheduler.After(universe.Chance.Between(1_000, 12_000), () =>
        {
            foreach (var a in side)
            {
                foreach (var b in other)
                    universe.Network.Join(a, b);
            }
        });
    }

    /// <summary>The lane pours old announcements and segments over one node at once.</summary>
    private static void Flood(Universe universe)
    {
        var node = universe.Chance.Pick(universe.Nodes);
        var from = universe.Chance.Pick(universe.Nodes);
        if (node == from || !node.IsUp || Serving.Segment(from, from.Id, new(1, 0), 5) is not { Length: > 0 } bytes)
            return;
        universe.Trace.Note($"the lane floods {node} with segments of {from}");
        for (var i = 0; i < FloodSize && node.IsUp; i++)
            node.ReceiveFromLane(bytes);
        universe.Authors[node.Index].Burst(FloodSize);
    }

    private static void Expel(Universe universe)
    {
        var steward = universe.Nodes[0];
        var hub = universe.Nodes[^2];
        if (!steward.IsUp || steward.Adversary is not null || universe.Scenario.Nodes < 4)
            return;
        universe.Trace.Note($"the members put {hub} out");
        steward.Guarded(() =>
        {
            universe.Referee.Expel(hub.Id);
            steward.Store.Commit(tables => tables.Expelled = new(1, [hub.Id]));
        });
    }
}
