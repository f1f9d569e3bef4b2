using CafeIA.Federation.Node.Exchange;
using CafeIA.Federation.Node.Exchange.Http;
using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Protocol;
using CafeIA.Federation.Protocol.Following;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Protocol.Segments;

namespace CafeIA.Federation.Node.Hubs.Following;

/// <summary>Pulls one hub's journal: at once while a verified head speaks of changes not held, by long poll while the broker lane is silent, not at all while the lane speaks.</summary>
/// <param name="hub">Whose journal.</param>
/// <param name="sources">From whom.</param>
/// <param name="peers">Asks them.</param>
/// <param name="seats">Who may pull ahead.</param>
/// <param name="prepare">Does what can be done for a segment before it is its turn, on any thread.</param>
/// <param name="hubs">Where the hub's own node is, and whether it is hidden or frozen.</param>
/// <param name="telemetry">Counts.</param>
/// <param name="time">The clock.</param>
internal sealed class PullLoop(
    HubId hub, PullSources sources, IPeerClient peers, AheadSeats seats, Func<Segment, CancellationToken, Task<PreparedProjection>> prepare, HubRegister hubs, HubsTelemetry telemetry, TimeProvider time)
{
    /// <summary>Silence of the lane after which a long poll is held.</summary>
    private static readonly TimeSpan LaneSilence = TimeSpan.FromSeconds(5);

    /// <summary>How long a long poll is held on the hub's own node.</summary>
    private static readonly TimeSpan PollPatience = TimeSpan.FromSeconds(20);

    /// <summary>How long one is held on another node, before the hub's own is tried again: it may be the first to know that it is back.</summary>
    private static readonly TimeSpan SubstitutePatience = TimeSpan.FromSeconds(5);

    /// <summary>Pause after the n-th source in a row that failed: this times n, up to <see cref="MaxPause"/>.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    private static readonly TimeSpan MaxPause = TimeSpan.FromSeconds(5);

    private TaskCompletionSource wanted = NewSource();
    private long laneHeard;
    private bool laneWasHeard;
    private bool laneIsDown;
    private PulledAhead? ahead;

    public PullSources Sources => sources;

    /// <summary>When the hub was last heard, by the lane or by its own node; null: never since the start.</summary>
    public DateTimeOffset? HeardAt { get; private set; }

    public void Wake() => wanted.TrySetResult();

    /// <summary>A lane that is known to be down is silent at once.</summary>
    public void LaneChanged(bool isUp)
    {
        laneIsDown = !isUp;
        if (laneIsDown)
            Wake();
    }

    public void HeardOnLane()
    {
        laneHeard = time.GetTimestamp();
        laneWasHeard = true;
        HeardAt = time.GetUtcNow();
    }

    public void HeardFrom(Uri source)
    {
        if (source == hubs.Find(hub)?.Address)
            HeardAt = time.GetUtcNow();
    }

    /// <param name="follower">What is held; null while the database does not answer.</param>
    /// <param name="reload">Loads it.</param>
    /// <param name="take">Takes a segment that was pulled.</param>
    /// <param name="join">Takes a snapshot from a source.</param>
    /// <param name="report">After an answer that brought nothing.</param>
    /// <param name="cancellation">Ends the loop.</param>
    public async Task RunAsync(
        Func<Follower?> follower, Func<Task> reload, Func<Segment, Uri, PreparedProjection?, Task<Taken>> take, Func<Uri, Task<Taken>> join, Action report, CancellationToken cancellation)
    {
        var failures = 0;
        try
        {
            while (!cancellation.IsCancellationRequested)
            {
                if (hubs.Find(hub) is { IsHidden: true })
                {
                    await AbandonAsync();
                    await Task.Delay(MaxPause, time, cancellation);
                    continue;
                }
                if (follower() is null)
                    await reload();
                if (follower() is not { } held)
                {
                    await Task.Delay(Pause, time, cancellation);
                    continue;
                }
                // The lane may have brought what was asked for: a seat is not kept while nothing is wanted.
                if (!held.IsBehind)
                    await AbandonAsync();
                if (!IsFrozen && !await WantsPullAsync(held, cancellation))
                    continue;
                failures = await PullOnceAsync(held, take, join, report, cancellation) ? 0 : failures + 1;
                if (failures > 0)
                    await Task.Delay(TimeSpan.FromTicks(Math.Min(MaxPause.Ticks, Pause.Ticks * failures)), time, cancellation);
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // The loop is told to end.
        }
        finally
        {
            await AbandonAsync();
        }
    }

    private bool IsFrozen => hubs.Find(hub) is { IsFrozen: true };

    /// <summary>Waits while there is nothing to pull: the lane speaks and tells of nothing that is missing.</summary>
    private async Task<bool> WantsPullAsync(Follower follower, CancellationToken cancellation)
    {
        if (follower.IsBehind || laneIsDown || !laneWasHeard || time.GetElapsedTime(laneHeard) >= LaneSilence)
            return true;
        if (wanted.Task.IsCompleted)
            wanted = NewSource();
        var silence = Task.Delay(LaneSilence - time.GetElapsedTime(laneHeard), time, cancellation);
        return await Task.WhenAny(wanted.Task, silence) == wanted.Task;
    }

    /// <returns>False when the source failed, or had nothing though more is known to exist.</returns>
    private async Task<bool> PullOnceAsync(
        Follower follower, Func<Segment, Uri, PreparedProjection?, Task<Taken>> take, Func<Uri, Task<Taken>> join, Action report, CancellationToken cancellation)
    {
        if (sources.Next() is not { } source)
            return false;
        // Of a hub that showed two histories only the epoch that ends them is taken.
        var isFrozen = IsFrozen;
        var behind = !isFrozen && follower.IsBehind;
        if (behind && SnapshotJoin.IsBetter(follower))
            return Ended(await join(source), source);
        var after = isFrozen ? new Position(follower.State.Epoch + 1, 0) : follower.PullAfter;
        var isOwn = source == hubs.Find(hub)?.Address;
        if (await AskAsync(source, after, behind ? TimeSpan.Zero : isOwn ? PollPatience : SubstitutePatience, follower, cancellation) is not { } pulled)
            return true;
        var answer = pulled.Answer;
        if (!answer.IsOk)
        {
            telemetry.Pulled(hub, answer.Refusal.Code);
            // What comes next is held there only as a part of the whole.
            if (answer.Refusal.Code == PeerHttp.Gone)
                return Ended(await join(source), source);
            sources.Failed(source);
            return false;
        }
        if (answer.Value.IsEmpty)
        {
            telemetry.Pulled(hub, "nothing");
            HeardFrom(source);
            report();
            if (behind)
                sources.Failed(source);
            else
                sources.Good(forgive: !isOwn);
            return !behind;
        }
        if (pulled.Segment is not { } segment)
        {
            telemetry.Refused(hub, SegmentFault.Malformed, source.ToString(), time.GetUtcNow());
            sources.Failed(source);
            return false;
        }
        telemetry.Pulled(hub, "segment");
        // An epoch is taken over whole.
        if (follower.IsPartOfOpening(segment))
            return Ended(await join(source), source);
        // A node without anything learns by its first answer how much there is.
        if (!isFrozen && SnapshotJoin.IsBetter(follower, segment.Head.Head))
            return Ended(await join(source), source);
        if (!isFrozen)
            ahead = PulledAhead.Of(seats, segment, source, hub, peers, prepare, cancellation);
        return Ended(await take(segment, source, pulled.Prepared), source);
    }

    /// <summary>What was asked for ahead, when it is what is wanted now; else the source is asked.</summary>
    private async Task<Pulled?> AskAsync(Uri source, Position after, TimeSpan wait, Follower follower, CancellationToken cancellation)
    {
        if (ahead is { } asked)
        {
            ahead = null;
            if (asked.Source == source && asked.After == after)
                return await asked.AnswerAsync();
            await asked.AbandonAsync();
        }
        return await PollAsync(source, after, wait, follower, cancellation) is { } answer ? Pulled.Of(answer) : null;
    }

    private async Task AbandonAsync()
    {
        if (ahead is not { } asked)
            return;
        ahead = null;
        await asked.AbandonAsync();
    }

    private bool Ended(Taken taken, Uri source)
    {
        if (taken == Taken.Good)
        {
            HeardFrom(source);
            sources.Good(forgive: false);
        }
        else
        {
            sources.Failed(source);
        }
        return taken == Taken.Good;
    }

    /// <returns>Null when the poll was given up, because changes became known that are to be pulled at once: from another node than the one that waits with us.</returns>
    private async Task<Result<ReadOnlyMemory<byte>>?> PollAsync(Uri source, Position after, TimeSpan wait, Follower follower, CancellationToken cancellation)
    {
        if (wait == TimeSpan.Zero)
            return await peers.PullAsync(source, hub, after, wait, cancellation);
        using var abandon = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var poll = peers.PullAsync(source, hub, after, wait, abandon.Token);
        while (true)
        {
            if (wanted.Task.IsCompleted)
                wanted = NewSource();
            if (follower.IsBehind && !IsFrozen && !poll.IsCompleted)
                break;
            if (await Task.WhenAny(poll, wanted.Task) == poll)
                return await poll;
        }
        await abandon.CancelAsync();
        try
        {
            // It may have come to an end at the same moment.
            var answer = await poll;
            if (answer.IsOk)
                return answer;
            return null;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return null;
        }
    }

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
