using System.Diagnostics;
using System.Threading.Channels;
using CafeIA.Federation.Node.Exchange;
using CafeIA.Federation.Node.Hubs.Following;
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
/// Two loops on the grain's one thread. The first empties the inbox, bounded: what does not fit is dropped and pulled later. The second is the
/// <see cref="PullLoop"/>. Both end in the <see cref="Applier"/>, behind a gate from the verdict to the commit, so that a verdict is never of an older
/// state. As with the local hub, the journal's fence decides between two activations.
/// </remarks>
[Reentrant, KeepAlive]
internal sealed partial class ReplicaGrain(
    JournalLoader loader,
    JournalWriter writer,
    JournalProofs proofs,
    JournalSignal signal,
    HubRegister hubs,
    HubProgress progress,
    HubOptions options,
    ExchangeOptions exchange,
    IPeerClient peers,
    SnapshotJoin snapshots,
    AheadSeats seats,
    HubsTelemetry telemetry,
    TimeProvider time,
    ILogger<ReplicaGrain> logger) : Grain, IReplicaGrain, IDisposable
{
    /// <summary>Messages of the lane that wait; each at most <see cref="Segment.MaxBytes"/>.</summary>
    private const int InboxSize = 64;

    private readonly Channel<byte[]> inbox = Channel.CreateBounded<byte[]>(new BoundedChannelOptions(InboxSize) { SingleReader = true });
    private readonly SemaphoreSlim gate = new(1);
    private readonly CancellationTokenSource stopping = new();
    private Applier applier = null!;
    private PullLoop pull = null!;
    private ulong counter;
    private bool leaving;
    private Task loops = Task.CompletedTask;

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        if (hubs.Find(HubId.Parse(this.GetPrimaryKeyString())) is not { IsLocal: false } hub)
            throw new InvalidOperationException($"No remote hub {this.GetPrimaryKeyString()} is known here.");
        applier = new Applier(hub, options, loader, writer, proofs, hubs, peers, telemetry, time, logger);
        applier.Applied += batch => signal.Advance(hub.Id, batch.End);
        pull = new PullLoop(hub.Id, new PullSources(hubs, hub.Id, exchange), peers, seats, applier.PrepareAsync, hubs, telemetry, time);
        await applier.LoadAsync(cancellationToken);
        Report();
        loops = Task.WhenAll(
            GuardAsync(ReceiveLoopAsync),
            GuardAsync(() => pull.RunAsync(() => applier.Follower, LoadWhereLostAsync, (segment, source, prepared) => TakeAsync(segment, source, prepared: prepared), JoinAsync, Report, stopping.Token)));
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
            telemetry.Dropped(applier.Hub.Id);
            pull.Wake();
        }
        return Task.CompletedTask;
    }

    public Task LaneChangedAsync(bool isUp)
    {
        pull.LaneChanged(isUp);
        return Task.CompletedTask;
    }

    public async Task HintAsync(string peer, Immutable<byte[]> signedHead)
    {
        if (!SignedHead.TryDecode(signedHead.Value, out var head))
            return;
        var source = new Uri(peer);
        if (await TakeHeadAsync(head, source) == Taken.Good)
            pull.Sources.Prefer(source);
    }

    public Task<byte[]?> KnownAsync() => Task.FromResult(applier.Follower?.Known?.Encode());

    public async Task ReloadAsync()
    {
        await gate.WaitAsync();
        applier.Unload();
        gate.Release();
        pull.Wake();
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
            LogLoopFailed(e, applier.Hub.Id);
            Leave();
        }
    }

    private void Leave()
    {
        leaving = true;
        inbox.Writer.TryComplete();
        stopping.Cancel();
        DeactivateOnIdle();
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
                    await TakeAnnouncementAsync(bytes, announcement);
                }
                else if (!SegmentCodec.TryDecode(bytes, out var segment))
                {
                    telemetry.Refused(applier.Hub.Id, SegmentFault.Malformed, "lane", time.GetUtcNow());
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
        if (run.Segments.Count == 0 || await TakeAsync(run.Joined(), null, run.Links()) == Taken.Good || run.Segments.Count == 1)
            return;
        foreach (var segment in run.Segments)
            await TakeAsync(segment, null);
    }

    private async Task TakeAnnouncementAsync(byte[] bytes, Announcement announcement)
    {
        if (applier.Follower is not { } follower || announcement.Counter <= counter)
            return;
        if (!follower.Keys.IsAnnouncedBy(bytes, announcement.Head))
        {
            telemetry.Refused(applier.Hub.Id, SegmentFault.BadSignature, "lane", time.GetUtcNow());
            // Perhaps of a key the hub has passed to: its journal tells.
            if (!follower.Keys.Knows(announcement.Head.Head.Key))
                pull.Wake();
            return;
        }
        counter = announcement.Counter;
        if (await TakeHeadAsync(announcement.Head, null) == Taken.Good)
            pull.HeardOnLane();
    }

    private Task<Taken> TakeHeadAsync(SignedHead head, Uri? source) => GatedAsync(() => applier.TakeHeadAsync(head, source, stopping.Token));

    private async Task<Taken> TakeAsync(Segment segment, Uri? source, IReadOnlyList<ActivityLink>? links = null, PreparedProjection? prepared = null)
    {
        var taken = await GatedAsync(() => applier.TakeAsync(segment, source, isLast: source is not null && pull.Sources.AllFailed, links, prepared, stopping.Token));
        if (taken == Taken.Good && source is null)
            pull.HeardOnLane();
        return taken;
    }

    /// <summary>The gate is not held while runs come: the lane may go on to tell how far the hub is. Should it append meanwhile, the swap finds the journal's end moved.</summary>
    private async Task<Taken> JoinAsync(Uri source)
    {
        if (applier.Follower is not { } follower || hubs.Find(applier.Hub.Id) is not { IsHidden: false } hub)
            return Taken.Refused;
        try
        {
            var taken = await snapshots.RunAsync(hub, follower, source, TakeHeadAsync, (head, from) => applier.IsForkAsync(head, from, stopping.Token), stopping.Token);
            if (taken == Taken.Good)
            {
                await ReloadAsync();
                await LoadWhereLostAsync();
                if (applier.Follower is { } joined)
                    signal.Advance(hub.Id, joined.State.Position);
            }
            return taken;
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException or IOException)
        {
            LogUnavailable(e, hub.Id);
            await ReloadAsync();
            return Taken.Refused;
        }
    }

    private async Task<Taken> GatedAsync(Func<Task<Taken>> take)
    {
        await gate.WaitAsync();
        try
        {
            if (applier.Follower is null || leaving)
                return Taken.Refused;
            var taken = await take();
            if (taken == Taken.Fenced)
            {
                LogFenced(applier.Hub.Id);
                Leave();
            }
            Report();
            if (applier.Follower is { IsBehind: true })
                pull.Wake();
            return taken;
        }
        catch (Exception e) when (e is not OutOfMemoryException && !(e is OperationCanceledException && leaving))
        {
            // Committed or not is not known: what the journal holds is loaded before the next verdict.
            applier.Unload();
            LogUnavailable(e, applier.Hub.Id);
            pull.Wake();
            return Taken.Refused;
        }
        finally
        {
            gate.Release();
        }
    }

    private void Report()
    {
        if (applier.Follower is { } follower)
            progress.Set(applier.Hub.Id, follower.State.Position, follower.KnownSize, pull.HeardAt);
    }

    private async Task LoadWhereLostAsync()
    {
        await gate.WaitAsync();
        try
        {
            if (applier.Follower is null)
                await applier.LoadAsync(stopping.Token);
            Report();
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException or IOException)
        {
            // The pull loop pauses and comes back.
            LogUnavailable(e, applier.Hub.Id);
        }
        finally
        {
            gate.Release();
        }
    }

    [LoggerMessage(3, LogLevel.Warning, "Replica of {Hub}: another activation applies this journal; this one wrote nothing and leaves")]
    private partial void LogFenced(HubId hub);

    [LoggerMessage(4, LogLevel.Error, "Replica of {Hub}: the database is not available")]
    private partial void LogUnavailable(Exception exception, HubId hub);

    [LoggerMessage(5, LogLevel.Error, "Replica of {Hub}: a loop failed; the replica starts anew")]
    private partial void LogLoopFailed(Exception exception, HubId hub);
}
