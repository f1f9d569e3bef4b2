using System.Globalization;
using CafeIA.Federation.Chaos.Audit;
using CafeIA.Federation.Chaos.Faults;
using CafeIA.Federation.Chaos.Load;
using CafeIA.Federation.Chaos.Report;
using CafeIA.Federation.Chaos.Stage;

namespace CafeIA.Federation.Chaos.Scenarios;

/// <summary>The writing hub loses its disk with changes that no other node has, and gets an older backup. It must go on in a new epoch: the numbers it had signed are not given out again, and no node may take it for two hubs.</summary>
internal sealed class Lost(ChaosOptions options) : Scenario(options)
{
    private static readonly TimeSpan Between = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Alone = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Settle = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    protected override int Rate => 50;

    protected override async Task PlayAsync(FederationStage federation, Workload load, RunLog log, ResultTable table, CancellationToken cancellation)
    {
        var shelf = new BackupShelf(federation);
        var hub = federation.Hubs[0];
        var others = federation.Hubs.Skip(1).Select(h => h.Node).ToArray();
        await HoldAsync(Between, cancellation);
        await shelf.TakeAsync(hub.Node);
        await HoldAsync(Between, cancellation);
        // Dead, not stopped: what was delivered to a process that stands still, it would still take.
        foreach (var other in others)
            await other.KillAsync();
        await HoldAsync(Alone, cancellation);
        load.Pause();
        await HoldAsync(Settle, cancellation);
        await hub.Node.KillAsync();
        await hub.Node.StopPostgresAsync();
        await Queues.PurgeAsync(federation);
        foreach (var other in others)
            other.Start();
        foreach (var other in others)
            await other.AwaitReadyAsync(federation.Client, cancellation);
        if (await HeldElsewhere.AskAsync(federation, load.Expectations, hub) is not { } held)
        {
            log.Violation("les autres ne disent pas ce qu’ils tiennent");
            return;
        }
        var lost = load.Expectations.Excuse(hub.Name, held.Commands, held.Epoch);
        await shelf.RestoreAsync(hub.Node);
        hub.Node.Start();
        await hub.Node.AwaitReadyAsync(federation.Client, cancellation);
        var back = TimeProvider.System.GetTimestamp();
        while (await Standing.IsSuspectAsync(federation.Client, hub.Node, cancellation) != false && TimeProvider.System.GetElapsedTime(back) < Patience)
            await HoldAsync(Pause, cancellation);
        table.Add("disque perdu avec ce que lui seul tenait : première réponse → écrit de nouveau", TimeProvider.System.GetElapsedTime(back).TotalSeconds, "s", Patience.TotalSeconds);
        load.Resume();
        await HoldAsync(Between, cancellation);
        var epoch = (await Heads.ReadAsync(federation.Client, hub.Node, cancellation))?.GetValueOrDefault(hub.Name)?.Epoch;
        log.Say($"{held.Commands.Count} commandes tenues ailleurs, {lost} perdues avec le disque ; {hub.Name} écrit dans l’époque {epoch}");
        table.Add("commandes acceptées que seul le disque perdu tenait", lost.ToString(CultureInfo.InvariantCulture));
        table.Add("époque ensuite", epoch?.ToString(CultureInfo.InvariantCulture) ?? "aucune");
        if (lost == 0)
            log.Violation("rien n’a été perdu : il n’y avait rien à montrer");
        else if (epoch != held.Epoch + 1)
            log.Violation($"des numéros signés ont été donnés deux fois : l’époque est {epoch}");
    }
}
