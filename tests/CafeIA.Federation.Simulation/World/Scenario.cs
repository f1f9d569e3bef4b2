namespace CafeIA.Federation.Simulation.World;

/// <summary>What a malicious hub does besides following the protocol.</summary>
internal enum Malice
{
    None,

    /// <summary>Passes on other hubs' journals changed, cut, reordered, signed by itself, old or of another federation; sends the like on the lane.</summary>
    Tampers,

    /// <summary>Signs two histories of its own journal and shows one to some and the other to the rest.</summary>
    Forks,

    /// <summary>Sends bodies that are not those its headers commit to.</summary>
    BadBodies,
}

/// <summary>The shape of one run, drawn from its seed: few of the faults at a time, so that each is met alone and with every other.</summary>
internal sealed record Scenario
{
    public required ulong Seed { get; init; }

    public required int Nodes { get; init; }

    /// <summary>Commands that authors give in all.</summary>
    public required int Commands { get; init; }

    /// <summary>How long faults are made, in milliseconds.</summary>
    public required int Duration { get; init; }

    /// <summary>Percent of messages and answers that are lost.</summary>
    public required int Loss { get; init; }

    /// <summary>Percent of lane messages that come twice.</summary>
    public required int Repeats { get; init; }

    /// <summary>The longest delay of a message, in milliseconds.</summary>
    public required int Delay { get; init; }

    /// <summary>Changes in a pulled segment.</summary>
    public required int SegmentChanges { get; init; }

    public required bool HasBroker { get; init; }

    public required int Crashes { get; init; }

    public required int Restores { get; init; }

    public required int DiskLosses { get; init; }

    public required int Partitions { get; init; }

    public required int BrokenCommits { get; init; }

    public required int Activations { get; init; }

    public required int ClockJumps { get; init; }

    public required int Rotations { get; init; }

    public required int Erasures { get; init; }

    /// <summary>Epochs that a hub opens though it has one history only.</summary>
    public required int Epochs { get; init; }

    public required int Floods { get; init; }

    /// <summary>The last node answers nobody within any time-out, for the whole run.</summary>
    public required bool HasSlow { get; init; }

    /// <summary>What the last node does.</summary>
    public required Malice Malice { get; init; }

    /// <summary>The second last node's hub is put out in the middle of the run.</summary>
    public required bool Expels { get; init; }

    /// <summary>A retired key is in the hands of the malicious node.</summary>
    public required bool StolenKey { get; init; }

    public static Scenario Draw(ulong seed)
    {
        var chance = new Chance(seed ^ 0xCAFE);
        var nodes = chance.Between(3, chance.Percent(70) ? 4 : 7);
        var malice = !chance.Percent(40) ? Malice.None : chance.Percent(50) ? Malice.Tampers : (Malice)chance.Between(2, 3);
        // What a silent node holds nobody can ask for: then no disk is put back.
        var hasSlow = malice == Malice.None && chance.Percent(15);
        var rotations = chance.Percent(20) ? chance.Between(1, 2) : 0;
        return new()
        {
            Seed = seed,
            Nodes = nodes,
            Commands = chance.Between(6, 24),
            Duration = chance.Between(8_000, 30_000),
            Loss = chance.Percent(50) ? chance.Between(1, 40) : 0,
            Repeats = chance.Percent(40) ? chance.Between(1, 40) : 0,
            Delay = chance.Percent(50) ? chance.Between(5, 200) : chance.Between(200, 6_000),
            SegmentChanges = chance.Percent(50) ? chance.Between(1, 4) : 100,
            HasBroker = chance.Percent(80),
            Crashes = chance.Percent(50) ? chance.Between(1, 6) : 0,
            Restores = !hasSlow && chance.Percent(35) ? chance.Between(1, 3) : 0,
            DiskLosses = !hasSlow && chance.Percent(12) ? 1 : 0,
            Partitions = chance.Percent(35) ? chance.Between(1, 3) : 0,
            BrokenCommits = chance.Percent(25) ? chance.Between(1, 4) : 0,
            Activations = chance.Percent(25) ? chance.Between(1, 3) : 0,
            ClockJumps = chance.Percent(25) ? chance.Between(1, 3) : 0,
            Rotations = rotations,
            Erasures = chance.Percent(30) ? chance.Between(1, 3) : 0,
            Epochs = chance.Percent(12) ? chance.Between(1, 3) : 0,
            Floods = chance.Percent(10) ? 1 : 0,
            HasSlow = hasSlow,
            Malice = malice,
            Expels = chance.Percent(8),
            StolenKey = rotations > 0 && chance.Percent(60),
        };
    }
}
