using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Simulation.Checks;
using CafeIA.Federation.Simulation.Faults;
using CafeIA.Federation.Simulation.Nodes;

namespace CafeIA.Federation.Simulation.World;

/// <summary>Everything of one run: nodes, network, authors, readers, faults, and the referee who sees all.</summary>
internal sealed class Universe
{
    /// <summary>Faults over, all nodes equal within this, in milliseconds: a node that waits for another's time-out does not make it.</summary>
    private const int Calm = 150_000;

    private const int Look = 2_000;

    public Universe(Scenario scenario, bool isTraced)
    {
        Scenario = scenario;
        Chance = new(scenario.Seed);
        Scheduler = new();
        Trace = new(isTraced, Scheduler);
        Network = new(Scheduler, Chance, scenario);
        Referee = new(this);
        Nodes = [.. Enumerable.Range(0, scenario.Nodes).Select(i => new SimNode(this, i))];
        Authors = [.. Nodes.Select(n => new Author(this, n))];
        Readers = [.. Nodes.Select(n => new Reader(this, n))];
        Operator = new(this);
    }

    public static FederationId Federation { get; } = FederationId.Parse("cafeia");

    public Scenario Scenario { get; }

    public Chance Chance { get; }

    public Scheduler Scheduler { get; }

    public Trace Trace { get; }

    public Network Network { get; }

    public Referee Referee { get; }

    public IReadOnlyList<SimNode> Nodes { get; }

    public IReadOnlyList<Author> Authors { get; }

    public IReadOnlyList<Reader> Readers { get; }

    public Operator Operator { get; }

    /// <summary>All are equal, and the last messages arrive.</summary>
    public bool IsClosing { get; private set; }

    /// <summary>Nodes that follow the protocol.</summary>
    public IEnumerable<SimNode> Honest => Nodes.Where(n => n.Adversary is null);

    public SimNode Node(HubId hub) => Nodes.First(n => n.Id == hub);

    /// <exception cref="BrokenInvariantException">It does not hold.</exception>
    public void Run()
    {
        if (Scenario.Malice != Malice.None || Scenario.StolenKey)
            Nodes[^1].Adversary = new(this, Nodes[^1]);
        else if (Scenario.HasSlow)
            Nodes[^1].IsSlow = true;
        foreach (var node in Nodes)
            node.Start();
        FaultPlan.Make(this);
        Operator.Start();
        foreach (var author in Authors)
            author.Start();
        foreach (var reader in Readers)
            reader.Start();
        Scheduler.RunUntil(Scenario.Duration);

        Trace.Note($"faults are over");
        Network.Heal();
        foreach (var node in Nodes)
        {
            node.BreaksLeft = 0;
            node.CrashAfter = null;
        }
        var end = Scheduler.Now + Calm;
        // What was sent before is still on its way: of a history that was lost with a machine, it may be all that is left.
        Scheduler.RunUntil(Scheduler.Now + Scenario.Delay);
        do
        {
            while (Referee.WhyNotEqual() is { } reason)
            {
                if (Scheduler.Now >= end)
                    throw new BrokenInvariantException(Nodes.Any(n => n.IsSlow || n.Adversary is not null) ? 10 : 1, $"not equal {Calm / 1000} s after the last fault: {reason}");
                Scheduler.RunUntil(Scheduler.Now + Look);
            }
            // Late messages have no effect; but what a hub lost with its disk somebody may show last of all, and what a malicious node has kept of it may still prove a fork.
            IsClosing = true;
            Scheduler.RunUntil(Scheduler.Now + Look);
        }
        while (Nodes.Any(n => n.Adversary is not null || Referee.Ledger.LineOf(n.Index) > 0) && Referee.WhyNotEqual() is not null);
        Referee.Close();
    }
}
