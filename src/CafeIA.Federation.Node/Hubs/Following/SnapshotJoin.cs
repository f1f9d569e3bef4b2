using CafeIA.Federation.Node.Exchange.Http;
using CafeIA.Federation.Node.Exchange.Snapshots;
using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Node.Journal.Snapshots;
using CafeIA.Federation.Protocol.Following;
using CafeIA.Federation.Protocol.Heads;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Protocol.Merkle;

namespace CafeIA.Federation.Node.Hubs.Following;

/// <summary>Takes a hub's journal over as it stands at a signed head, where pulling every change of its past is not possible or takes longer.</summary>
/// <remarks>
/// Leaves first, each run with its proof to the head; then the current changes, each its leaf; both are staged as they come. One call does as much as the source
/// gives; the next one goes on from there, perhaps from another source, with the same head as long as someone serves it and else with a later one. What the
/// node holds already is kept: the snapshot goes on from there.
/// </remarks>
internal sealed partial class SnapshotJoin(SnapshotStore store, RowsAhead ahead, SnapshotSwap swap, ISnapshotClient client, HubRegister hubs, HubsTelemetry telemetry, TimeProvider time, ILogger<SnapshotJoin> logger)
{
    /// <summary>Changes a node without anything of the hub must lack: below, pulling is as fast.</summary>
    public const ulong WorthIt = 2_000;

    /// <summary>Changes a node that holds a part must lack: those in between will not be in its streams.</summary>
    public const ulong FarBehind = 100_000;

    /// <summary>True when the hub is better taken over than followed from where it is held.</summary>
    public static bool IsBetter(Follower follower)
    {
        var held = follower.PullAfter.Seq;
        var behind = follower.KnownSize > held ? follower.KnownSize - held : 0;
        return behind >= (follower.State.Position.Seq == 0 ? WorthIt : FarBehind);
    }

    /// <summary>The same, of a head that was not judged yet.</summary>
    public static bool IsBetter(Follower follower, Head shown) => follower.State.Position.Seq == 0 && shown.Size >= WorthIt;

    /// <param name="hub">Whose journal.</param>
    /// <param name="state">What is held, to be loaded anew when this returns <see cref="Taken.Good"/>.</param>
    /// <param name="source">Whom to ask.</param>
    /// <param name="judge">Judges a head the source shows.</param>
    /// <param name="isFork">Asks the source whether what leads to its head is another history than the one held.</param>
    /// <param name="cancellation">Gives up; what is staged stays.</param>
    public async Task<Taken> RunAsync(
        KnownHub hub, Follower follower, Uri source, Func<SignedHead, Uri, Task<Taken>> judge, Func<SignedHead, Uri, Task<bool>> isFork, CancellationToken cancellation)
    {
        var state = follower.State;
        var (before, root, frontier) = (state.Position, state.Frontier.Root(), state.Frontier.Clone());
        var staged = await store.FindAsync(hub, cancellation);
        if (staged is not null && !GoesOn(staged, before))
            staged = null;
        if (staged is null)
        {
            if (await HeadAsync(hub, source, judge, before, cancellation) is not { } head)
                return Taken.Refused;
            staged = await store.BeginAsync(hub, head, head.Head.Epoch == before.Epoch ? frontier : new Frontier(), cancellation);
            LogBegun(hub.Id, head.Head.Position, source);
        }
        else
        {
            LogResumed(hub.Id, staged.Head.Head.Position, staged.Leaves, staged.Entries, source);
        }
        await using (var rows = await ahead.StartAsync(hub, staged, cancellation))
        await using (var runs = new EntryRuns(client, source, hub.Id, cancellation))
        {
            while (!staged.IsComplete)
            {
                var (next, taken) = staged.Leaves < staged.Head.Head.Size
                    ? await TakeLeavesAsync(hub, staged, source, judge, isFork, cancellation)
                    : await TakeEntriesAsync(hub, staged, runs, rows, source, judge, cancellation);
                if (next is null)
                    return taken;
                staged = next;
            }
            await rows.CompleteAsync();
        }
        return await SwapAsync(hub, staged, before, root, staged.Head.Head.Epoch == before.Epoch ? frontier : new Frontier(), cancellation);
    }

    private static bool GoesOn(StagedSnapshot staged, Position held) =>
        staged.Head.Head.Position > held && staged.Base == (staged.Head.Head.Epoch == held.Epoch ? held.Seq : 0);

    private async Task<SignedHead?> HeadAsync(KnownHub hub, Uri source, Func<SignedHead, Uri, Task<Taken>> judge, Position beyond, CancellationToken cancellation)
    {
        var manifest = await client.ManifestAsync(source, hub.Id, cancellation);
        if (!manifest.IsOk || manifest.Value is not { Head: { } head } || head.Head.Position <= beyond)
            return null;
        // Of a hub that showed two histories only the epoch that ends them is taken.
        if (hubs.Find(hub.Id) is { IsFrozen: true } && head.Head.Epoch <= beyond.Epoch)
            return null;
        return await judge(head, source) == Taken.Good ? head : null;
    }

    private async Task<(StagedSnapshot? Next, Taken Taken)> TakeLeavesAsync(
        KnownHub hub, StagedSnapshot staged, Uri source, Func<SignedHead, Uri, Task<Taken>> judge, Func<SignedHead, Uri, Task<bool>> isFork, CancellationToken cancellation)
    {
        var run = await client.LeavesAsync(source, hub.Id, staged.Head.Head.Position, staged.Leaves + 1, cancellation);
        if (!run.IsOk)
            return (await ElsewhereAsync(hub, staged, source, run.Refusal.Code, judge, cancellation), Taken.Refused);
        if (run.Value.Follow(staged.Frontier, staged.Head.Head.Root) is not { } after)
            return (null, await isFork(staged.Head, source) ? Taken.Forked : Refuse(hub, SegmentFault.RootMismatch, source));
        return (await store.AddAsync(hub, staged, run.Value, after, cancellation), Taken.Good);
    }

    private async Task<(StagedSnapshot? Next, Taken Taken)> TakeEntriesAsync(
        KnownHub hub, StagedSnapshot staged, EntryRuns runs, RowsAhead.Derivation rows, Uri source, Func<SignedHead, Uri, Task<Taken>> judge, CancellationToken cancellation)
    {
        var run = await runs.NextAsync(staged.Head.Head.Position, staged.Entries);
        if (!run.IsOk)
            return (await ElsewhereAsync(hub, staged, source, run.Refusal.Code, judge, cancellation), Taken.Refused);
        if (!run.Value.IsRun(hub.Id, staged.Head.Head.Position, staged.Entries))
            return (null, Refuse(hub, SegmentFault.Malformed, source));
        runs.Fetch(staged.Head.Head.Position, run.Value.Next);
        if (await store.AddAsync(hub, staged, run.Value, cancellation) is not { } next)
            return (null, Refuse(hub, SegmentFault.Malformed, source));
        rows.Add(run.Value);
        return (next, Taken.Good);
    }

    /// <summary>The source does not hold the journal as it was at the staged head. A later head of the same epoch that it does hold makes what is staged a part of that one.</summary>
    private async Task<StagedSnapshot?> ElsewhereAsync(KnownHub hub, StagedSnapshot staged, Uri source, string code, Func<SignedHead, Uri, Task<Taken>> judge, CancellationToken cancellation)
    {
        if (code != PeerHttp.Elsewhere || await HeadAsync(hub, source, judge, staged.Head.Head.Position, cancellation) is not { } head)
            return null;
        if (head.Head.Epoch != staged.Head.Head.Epoch)
        {
            await store.DiscardAsync(hub, cancellation);
            return null;
        }
        LogRetargeted(hub.Id, head.Head.Position, source);
        return await store.RetargetAsync(hub, staged, head, cancellation);
    }

    private async Task<Taken> SwapAsync(KnownHub hub, StagedSnapshot staged, Position before, Protocol.Hash root, Frontier frontier, CancellationToken cancellation)
    {
        var started = time.GetTimestamp();
        switch (await swap.SwapAsync(hub, staged, before, root, frontier, cancellation))
        {
            case SwapOutcome.Swapped:
                LogJoined(hub.Id, staged.Head.Head.Position, time.GetElapsedTime(started).TotalSeconds);
                if (staged.Head.Head.Epoch > before.Epoch && hubs.Find(hub.Id) is { IsFrozen: true } frozen)
                    await hubs.UnfreezeAsync(frozen, CancellationToken.None);
                return Taken.Good;
            case SwapOutcome.Moved:
                await store.DiscardAsync(hub, cancellation);
                return Taken.Refused;
            default:
                LogOtherState(hub.Id, staged.Head.Head.Position);
                await store.DropEntriesAsync(hub, cancellation);
                return Taken.Refused;
        }
    }

    private Taken Refuse(KnownHub hub, SegmentFault fault, Uri source)
    {
        telemetry.Refused(hub.Id, fault, source.ToString(), time.GetUtcNow());
        return Taken.Refused;
    }

    [LoggerMessage(1, LogLevel.Information, "Replica of {Hub}: takes the journal over as it stands at {Position}, from {Source}")]
    private partial void LogBegun(HubId hub, Position position, Uri source);

    [LoggerMessage(2, LogLevel.Information, "Replica of {Hub}: the snapshot at {Position} goes on after leaf {Leaves} and entry {Entries}, from {Source}")]
    private partial void LogResumed(HubId hub, Position position, ulong leaves, ulong entries, Uri source);

    [LoggerMessage(3, LogLevel.Information, "Replica of {Hub}: the snapshot leads to {Position} now, which {Source} holds; what is staged is kept")]
    private partial void LogRetargeted(HubId hub, Position position, Uri source);

    [LoggerMessage(4, LogLevel.Information, "Replica of {Hub}: holds the journal up to {Position}; the swap took {Seconds:0.0} s")]
    private partial void LogJoined(HubId hub, Position position, double seconds);

    [LoggerMessage(5, LogLevel.Error, "Replica of {Hub}: the entries that were sent are not the state signed at {Position}; they are fetched anew, from another source if there is one")]
    private partial void LogOtherState(HubId hub, Position position);
}
