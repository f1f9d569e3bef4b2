using CafeIA.Federation.Chaos.Audit;
using CafeIA.Federation.Chaos.Load;
using CafeIA.Federation.Chaos.Report;
using CafeIA.Federation.Chaos.Stage;
using CafeIA.Federation.Protocol.Identifiers;

namespace CafeIA.Federation.Chaos.Faults;

/// <summary>A base backup of a node's database, taken while it writes and kept until <see cref="RestoreBackup"/> puts it back.</summary>
internal sealed class TakeBackup(BackupShelf shelf, FederationStage federation) : Fault
{
    public override string Name => "base-backup";

    public override int Weight => 1;

    public override Strike Plan(Random random)
    {
        var node = One(random, federation.Hubs).Node;
        return new(node.Hub, $"{node.Hub} : sauvegarde de sa base", _ => shelf.TakeAsync(node));
    }
}

/// <summary>
/// A node loses its disk and gets an older backup, with or without the high-water file beside it. What it had acknowledged and no other node holds may be gone; everything else must come back,
/// and until it has, the node may write nothing.
/// </summary>
internal sealed class RestoreBackup(BackupShelf shelf, FederationStage federation, Expectations expectations, RunLog log) : Fault
{
    public override string Name => "restore-backup";

    public override Strike Plan(Random random)
    {
        var hub = One(random, federation.Hubs);
        var keepsMark = random.Next(2) == 0;
        // Two at once could take from each other what only they held: then nothing could be expected.
        return new([hub.Name, "sauvegardes"], $"{hub.Name} : disque perdu, sauvegarde remise {(keepsMark ? "avec" : "sans")} le repère", heal => RestoreAsync(hub, keepsMark, heal));
    }

    private async Task RestoreAsync(StagedHub hub, bool keepsMark, CancellationToken heal)
    {
        if (!shelf.Has(hub.Node))
            await shelf.TakeAsync(hub.Node);
        await hub.Node.KillAsync();
        await hub.Node.StopPostgresAsync();
        if (shelf.Has(hub.Node) && await HeldElsewhere.AskAsync(federation, expectations, hub) is { } held)
        {
            var excused = expectations.Excuse(hub.Name, held.Commands, held.Epoch);
            log.Say($"{hub.Name} : les autres tiennent {held.Commands.Count} commandes ; {excused} acceptées n’étaient que sur le disque perdu");
            await shelf.RestoreAsync(hub.Node);
            if (!keepsMark)
                File.Delete(Path.Combine(hub.Node.Plan.Folder, "high-water"));
        }
        else
        {
            log.Say($"{hub.Name} : les autres ne disent pas ce qu’ils tiennent ; il redémarre sur son disque");
        }
        hub.Node.Start();
        await hub.Node.AwaitReadyAsync(federation.Client, CancellationToken.None);
        await AwaitTrustAsync(hub, heal);
    }

    /// <summary>Until all has been healed, other faults may keep it from its answer; after that it has to come.</summary>
    private async Task AwaitTrustAsync(StagedHub hub, CancellationToken heal)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (!heal.IsCancellationRequested)
        {
            if (await Standing.IsSuspectAsync(federation.Client, hub.Node, heal) == false)
            {
                log.Say($"{hub.Name} écrit de nouveau, {TimeProvider.System.GetElapsedTime(started).TotalSeconds:0.0} s après son retour");
                return;
            }
            await HoldAsync(TimeSpan.FromMilliseconds(200), heal);
        }
    }
}
