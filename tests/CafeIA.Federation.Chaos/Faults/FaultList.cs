using CafeIA.Federation.Chaos.Load;
using CafeIA.Federation.Chaos.Report;
using CafeIA.Federation.Chaos.Stage;

namespace CafeIA.Federation.Chaos.Faults;

/// <summary>Every fault that this machine and these options allow.</summary>
internal static class FaultList
{
    /// <summary>Seconds that a process is frozen at most, in a run that is long enough for it.</summary>
    private const double LongestStop = 60;

    public static IReadOnlyList<Fault> Create(FederationStage federation, ChaosOptions options, Workload load, RunLog log)
    {
        var longestStop = Math.Min(LongestStop, options.Length.TotalSeconds / 6);
        var shelf = new BackupShelf(federation);
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
            new TakeBackup(shelf, federation),
            new RestoreBackup(shelf, federation, load.Expectations, log),
            new EraseEntry(federation, new CommandSender(federation.Client, load.Figures), load.Expectations),
            new RotateKey(federation),
        };
        if (federation.SmallDisk.IsMounted)
            faults.Add(new FillDisk(federation));
        if (FederationStage.CanFakeTime)
            faults.Add(new JumpClock(federation));
        return [.. faults.Where(f => !options.Without.Contains(f.Name) && (options.Only.Count == 0 || options.Only.Contains(f.Name)))];
    }
}
