using CafeIA.Federation.Chaos.Audit;
using CafeIA.Federation.Chaos.Faults;
using CafeIA.Federation.Chaos.Load;
using CafeIA.Federation.Chaos.Report;
using CafeIA.Federation.Chaos.Stage;
using CafeIA.Federation.Protocol.Identifiers;

namespace CafeIA.Federation.Chaos.Scenarios;

/// <summary>Target 15: the writing hub gets an older base backup of its database, with its high-water file, without it, and with one that is as old. Nothing that a peer holds may be missing afterwards.</summary>
internal sealed class Restored(ChaosOptions options) : Scenario(options)
{
    private const double TargetSeconds = 5;

    private static readonly TimeSpan Between = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Settle = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(180);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    protected override int Rate => 50;

    protected override async Task PlayAsync(FederationStage federation, Workload load, RunLog log, ResultTable table, CancellationToken cancellation)
    {
        var shelf = new BackupShelf(federation);
        var hub = federation.Hubs[0];
        var mark = Path.Combine(hub.Node.Plan.Folder, "high-water");
        foreach (var how in new[] { "repère gardé", "repère perdu", "repère aussi ancien" })
        {
            await HoldAsync(Between, cancellation);
            // Before the backup: a mark that is as old raises no doubt, and only the others can tell.
            var old = await File.ReadAllBytesAsync(mark, cancellation);
            await shelf.TakeAsync(hub.Node);
            await HoldAsync(Between, cancellation);
            // Everything acknowledged is held elsewhere when the disk is lost: then all of it must come back.
            load.Pause();
            await HoldAsync(Settle, cancellation);
            var before = (await Heads.ReadAsync(federation.Client, federation.Hubs[1].Node, cancellation))![hub.Name];
            await hub.Node.KillAsync();
            await hub.Node.StopPostgresAsync();
            await shelf.RestoreAsync(hub.Node);
            if (how == "repère perdu")
                File.Delete(mark);
            else if (how == "repère aussi ancien")
                await File.WriteAllBytesAsync(mark, old, cancellation);
            hub.Node.Start();
            var (found, back) = await WatchAsync(federation, hub, before, cancellation);
            log.Say($"sauvegarde remise ({how}) : doute {Text(found)} après la première réponse, tout repris jusqu’à {before} {Text(back)} après elle");
            table.Add($"sauvegarde remise, {how} : première réponse → doute", found?.TotalSeconds ?? double.PositiveInfinity, "s", TargetSeconds);
            table.Add($"sauvegarde remise, {how} : première réponse → tout repris, écrit de nouveau", back?.TotalSeconds ?? double.PositiveInfinity, "s", Patience.TotalSeconds);
            load.Resume();
        }
    }

    private static string Text(TimeSpan? time) => time is { } t ? $"{t.TotalSeconds:0.00} s" : "jamais";

    /// <summary>From the node's first answer: until it says that it doubts, or has what it lacked; and until it has all and trusts itself.</summary>
    private static async Task<(TimeSpan? Found, TimeSpan? Back)> WatchAsync(FederationStage federation, StagedHub hub, NodeHead before, CancellationToken cancellation)
    {
        long? first = null;
        TimeSpan? found = null;
        var started = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(first ?? started) < (first is null ? StartPatience : Patience))
        {
            if (await Standing.IsSuspectAsync(federation.Client, hub.Node, cancellation) is { } isSuspect)
            {
                first ??= TimeProvider.System.GetTimestamp();
                var heads = await Heads.ReadAsync(federation.Client, hub.Node, cancellation);
                var isBack = heads?.GetValueOrDefault(hub.Name) == before;
                if (isSuspect || isBack)
                    found ??= TimeProvider.System.GetElapsedTime(first.Value);
                if (isBack && !isSuspect)
                    return (found, TimeProvider.System.GetElapsedTime(first.Value));
            }
            await HoldAsync(Pause, cancellation);
        }
        return (found, null);
    }
}
