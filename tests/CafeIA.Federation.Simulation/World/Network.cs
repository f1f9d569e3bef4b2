using CafeIA.Federation.Simulation.Nodes;

namespace CafeIA.Federation.Simulation.World;

/// <summary>The broker lane, which may lose, repeat, delay and reorder anything, and the questions nodes ask each other over HTTP, which may fail.</summary>
internal sealed class Network(Scheduler scheduler, Chance chance, Scenario scenario)
{
    /// <summary>A question without an answer fails after this, in milliseconds.</summary>
    public const int TimeOut = 3_000;

    private readonly HashSet<(int, int)> cuts = [];
    private int laneGeneration;

    /// <summary>Faults are over: nothing is lost or repeated, and delays are short.</summary>
    public bool IsHealed { get; private set; }

    public void Cut(SimNode a, SimNode b)
    {
        cuts.Add((a.Index, b.Index));
        cuts.Add((b.Index, a.Index));
    }

    public void Join(SimNode a, SimNode b)
    {
        cuts.Remove((a.Index, b.Index));
        cuts.Remove((b.Index, a.Index));
    }

    public void Heal()
    {
        IsHealed = true;
        cuts.Clear();
    }

    /// <summary>The broker loses all it holds.</summary>
    public void WipeBroker() => laneGeneration++;

    /// <summary>One message of the lane to one node's queue.</summary>
    public void Send(SimNode from, SimNode to, Func<byte[]> bytes)
    {
        if (!scenario.HasBroker || IsLost())
            return;
        Deliver(to, bytes());
        if (!IsHealed && chance.Percent(scenario.Repeats))
            Deliver(to, bytes());
    }

    /// <summary>Asks; null is no answer. The question may have arrived all the same.</summary>
    public void Ask<T>(SimNode from, SimNode to, Func<SimNode, T?> question, Action<T?> answered)
        where T : class
    {
        T? answer = null;
        // Of the process that asks: when it dies meanwhile, nobody hears the answer.
        var back = from.Bind(() => answered(answer));
        var fails = cuts.Contains((from.Index, to.Index)) || IsLost();
        if (fails)
        {
            scheduler.After(TimeOut, back);
            return;
        }
        scheduler.After(Lag(), () =>
        {
            if (to.IsUp && !to.IsSlow)
                to.Guarded(() => answer = question(to));
            var isBack = answer is not null && !cuts.Contains((from.Index, to.Index)) && !IsLost();
            if (!isBack)
                answer = null;
            scheduler.After(isBack ? Lag() : TimeOut, back);
        });
    }

    private void Deliver(SimNode to, byte[] bytes)
    {
        var generation = laneGeneration;
        scheduler.After(Lag(), () =>
        {
            if (generation == laneGeneration && to.IsUp)
                to.ReceiveFromLane(bytes);
        });
    }

    private bool IsLost() => !IsHealed && chance.Percent(scenario.Loss);

    private int Lag() => chance.Below(IsHealed ? 20 : scenario.Delay) + 1;
}
