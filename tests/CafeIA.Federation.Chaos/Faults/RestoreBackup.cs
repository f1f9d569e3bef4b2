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
    /// <summary>How long the other nodes may take to be still about this hub, before anything is destroyed.</summary>
    private static readonly TimeSpan StillPatience = TimeSpan.FromSeconds(45);

    private static readonly TimeSpan StillPause = TimeSpan.FromSeconds(1);

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
        if (shelf.Has(hub.Node) && await HeldByOthersAsync(hub) is { } held)
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

    /// <summary>The commands that at least one other node holds, once nothing of this hub is on its way any more; null when that cannot be said.</summary>
    private async Task<(IReadOnlySet<CommandId> Commands, uint Epoch)?> HeldByOthersAsync(StagedHub hub)
    {
        var others = federation.Hubs.Where(h => h != hub).Select(h => h.Node).ToArray();
        IReadOnlyList<NodeHead?>? before = null;
        for (var started = TimeProvider.System.GetTimestamp(); TimeProvider.System.GetElapsedTime(started) < StillPatience;)
        {
            var answers = await Task.WhenAll(others.Select(o => Heads.ReadAsync(federation.Client, o, CancellationToken.None)));
            NodeHead?[] heads = [.. answers.Select(a => a?.GetValueOrDefault(hub.Name))];
            // What waits in the broker would come after the others have said what they hold: a second history, which only an operator can end. The lane may lose anything, so it is emptied.
            var isStill = await Queues.PurgeAsync(federation) && answers.All(a => a is not null) && before is not null && heads.SequenceEqual(before);
            before = heads;
            if (isStill)
            {
                if (heads.OfType<NodeHead>().MaxBy(h => new Position(h.Epoch, h.Seq)) is not { } best)
                    return (new HashSet<CommandId>(), 1);
                foreach (var (index, _) in heads.Index().Where(h => h.Item == best))
                {
                    if (await new JournalReading(federation.Client).ReadAsync(others[index], hub.Name, best.Epoch, CancellationToken.None) is { } journal)
                        return (journal.Select(c => c.Header.Command).ToHashSet(), best.Epoch);
                }
                // Who came by a snapshot does not know the commands of what was superseded.
                return null;
            }
            await Task.Delay(StillPause, TimeProvider.System, CancellationToken.None);
        }
        return null;
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
