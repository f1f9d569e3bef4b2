using CafeIA.Federation.Chaos.Load;
using CafeIA.Federation.Chaos.Stage;
using CafeIA.Federation.Protocol.Identifiers;

namespace CafeIA.Federation.Chaos.Audit;

/// <summary>What of a hub's journal survives the loss of its disk.</summary>
/// <param name="Commands">Commands of the newest epoch that at least one other node holds.</param>
/// <param name="Epoch">That epoch.</param>
internal sealed record HeldElsewhere(IReadOnlySet<CommandId> Commands, uint Epoch)
{
    /// <summary>How long the other nodes may take to be still about this hub, before anything is destroyed.</summary>
    private static readonly TimeSpan StillPatience = TimeSpan.FromSeconds(45);

    private static readonly TimeSpan StillPause = TimeSpan.FromSeconds(1);

    /// <summary>The commands that at least one other node holds, once nothing of this hub is on its way any more; null when that cannot be said.</summary>
    public static async Task<HeldElsewhere?> AskAsync(FederationStage federation, Expectations expectations, StagedHub hub)
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
                // A node that does not show a hub it knows is not asked what it does not say.
                if (heads.OfType<NodeHead>().MaxBy(h => new Position(h.Epoch, h.Seq)) is not { } best)
                    return null;
                try
                {
                    foreach (var (index, _) in heads.Index().Where(h => h.Item == best))
                    {
                        if (await new JournalReading(federation.Client).ReadAsync(others[index], hub.Name, best.Epoch, CancellationToken.None) is { IsWhole: true } journal)
                            return new(journal.Changes.Select(c => c.Header.Command).ToHashSet(), best.Epoch);
                    }
                    // Who came by a snapshot does not serve the commands of what was superseded; but it is the same history as far as its head.
                    return new(expectations.UpTo(hub.Name, new(best.Epoch, best.Seq)), best.Epoch);
                }
                catch (Exception e) when (e is HttpRequestException or OperationCanceledException or InvalidOperationException)
                {
                    // Killed, frozen or without its database while it was read: it is asked again, from the beginning.
                    before = null;
                }
            }
            await Task.Delay(StillPause, TimeProvider.System, CancellationToken.None);
        }
        return null;
    }
}
