using System.Diagnostics;
using System.Security.Cryptography;
using System.Threading.Channels;
using CafeIA.Federation.Node.Exchange;
using CafeIA.Federation.Node.Hubs.Following;
using CafeIA.Federation.Node.Hubs.Recovery;
using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Protocol;
using CafeIA.Federation.Protocol.Heads;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Protocol.Journal;
using CafeIA.Federation.Protocol.Recovery;
using CafeIA.Federation.Protocol.Segments;
using CafeIA.Federation.Protocol.Sequencing;
using Npgsql;
using Orleans.Concurrency;

namespace CafeIA.Federation.Node.Hubs;

/// <summary>
/// Sequences the local hub. Calls only enqueue; one loop drains the queue into batches, commits each in one transaction, then answers and sends.
/// </summary>
/// <remarks>
/// Orleans' promise of one activation is not relied upon: two may live for a while. The journal's fence decides: the one whose append finds the end
/// moved has written nothing, answers <see cref="HubAnswer.Fenced"/> to all that waits, and leaves. A commit whose outcome is unknown is looked up
/// in the journal before anything else is planned. A database that may be an old copy is written to only after every member said what it holds of this
/// hub, and what is missing was pulled back (<see cref="OwnRecovery"/>).
/// </remarks>
[Reentrant, KeepAlive]
internal sealed partial class HubGrain(
    JournalLoader loader,
    JournalWriter writer,
    JournalProofs proofs,
    JournalSignal signal,
    HubRegister hubs,
    HubProgress progress,
    OwnKeys keys,
    HubOptions options,
    OwnDatabase ownDatabase,
    OwnStanding standing,
    OwnRecovery recovery,
    ISegmentTransport transport,
    HubsTelemetry telemetry,
    TimeProvider time,
    ILogger<HubGrain> logger) : Grain, IHubGrain, IRecovering, IDisposable
{
    /// <summary>Commands waiting; more are refused as hub-busy.</summary>
    private const int MaxWaiting = 10_000;

    /// <summary>How long a batch is held open, counted from the last one's close, so that a lone change leaves at once.</summary>
    private static readonly TimeSpan Linger = TimeSpan.FromMilliseconds(10);

    /// <summary>Changes between two checkpoints of the digest: what a start folds in at most.</summary>
    private const ulong CheckpointEvery = 5_000;

    private readonly Channel<Waiting> queue = Channel.CreateBounded<Waiting>(new BoundedChannelOptions(MaxWaiting) { SingleReader = true });
    private bool leaving;
    private Sequencer? sequencer;
    private ulong checkpointed;
    private Task loop = Task.CompletedTask;
    private Task sending = Task.CompletedTask;
    private readonly CancellationTokenSource stopping = new();

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        await recovery.StartAsync(this, (await LoadAsync(cancellationToken)).State, cancellationToken);
        loop = RunAsync();
    }

    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        // What waits is still written: the loop ends when the queue is empty.
        leaving = true;
        queue.Writer.TryComplete();
        await stopping.CancelAsync();
        await loop;
        await sending;
        await recovery.StopAsync();
    }

    public void Dispose()
    {
        stopping.Dispose();
    }

    public Task StartAsync() => Task.CompletedTask;

    public Task ReloadAsync()
    {
        // A batch that is being written keeps the state it was planned on; the next one loads.
        sequencer = null;
        return Task.CompletedTask;
    }

    public Task<HubAnswer> SubmitAsync(HubCommand command)
    {
        var waiting = new Waiting(command.ToIntent(), command.TraceParent);
        if (queue.Writer.TryWrite(waiting))
            return waiting.Answer.Task;
        // An activation that leaves has a successor, which takes the command.
        return Task.FromResult(leaving ? FencedAnswer : HubAnswer.From(HubRefusals.Busy));
    }

    public Task<HubAnswer> RotateAsync()
    {
        var waiting = Waiting.Rotation();
        return queue.Writer.TryWrite(waiting) ? waiting.Answer.Task : Task.FromResult(leaving ? FencedAnswer : HubAnswer.From(HubRefusals.Busy));
    }

    public async Task HintAsync(string peer, Immutable<byte[]> signedHead, uint heldEpoch, ulong heldSeq)
    {
        if (!SignedHead.TryDecode(signedHead.Value, out var head) || sequencer is not { } current || standing.IsSuspect || hubs.Local.IsFrozen)
            return;
        var keys = await loader.LoadKeysAsync(options.FederationId, hubs.Local, stopping.Token);
        if (head.Head.Federation != options.FederationId || head.Head.Hub != options.HubId
            || keys.For(head.Head.Key, head.Head.Position) is not { } key || !head.IsSignedBy(key))
            return;
        if (head.Head.Position > current.State.Position)
        {
            await recovery.PeerAheadAsync(peer, head, new(heldEpoch, heldSeq));
        }
        else if (head.Head.Epoch == current.State.Epoch && await proofs.RootAtAsync(hubs.Local, head.Head.Position, stopping.Token) is { } root && root != head.Head.Root && current.State.Proven is { } proven)
        {
            LogForked(options.HubId, peer, head.Head.Position);
            await hubs.FreezeAsync(hubs.Local, proven, head, new(head.Head.Size, root, proven.Head.Size, []), stopping.Token);
        }
    }

    public Task GiveUpOnAsync(string[] members)
    {
        recovery.GiveUpOn(members);
        return Task.CompletedTask;
    }

    public Task<string?> RecoverFromAsync(string peer) => recovery.RecoverFromAsync(peer);

    public Task<EpochReport> OpenEpochAsync(EpochRequest request) => recovery.OpenEpochAsync(request);

    Position? IRecovering.Written => sequencer?.State.Position;

    CancellationToken IRecovering.Stopping => stopping.Token;

    Task IRecovering.ReloadAsync(bool atOnce)
    {
        sequencer = null;
        return atOnce ? LoadAsync(stopping.Token) : Task.CompletedTask;
    }

    void IRecovering.Leave() => Leave();

    /// <summary>Why nothing may be written now; null when it may.</summary>
    private Refusal? NotNow() =>
        hubs.Local.IsFrozen ? HubRefusals.Forked : standing.Sentence() is { } sentence ? HubRefusals.Doubted(sentence) : null;

    private static HubAnswer FencedAnswer { get; } = HubAnswer.From(new Refusal(HubAnswer.Fenced, "fenced"));

    private async Task RunAsync()
    {
        var lastClose = 0L;
        var batch = new List<Waiting>(Sequencer.MaxBatch);
        while (await queue.Reader.WaitToReadAsync())
        {
            Drain(batch);
            var open = time.GetElapsedTime(lastClose);
            if (batch.Count < Sequencer.MaxBatch && open < Linger)
            {
                await Task.Delay(Linger - open, time);
                Drain(batch);
            }
            lastClose = time.GetTimestamp();
            var outcome = await WriteAsync(batch);
            batch.Clear();
            if (outcome == AppendOutcome.Fenced)
                Leave();
        }
    }

    private void Drain(List<Waiting> batch)
    {
        // A change of key is alone in its batch: the head over it is of the old key, the next one of the new.
        while (batch.Count < Sequencer.MaxBatch && batch is not [{ IsRotation: true }]
            && queue.Reader.TryPeek(out var next) && (batch.Count == 0 || !next.IsRotation)
            && queue.Reader.TryRead(out var waiting))
        {
            batch.Add(waiting);
        }
    }

    /// <summary>The rest of the queue is handed to the successor, which Orleans activates at the next call.</summary>
    private void Leave()
    {
        LogFenced(options.HubId);
        leaving = true;
        queue.Writer.TryComplete();
        while (queue.Reader.TryRead(out var waiting))
            waiting.Answer.TrySetResult(FencedAnswer);
        DeactivateOnIdle();
    }

    private async Task<AppendOutcome> WriteAsync(IReadOnlyList<Waiting> batch)
    {
        var first = batch[0].TraceParent;
        using var activity = telemetry.Source.StartActivity(
            "hub.append",
            ActivityKind.Producer,
            first,
            links: batch.Skip(1).Where(w => w.TraceParent is not null).Select(w => new ActivityLink(ActivityContext.Parse(w.TraceParent!, null))));
        var started = time.GetTimestamp();
        if (NotNow() is { } refusal)
        {
            foreach (var waiting in batch)
                waiting.Answer.TrySetResult(HubAnswer.From(refusal));
            return AppendOutcome.Committed;
        }
        try
        {
            var current = sequencer ?? await LoadAsync(CancellationToken.None);
            var planned = batch[0].IsRotation ? await keys.RotateAsync(current) : await SequenceAsync(current, batch);
            if (planned.Batch is { } journalBatch)
            {
                var traceParent = activity?.Id ?? first;
                var (outcome, followed) = await CommitAsync(current, journalBatch, traceParent);
                if (outcome == AppendOutcome.Fenced)
                {
                    foreach (var waiting in batch)
                        waiting.Answer.TrySetResult(FencedAnswer);
                    return AppendOutcome.Fenced;
                }
                // On the disk before anybody hears of it: a database that is behind it was restored.
                await ownDatabase.AdvanceAsync(journalBatch.End, journalBatch.RootAfter, CancellationToken.None);
                if (batch[0].IsRotation)
                    await keys.UseAsync(CancellationToken.None);
                telemetry.Appended(journalBatch.Changes.Count, time.GetElapsedTime(started));
                activity?.SetTag("cafeia.hub", options.Id).SetTag("cafeia.seq", (long)journalBatch.After.Size).SetTag("cafeia.changes", journalBatch.Changes.Count);
                progress.Set(options.HubId, current.State.Position, current.State.Position.Seq, time.GetUtcNow());
                await SendAsync(journalBatch, traceParent);
                // Who is told that it is written finds it as well; and a page that is made in between would be kept, without it, under the version that has it.
                await followed;
                signal.Advance(options.HubId, current.State.Position);
            }
            for (var i = 0; i < batch.Count; i++)
                batch[i].Answer.TrySetResult(HubAnswer.From(planned.Outcomes[i]));
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // Whatever failed, nobody is left waiting and the loop goes on. The plan stands on a state that may not be the journal's: load it before the next batch.
            sequencer = null;
            LogUnavailable(e, options.HubId);
            activity?.SetStatus(ActivityStatusCode.Error, e.Message);
            foreach (var waiting in batch)
                waiting.Answer.TrySetResult(HubAnswer.From(HubRefusals.Unavailable));
        }
        return AppendOutcome.Committed;
    }

    /// <summary>Commits; when the connection broke in the commit, looks in the journal whether it took place.</summary>
    private async Task<(AppendOutcome Outcome, Task Followed)> CommitAsync(Sequencer current, JournalBatch journalBatch, string? traceParent)
    {
        var checkpoint = journalBatch.After.Size >= checkpointed + CheckpointEvery ? current.State.Digest : null;
        try
        {
            var committed = await writer.CommitAsync(hubs.Local, journalBatch, traceParent, checkpoint, null, CancellationToken.None);
            if (checkpoint is not null && committed.Outcome == AppendOutcome.Committed)
                checkpointed = journalBatch.After.Size;
            return committed;
        }
        catch (Exception e) when (e is NpgsqlException and not PostgresException { IsTransient: false } or TimeoutException or IOException)
        {
            LogUnknownOutcome(e, options.HubId, journalBatch.After.Size);
            sequencer = null;
            var end = (await LoadAsync(CancellationToken.None)).State;
            if (end.Position == journalBatch.End && end.Frontier.Root() == journalBatch.RootAfter)
                return (AppendOutcome.Committed, Task.CompletedTask);
            if (end.Position == journalBatch.Before)
                throw;
            return (AppendOutcome.Fenced, Task.CompletedTask);
        }
    }

    private async Task<SequencedBatch> SequenceAsync(Sequencer current, IReadOnlyList<Waiting> batch)
    {
        var intents = batch.Select(w => w.Intent).ToArray();
        var preload = await PreloadAsync(intents);
        return current.Sequence(intents, preload.Current, preload.Known, time.GetUtcNow());
    }

    /// <summary>What the intents name; a new entry without a command id cannot be known, so most creations ask nothing.</summary>
    private async Task<Preload> PreloadAsync(Intent[] intents)
    {
        var entries = intents.Where(i => !i.IsNew).Select(i => i.Entry).Distinct().ToArray();
        var commands = intents.Where(i => !i.Command.IsNone).Select(i => i.Command).Distinct().ToArray();
        return await writer.PreloadAsync(hubs.Local, entries, commands, CancellationToken.None);
    }

    /// <summary>Sends behind the answer's back but one at a time: the wait for the last send is the back-pressure.</summary>
    private async Task SendAsync(JournalBatch journalBatch, string? traceParent)
    {
        await sending;
        if (!transport.IsAvailable)
            return;
        var changes = journalBatch.Changes.Select(c => c.Change).ToArray();
        // What is too large for one message is pulled: then only the head goes out, and shows the gap.
        var fits = changes.Sum(ChangeCodec.SizeOf) <= JournalReader.SegmentBytes;
        var segment = fits
            ? new Segment(journalBatch.Head, journalBatch.Before.Seq + 1, changes, [], traceParent)
            : new Segment(journalBatch.Head, journalBatch.After.Size + 1, [], [], traceParent);
        sending = transport.SendAsync(SegmentCodec.Encode(segment), CancellationToken.None).AsTask();
    }

    private async Task<Sequencer> LoadAsync(CancellationToken cancellation)
    {
        var state = await loader.LoadAsync(hubs.Local, cancellation);
        await hubs.UnfreezeBeyondAsync(hubs.Local, state.Epoch, cancellation);
        checkpointed = state.Position.Seq;
        await keys.UseAsync(cancellation);
        sequencer = new Sequencer(options.FederationId, options.HubId, keys.Current, state, RandomNumberGenerator.Create());
        progress.Set(options.HubId, state.Position, state.Position.Seq, time.GetUtcNow());
        return sequencer;
    }

    private sealed record Waiting(Intent Intent, string? TraceParent)
    {
        public TaskCompletionSource<HubAnswer> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public bool IsRotation { get; private init; }

        public static Waiting Rotation() => new(null!, null) { IsRotation = true };
    }

    [LoggerMessage(1, LogLevel.Warning, "Hub {Hub}: another activation writes this journal; this one wrote nothing and leaves")]
    private partial void LogFenced(HubId hub);

    [LoggerMessage(2, LogLevel.Warning, "Hub {Hub}: the outcome of the commit up to seq {Seq} is unknown; looking in the journal")]
    private partial void LogUnknownOutcome(Exception exception, HubId hub, ulong seq);

    [LoggerMessage(3, LogLevel.Error, "Hub {Hub}: the database is not available; the commands that waited were told so")]
    private partial void LogUnavailable(Exception exception, HubId hub);

    [LoggerMessage(4, LogLevel.Error, "Hub {Hub}: {Peer} holds another history of this hub, up to {Position}; nothing more is written before 'cafeia epoch open'")]
    private partial void LogForked(HubId hub, string peer, Position position);
}
