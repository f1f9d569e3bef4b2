using System.Diagnostics;
using System.Threading.Channels;
using CafeIA.Federation.Node.Exchange;
using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Protocol.Following;
using CafeIA.Federation.Protocol.Heads;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Protocol.Segments;
using Npgsql;
using Orleans.Concurrency;

namespace CafeIA.Federation.Node.Hubs;

/// <summary>
/// Follows one remote hub: takes what the broker lane brings, pulls what is missing, applies each change once and in order.
/// </summary>
/// <remarks>
/// Two loops on the grain's one thread. The first empties the inbox, bounded: what does not fit is dropped and pulled later. The second pulls: at
/// once while a verified head speaks of changes not held, by long poll while the lane is silent, not at all while the lane speaks. Both end in
/// <see cref="TakeAsync"/>, which holds the gate from the verdict to the commit, so that a verdict is never of an older state. As with the local
/// hub, the journal's fence decides between two activations.
/// </remarks>
[Reentrant, KeepAlive]
internal sealed partial class ReplicaGrain(
    JournalLoader loader,
    JournalWriter writer,
    JournalSignal signal,
    HubRegister hubs,
    HubProgress progress,
    HubOptions options,
    ExchangeOptions exchange,
    IPeerClient peers,
    HubsTelemetry telemetry,
    TimeProvider time,
    ILogger<ReplicaGrain> logger) : Grain, IReplicaGrain, IDisposable
{
    /// <summary>Messages of the lane that wait; each at most <see cref="Segment.MaxBytes"/>.</summary>
    private const int InboxSize = 64;

    /// <summary>Silence of the lane after which this replica holds a long poll.</summary>
    private static readonly TimeSpan LaneSilence = TimeSpan.FromSeconds(5);

    /// <summary>How long a long poll is held.</summary>
    private static readonly TimeSpan PollPatience = TimeSpan.FromSeconds(20);

    /// <summary>Pause after the n-th source in a row that failed: this times n, up to <see cref="MaxPause"/>.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    private static readonly TimeSpan MaxPause = TimeSpan.FromSeconds(5);

    /// <summary>Changes between two checkpoints of the digest.</summary>
    private const ulong CheckpointEvery = 5_000;

    private readonly Channel<byte[]> inbox = Channel.CreateBounded<byte[]>(new BoundedChannelOptions(InboxSize) { SingleReader = true });
    private readonly SemaphoreSlim gate = new(1);
    private TaskCompletionSource pullWanted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private KnownHub hub = null!;
    private Follower? follower;
    private PullSources sources = null!;
    private ulong checkpointed;
    private ulong counter;
    private long laneHeard;
    private bool laneWasHeard;
    private DateTimeOffset? heardAt;
    private bool leaving;
    private readonly CancellationTokenSource stopping = new();
    private Task loops = Task.CompletedTask;

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        if (hubs.Find(HubId.Parse(this.GetPrimaryKeyString())) is not { IsLocal: false } known)
            throw new InvalidOperationException($"No remote hub {this.GetPrimaryKeyString()} is known here.");
        hub = known;
        sources = new PullSources(hubs, hub.Id, exchange);
        await LoadAsync(cancellationToken);
        loops = Task.WhenAll(GuardAsync(ReceiveLoopAsync), GuardAsync(PullLoopAsync));
    }

    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        leaving = true;
        inbox.Writer.TryComplete();
        await stopping.CancelAsync();
        await loops;
    }

    public void Dispose()
    {
        gate.Dispose();
        stopping.Dispose();
    }

    public Task FollowAsync() => Task.CompletedTask;

    public Task ReceiveAsync(Immutable<byte[]> bytes)
    {
        if (!inbox.Writer.TryWrite(bytes.Value))
        {
            telemetry.Dropped(hub.Id);
            pullWanted.TrySetResult();
        }
        return Task.CompletedTask;
    }

    public Task HintAsync(string peer, Immutable<byte[]> signedHead)
    {
        if (SignedHead.TryDecode(signedHead.Value, out var head) && follower?.JudgeHead(head) is null && follower is not null)
        {
            sources.Prefer(new Uri(peer));
            Learn(head);
        }
        return Task.CompletedTask;
    }

    public async Task ReloadAsync()
    {
        await gate.WaitAsync();
        follower = null;
        gate.Release();
        pullWanted.TrySetResult();
    }

    /// <summary>A loop that ends by a fault takes the activation with it: the next call makes a fresh one from the journal.</summary>
    private async Task GuardAsync(Func<Task> run)
    {
        try
        {
            await run();
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            LogLoopFailed(e, hub.Id);
            leaving = true;
            inbox.Writer.TryComplete();
            DeactivateOnIdle();
        }
    }

    private async Task ReceiveLoopAsync()
    {
        var run = new LaneRun();
        while (await inbox.Reader.WaitToReadAsync())
        {
            while (inbox.Reader.TryRead(out var bytes))
            {
                if (Announcement.TryDecode(bytes, out var announcement))
                {
                    TakeAnnouncement(bytes, announcement);
                }
                else if (!SegmentCodec.TryDecode(bytes, out var segment))
                {
                    Refuse(SegmentFault.Malformed, "lane");
                }
                else if (!run.TryAdd(segment))
                {
                    await TakeRunAsync(run);
                    run = new();
                    run.TryAdd(segment);
                }
            }
            await TakeRunAsync(run);
            run = new();
        }
    }

    private async Task TakeRunAsync(LaneRun run)
    {
        if (run.Segments.Count == 0 || await TakeAsync(run.Joined(), fromLane: true, links: run.Links()) || run.Segments.Count == 1)
            return;
        foreach (var segment in run.Segments)
            await TakeAsync(segment, fromLane: true);
    }

    private void TakeAnnouncement(byte[] bytes, Announcement announcement)
    {
        if (follower is null)
            return;
        if (!Announcement.IsSignedBy(bytes, announcement.Head, hub.PublicKey))
            Refuse(SegmentFault.BadSignature, "lane");
        else if (follower.JudgeHead(announcement.Head) is Verdict.Refused refused)
            Refuse(refused.Fault, "lane");
        else if (announcement.Counter > counter)
        {
            counter = announcement.Counter;
            HeardOnLane();
            Learn(announcement.Head);
        }
    }

    private async Task PullLoopAsync()
    {
        var failures = 0;
        while (!leaving)
        {
            try
            {
                if (!await WantsPullAsync())
                    continue;
                var behind = follower is null || follower.KnownSize > follower.State.Position.Seq;
                failures = await PullOnceAsync(behind) ? 0 : failures + 1;
                if (failures > 0)
                    await Task.Delay(TimeSpan.FromTicks(Math.Min(MaxPause.Ticks, Pause.Ticks * failures)), time, stopping.Token);
            }
            catch (OperationCanceledException) when (leaving)
            {
                return;
            }
        }
    }

    /// <summary>Waits while there is nothing to pull: the lane speaks and tells of nothing that is missing.</summary>
    private async Task<bool> WantsPullAsync()
    {
        if (hubs.Find(hub.Id) is { IsFrozen: true })
        {
            await Task.Delay(MaxPause, time, stopping.Token);
            return false;
        }
        if (follower is null || follower.KnownSize > follower.State.Position.Seq || !laneWasHeard || time.GetElapsedTime(laneHeard) >= LaneSilence)
            return true;
        if (pullWanted.Task.IsCompleted)
            pullWanted = new(TaskCreationOptions.RunContinuationsAsynchronously);
        var silence = Task.Delay(LaneSilence - time.GetElapsedTime(laneHeard), time, stopping.Token);
        return await Task.WhenAny(pullWanted.Task, silence) == pullWanted.Task;
    }

    /// <returns>False when the source failed, or had nothing though more is known to exist.</returns>
    private async Task<bool> PullOnceAsync(bool behind)
    {
        if (follower is null)
            await LoadWhereLostAsync();
        if (follower is null || sources.Next() is not { } source)
            return false;
        var answer = await peers.PullAsync(source, hub.Id, follower.State.Position, behind ? TimeSpan.Zero : PollPatience, stopping.Token);
        if (!answer.IsOk)
        {
            telemetry.Pulled(hub.Id, answer.Refusal.Code);
            sources.Failed(source);
            return false;
        }
        if (answer.Value.IsEmpty)
        {
            telemetry.Pulled(hub.Id, "nothing");
            if (source == hub.Address)
                heardAt = time.GetUtcNow();
            Report();
            if (behind)
                sources.Failed(source);
            return !behind;
        }
        if (!SegmentCodec.TryDecode(answer.Value, out var segment))
        {
            Refuse(SegmentFault.Malformed, source.ToString());
            sources.Failed(source);
            return false;
        }
        telemetry.Pulled(hub.Id, "segment");
        var good = await TakeAsync(segment, fromLane: false, source);
        if (!good)
            sources.Failed(source);
        return good;
    }

    /// <returns>True when the segment was good, whether or not it brought anything new.</returns>
    private async Task<bool> TakeAsync(Segment segment, bool fromLane, Uri? source = null, IReadOnlyList<ActivityLink>? links = null)
    {
        await gate.WaitAsync();
        try
        {
            if (follower is null || leaving || hubs.Find(hub.Id) is { IsFrozen: true })
                return false;
            switch (follower.Judge(segment))
            {
                case Verdict.Apply apply:
                    if (!await ApplyAsync(apply, links))
                        return false;
                    break;
                case Verdict.Refused { Fault: SegmentFault.BodyMismatch } when !fromLane && sources.AllFailed:
                    // No source has the bytes the author signed: the journal goes on without them, and the entry stays hidden.
                    Refuse(SegmentFault.BodyMismatch, source?.ToString() ?? "");
                    if (follower.Judge(segment.WithoutBadBodies()) is not Verdict.Apply stripped || !await ApplyAsync(stripped))
                        return false;
                    break;
                case Verdict.Refused refused:
                    Refuse(refused.Fault, fromLane ? "lane" : source!.ToString());
                    return false;
                case Verdict.Fork fork:
                    LogFork(hub.Id, fork.Ours.Head.Size);
                    await hubs.FreezeAsync(hub, fork.Ours, fork.Theirs, CancellationToken.None);
                    return false;
                case Verdict.Gap gap:
                    Learn(gap.Head);
                    break;
            }
            if (fromLane)
                HeardOnLane();
            else if (source == hub.Address)
                heardAt = time.GetUtcNow();
            Report();
            return true;
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // Committed or not is not known: what the journal holds is loaded before the next verdict.
            follower = null;
            LogUnavailable(e, hub.Id);
            pullWanted.TrySetResult();
            return false;
        }
        finally
        {
            gate.Release();
        }
    }

    private async Task<bool> ApplyAsync(Verdict.Apply apply, IReadOnlyList<ActivityLink>? links = null)
    {
        using var activity = telemetry.Source.StartActivity("replica.apply", ActivityKind.Consumer, apply.Segment.TraceParent, links: links);
        var entries = apply.Segment.Changes.Skip(apply.Skip).Select(c => c.Header.Entry).Distinct().ToArray();
        var preload = await writer.PreloadAsync(hub, entries, [], CancellationToken.None);
        var (batch, fault) = follower!.Plan(apply, preload.Current);
        if (batch is null)
        {
            Refuse(fault, "digest");
            return false;
        }
        var checkpoint = batch.After.Size >= checkpointed + CheckpointEvery ? follower.State.Digest : null;
        var traceParent = activity?.Id ?? apply.Segment.TraceParent;
        if (await writer.AppendAsync(hub, batch, traceParent, checkpoint, CancellationToken.None) == AppendOutcome.Fenced)
        {
            LogFenced(hub.Id);
            leaving = true;
            inbox.Writer.TryComplete();
            DeactivateOnIdle();
            return false;
        }
        if (checkpoint is not null)
            checkpointed = batch.After.Size;
        activity?.SetTag("cafeia.hub", hub.Id.ToString()).SetTag("cafeia.seq", (long)batch.After.Size).SetTag("cafeia.changes", batch.Changes.Count);
        telemetry.Applied(hub.Id, batch.Changes.Count, time.GetUtcNow() - batch.Head.Head.At);
        signal.Advance(hub.Id, follower.State.Position);
        return true;
    }

    private void Learn(SignedHead head)
    {
        follower!.Learn(head);
        Report();
        if (follower.KnownSize > follower.State.Position.Seq)
            pullWanted.TrySetResult();
    }

    private void HeardOnLane()
    {
        laneHeard = time.GetTimestamp();
        laneWasHeard = true;
        heardAt = time.GetUtcNow();
    }

    private void Report()
    {
        if (follower is not null)
            progress.Set(hub.Id, follower.State.Position, follower.State.Head, heardAt);
    }

    private void Refuse(SegmentFault fault, string from)
    {
        telemetry.Refused(hub.Id, fault);
        LogRefused(hub.Id, fault, from);
    }

    private async Task LoadWhereLostAsync()
    {
        await gate.WaitAsync();
        try
        {
            if (follower is null)
                await LoadAsync(stopping.Token);
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException or IOException)
        {
            // The pull loop pauses and comes back.
            LogUnavailable(e, hub.Id);
        }
        finally
        {
            gate.Release();
        }
    }

    private async Task LoadAsync(CancellationToken cancellation)
    {
        var state = await loader.LoadAsync(hub, cancellation);
        checkpointed = state.Position.Seq;
        follower = new Follower(options.FederationId, hub.Id, hub.PublicKey, state);
        Report();
    }

    [LoggerMessage(1, LogLevel.Warning, "Hub {Hub}: a segment was refused as {Fault}, from {From}")]
    private partial void LogRefused(HubId hub, SegmentFault fault, string from);

    [LoggerMessage(2, LogLevel.Error, "Hub {Hub} signed two different journals of size {Size}: it is frozen here, both heads are kept as proof")]
    private partial void LogFork(HubId hub, ulong size);

    [LoggerMessage(3, LogLevel.Warning, "Replica of {Hub}: another activation applies this journal; this one wrote nothing and leaves")]
    private partial void LogFenced(HubId hub);

    [LoggerMessage(5, LogLevel.Error, "Replica of {Hub}: a loop failed; the replica starts anew")]
    private partial void LogLoopFailed(Exception exception, HubId hub);

    [LoggerMessage(4, LogLevel.Error, "Replica of {Hub}: the database is not available")]
    private partial void LogUnavailable(Exception exception, HubId hub);
}
