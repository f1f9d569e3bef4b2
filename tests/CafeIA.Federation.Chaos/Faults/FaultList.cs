using CafeIA.Federation.Chaos.Stage;

namespace CafeIA.Federation.Chaos.Faults;

/// <summary>Every fault that this machine and these options allow.</summary>
internal static class FaultList
{
    /// <summary>Seconds that a process is frozen at most, in a run that is long enough for it.</summary>
    private const double LongestStop = 60;

    public static IReadOnlyList<Fault> Create(FederationStage federation, ChaosOptions options)
    {
        var longestStop = Math.Min(LongestStop, options.Length.TotalSeconds / 6);
        var faults = new List<Fault>
        {
            new KillNode(federation),
            new KillMachine(federation),
            new KillPostmaster(federation),
            new KillBackend(federation),
            new StopProcess(federation, longestStop),
            new KillBroker(federation, wipe: false),
            new KillBroker(federation, wipe: true),
            new StopBroker(federation, longestStop),
            new CutLink(federation),
            new Isolate(federation),
            new SlowLink(federation),
            new Poison(federation),
        };
        if (federation.SmallDisk.IsMounted)
            faults.Add(new FillDisk(federation));
        if (FederationStage.CanFakeTime)
            faults.Add(new JumpClock(federation));
        return [.. faults.Where(f => !options.Without.Contains(f.Name))];
    }
}
