using System.Diagnostics;
using CafeIA.Federation.Node.Exchange;
using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Protocol.Following;
using CafeIA.Federation.Protocol.Heads;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Protocol.Journal;
using CafeIA.Federation.Protocol.Segments;

namespace CafeIA.Federation.Node.Hubs.Following;

/// <summary>How a segment ended.</summary>
internal enum Taken
{
    /// <summary>Good, whether or not it brought anything new.</summary>
    Good,

    /// <summary>Not taken: the source is at fault, or cannot help now.</summary>
    Refused,

    /// <summary>The hub showed two histories, and stands frozen here.</summary>
    Forked,

    /// <summary>Another activation writes this journal: this one has written nothing and is to leave.</summary>
    Fenced,
}

/// <summary>Brings one journal forward by what other nodes send of it: judges, commits, and keeps what proves a fork.</summary>
/// <remarks>One call at a time: from the verdict to the commit no other may change the state, so whoever owns it holds a gate. A fault of the database is thrown, and the state must be loaded anew.</remarks>
internal sealed partial class Applier(
    KnownHub hub,
    HubOptions options,
    JournalLoader loader,
    JournalWriter writer,
    JournalProofs proofs,
    HubRegister hubs,
    IPeerClient peers,
    HubsTelemetry telemetry,
    TimeProvider time,
    ILogger logger)
{
    /// <summary>Changes between two checkpoints of the digest: what a start folds in at most.</summary>
    private const ulong CheckpointEvery = 5_000;

    private Follower? follower;
    private KeyId pinned;
    private ulong checkpointed;

    public KnownHub Hub => hub;

    /// <summary>Null until it is loaded, and again after a fault.</summary>
    public Follower? Follower => follower;

    /// <summary>Called after each commit.</summary>
    public event Action<JournalBatch>? Applied;

    public async Task LoadAsync(CancellationToken cancellation)
    {
        var known = hubs.Find(hub.Id) ?? hub;
        var state = await loader.LoadAsync(known, cancellation);
        await hubs.UnfreezeBeyondAsync(known, state.Epoch, cancellation);
        checkpointed = state.Position.Seq;
        follower = new Follower(options.FederationId, hub.Id, await LoadKeysAsync(known, cancellation), state);
    }

    /// <summary>What is held may not be what the journal holds: load before the next verdict.</summary>
    public void Unload() => follower = null;

    /// <summary>What will be shown of a segment that is still to be judged, made beside the commit of the one before. May run on any thread.</summary>
    public Task<PreparedProjection> PrepareAsync(Segment segment, CancellationToken cancellation) => writer.PrepareAsync(hub, segment.Changes, cancellation);

    /// <param name="segment">As it was received.</param>
    /// <param name="source">Who sent it; null: the broker lane.</param>
    /// <param name="isLast">No other source is left that may have better bytes: a body that is not the one committed to is then dropped, and the rest applied.</param>
    /// <param name="links">Traces that end here besides the segment's.</param>
    /// <param name="prepared">What <see cref="PrepareAsync"/> made of it, where there was time.</param>
    /// <param name="cancellation">Gives up asking the source; a commit is not given up.</param>
    public async Task<Taken> TakeAsync(Segment segment, Uri? source, bool isLast, IReadOnlyList<ActivityLink>? links, PreparedProjection? prepared, CancellationToken cancellation)
    {
        if (!await IsWantedAsync(cancellation))
            return Refuse(SegmentFault.Hidden, source);
        var isFrozen = hubs.Find(hub.Id) is { IsFrozen: true };
        if (isFrozen && segment.Head.Head.Epoch <= follower!.State.Epoch)
            return Refuse(SegmentFault.Frozen, source);
        var verdict = follower!.Judge(segment);
        if (verdict is Verdict.Refused { Fault: SegmentFault.UnknownKey } && source is not null && await LearnKeysAsync(source, cancellation))
            verdict = follower.Judge(segment);
        // Its head is the hub's own all the same: from now on a source that has nothing newer is one that cannot help.
        if (verdict is Verdict.Refused { Fault: SegmentFault.BodyMismatch })
            follower.Learn(segment.Head);
        if (verdict is Verdict.Refused { Fault: SegmentFault.BodyMismatch } && isLast)
        {
            // No source has the bytes the author signed: the journal goes on without them, and the entry stays hidden.
            Refuse(SegmentFault.BodyMismatch, source);
            verdict = follower.Judge(segment.WithoutBadBodies());
        }
        switch (verdict)
        {
            case Verdict.Apply apply:
                return await ApplyAsync(apply, links, prepared);
            case Verdict.Fork fork:
                await FreezeAsync(fork, null);
                return Taken.Forked;
            case Verdict.Refused { Fault: SegmentFault.RootMismatch } when source is not null && await IsForkAsync(segment.Head, source, cancellation):
                return Taken.Forked;
            case Verdict.Refused refused:
                return Refuse(refused.Fault, source);
            case Verdict.Gap gap:
                follower.Learn(gap.Head);
                return Taken.Good;
            case Verdict.NewEpoch epoch:
                follower.Learn(epoch.Head);
                return Taken.Good;
            default:
                return Taken.Good;
        }
    }

    /// <summary>A head without changes: tells how far the hub is, or that it has two histories.</summary>
    /// <returns>False when it is not the hub's.</returns>
    public async Task<Taken> TakeHeadAsync(SignedHead head, Uri? source, CancellationToken cancellation)
    {
        if (!await IsWantedAsync(cancellation))
            return Refuse(SegmentFault.Hidden, source);
        var verdict = follower!.JudgeHead(head);
        if (verdict is Verdict.Refused { Fault: SegmentFault.UnknownKey } && source is not null && await LearnKeysAsync(source, cancellation))
            verdict = follower.JudgeHead(head);
        switch (verdict)
        {
            case Verdict.Fork fork:
                await FreezeAsync(fork, null);
                return Taken.Forked;
            case Verdict.NewEpoch:
                follower.Learn(head);
                return Taken.Good;
            case Verdict.Refused { Fault: SegmentFault.PastEpoch }:
                return Taken.Good;
            case Verdict.Refused refused:
                return Refuse(refused.Fault, source);
        }
        if (head.Head.Size < follower.State.Frontier.Size)
        {
            // A smaller head is of this history, or it proves another one.
            if (await proofs.RootAtAsync(hub, head.Head.Position, cancellation) is { } root && follower.JudgePast(head, root) is { } past)
            {
                await FreezeAsync(past, new(head.Head.Size, root, follower.State.Frontier.Size, []));
                return Taken.Forked;
            }
            return Taken.Good;
        }
        follower.Learn(head);
        return Taken.Good;
    }

    private async Task<Taken> ApplyAsync(Verdict.Apply apply, IReadOnlyList<ActivityLink>? links, PreparedProjection? prepared)
    {
        using var activity = telemetry.Source.StartActivity("replica.apply", ActivityKind.Consumer, apply.Segment.TraceParent, links: links);
        var known = hubs.Find(hub.Id) ?? hub;
        apply = await TakeOverBodiesAsync(known, apply);
        var entries = apply.Segment.Changes.Skip(apply.Skip).Select(c => c.Header.Entry).Distinct().ToArray();
        var preload = await writer.PreloadAsync(known, entries, [], CancellationToken.None);
        var (batch, fault) = follower!.Plan(apply, preload.Current);
        if (batch is null)
            return Refuse(fault, null);
        var begins = batch.Epoch != batch.Before.Epoch;
        var checkpoint = begins || batch.After.Size >= checkpointed + CheckpointEvery ? follower.State.Digest : null;
        var traceParent = activity?.Id ?? apply.Segment.TraceParent;
        if (await writer.AppendAsync(known, batch, traceParent, checkpoint, prepared, CancellationToken.None) == AppendOutcome.Fenced)
            return Taken.Fenced;
        if (checkpoint is not null)
            checkpointed = batch.After.Size;
        hubs.PassTo(hub.Id, follower.Keys.Current);
        if (begins && known.IsFrozen)
            await hubs.UnfreezeAsync(known, CancellationToken.None);
        activity?.SetTag("cafeia.hub", hub.Id.ToString()).SetTag("cafeia.seq", (long)batch.After.Size).SetTag("cafeia.changes", batch.Changes.Count);
        telemetry.Applied(hub.Id, batch.Changes.Count, time.GetUtcNow() - batch.Head.Head.At);
        Applied?.Invoke(batch);
        return Taken.Good;
    }

    /// <summary>The author may have lost a body of what it says again in a new epoch. The one held here goes with the epoch that ends, unless it is taken over.</summary>
    private async Task<Verdict.Apply> TakeOverBodiesAsync(KnownHub known, Verdict.Apply apply)
    {
        var epoch = apply.Segment.Head.Head.Epoch;
        if (epoch == 1)
            return apply;
        var missing = apply.Segment.Changes.Skip(apply.Skip).Where(c => c is { Body: null, Header.Op: ChangeOp.Put }).Select(c => c.Header.Entry).Distinct().ToArray();
        return missing.Length == 0 ? apply : apply with { Segment = apply.Segment.WithBodiesOf(await writer.FormerBodiesAsync(known, epoch, missing, CancellationToken.None)) };
    }

    /// <summary>False for a hub nothing is taken of. What the membership document says of its keys is in force from here on.</summary>
    private async Task<bool> IsWantedAsync(CancellationToken cancellation)
    {
        var known = hubs.Find(hub.Id) ?? hub;
        if (known.PublicKey.Id != pinned)
            follower = new Follower(options.FederationId, hub.Id, await LoadKeysAsync(known, cancellation), follower!.State);
        follower!.Keys.RevokedAfter = known.IsLocal ? null : known.RevokedAfter;
        return !known.IsHidden;
    }

    private async Task<KeyRing> LoadKeysAsync(KnownHub known, CancellationToken cancellation)
    {
        var keys = await loader.LoadKeysAsync(options.FederationId, known, cancellation);
        pinned = known.PublicKey.Id;
        hubs.PassTo(hub.Id, keys.Current);
        return keys;
    }

    /// <summary>The hub's changes of key, as the source tells them: each proves itself to whoever trusts the key before.</summary>
    private async Task<bool> LearnKeysAsync(Uri source, CancellationToken cancellation)
    {
        var told = await peers.KeysAsync(source, hub.Id, cancellation);
        if (!told.IsOk)
            return false;
        var before = follower!.Keys.Rotations.Count;
        told.Value.ExtendTo(follower.Keys);
        return follower.Keys.Rotations.Count > before;
    }

    /// <summary>The source's changes do not lead to a head that is the hub's own. Either the source is at fault, or the hub has two histories: its root at the size held here, with the proof, tells.</summary>
    public async Task<bool> IsForkAsync(SignedHead theirs, Uri source, CancellationToken cancellation)
    {
        var held = follower!.State.Position;
        return theirs.Head.Epoch == held.Epoch && theirs.Head.Size >= held.Seq && await IsForkAsync(theirs, source, held.Seq, cancellation) == true;
    }

    /// <summary>The same by the root at a size that both hold; null when the source did not give it.</summary>
    /// <param name="theirs">A head of the epoch that is held, beyond what is held.</param>
    /// <param name="source">Who showed it.</param>
    /// <param name="size">No more than is held here.</param>
    /// <param name="cancellation">Gives up asking.</param>
    public async Task<bool?> IsForkAsync(SignedHead theirs, Uri source, ulong size, CancellationToken cancellation)
    {
        var proof = await peers.HistoryAsync(source, hub.Id, theirs.Head.Epoch, size, theirs.Head.Size, cancellation);
        if (!proof.IsOk || await proofs.RootAtAsync(hub, new(theirs.Head.Epoch, size), cancellation) is not { } root)
            return null;
        if (follower!.JudgeHistory(theirs, size, root, proof.Value.RootAtFirst, proof.Value.Proof) is not { } fork)
            return false;
        await FreezeAsync(fork, proof.Value);
        return true;
    }

    private async Task FreezeAsync(Verdict.Fork fork, HistoryProof? proof)
    {
        LogFork(hub.Id, fork.Theirs.Head.Position);
        await hubs.FreezeAsync(hub, fork.Ours, fork.Theirs, proof, CancellationToken.None);
    }

    private Taken Refuse(SegmentFault fault, Uri? source)
    {
        var from = source?.ToString() ?? "lane";
        telemetry.Refused(hub.Id, fault, from, time.GetUtcNow());
        LogRefused(hub.Id, fault, from);
        return Taken.Refused;
    }

    [LoggerMessage(1, LogLevel.Warning, "Hub {Hub}: a segment was refused as {Fault}, from {From}")]
    private partial void LogRefused(HubId hub, SegmentFault fault, string from);

    [LoggerMessage(2, LogLevel.Error, "Hub {Hub} signed two different journals, the other one up to {Position}: it is frozen here, both heads are kept as proof")]
    private partial void LogFork(HubId hub, Position position);
}
