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
/// hub, and what is missing was pulled back (<see cref="Recall"/>).
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
    Recall recall,
    EpochOpener epochs,
    IPeerClient peers,
    ISegmentTransport transport,
    HubsTelemetry telemetry,
    TimeProvider time,
    ILogger<HubGrain> logger) : Grain, IHubGrain, IDisposable
{
    /// <summary>Commands waiting; more are refused as hub-busy.</summary>
    private const int MaxWaiting = 10_000;

    /// <summary>How long a batch is held open, counted from the last one's close, so that a lone change leaves at once.</summary>
    private static readonly TimeSpan Linger = TimeSpan.FromMilliseconds(10);

    /// <summary>Changes between two checkpoints of the digest: what a start folds in at most.</summary>
    private const ulong CheckpointEvery = 5_000;

    /// <summary>Between two rounds of questions to those who have not answered.</summary>
    private static readonly TimeSpan AskAgain = TimeSpan.FromSeconds(1);

    /// <summary>Rounds of questions asked beside the writing after a start that left nothing to doubt; later the exchange of heads finds what they missed.</summary>
    private const int RoundsAfterStart = 10;

    private readonly Channel<Waiting> queue = Channel.CreateBounded<Waiting>(new BoundedChannelOptions(MaxWaiting) { SingleReader = true });
    private bool leaving;
    private Sequencer? sequencer;
    private ulong checkpointed;
    private Task loop = Task.CompletedTask;
    private Task sending = Task.CompletedTask;
    private readonly CancellationTokenSource stopping = new();
    private readonly HashSet<string> gone = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim ownGate = new(1);
    private Applier own = null!;
    private Task asking = Task.CompletedTask;

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        own = new Applier(hubs.Local, options, loader, writer, proofs, hubs, peers, telemetry, time, logger);
        own.Applied += batch => signal.Advance(options.HubId, batch.End);
        var loaded = await LoadAsync(cancellationToken);
        var doubts = await ownDatabase.JudgeAsync(hubs.Local, loaded.State, cancellationToken);
        if (doubts == Doubts.None)
        {
            // A process that died between its commit and the high-water file left the file behind: it catches up before a command that is known is acknowledged again.
            if (loaded.State.Position.Seq > 0)
                await ownDatabase.AdvanceAsync(loaded.State.Position, loaded.State.Frontier.Root(), cancellationToken);
            asking = AskBesideAsync();
        }
        else if (recall.HasMembers)
            Doubt(doubts);
        else
            await ownDatabase.AdoptAsync(loaded.State.Position, loaded.State.Frontier.Root(), cancellationToken);
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
        await asking;
    }

    public void Dispose()
    {
        stopping.Dispose();
        ownGate.Dispose();
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

    public async Task HintAsync(string peer, Immutable<byte[]> signedHead)
    {
        if (!SignedHead.TryDecode(signedHead.Value, out var head) || sequencer is not { } current || standing.IsSuspect || hubs.Local.IsFrozen)
            return;
        var keys = await loader.LoadKeysAsync(options.FederationId, hubs.Local, stopping.Token);
        if (head.Head.Federation != options.FederationId || head.Head.Hub != options.HubId
            || keys.For(head.Head.Key, head.Head.Position) is not { } key || !head.IsSignedBy(key))
            return;
        if (head.Head.Position > current.State.Position)
        {
            LogPeerAhead(options.HubId, peer, head.Head.Position);
            Doubt(Doubts.PeerAhead);
        }
        else if (await proofs.RootAtAsync(hubs.Local, head.Head.Position, stopping.Token) is { } root && root != head.Head.Root && current.State.Proven is { } proven)
        {
            LogForked(options.HubId, peer, head.Head.Position);
            await hubs.FreezeAsync(hubs.Local, proven, head, new(head.Head.Size, root, proven.Head.Size, []), stopping.Token);
        }
    }

    public Task GiveUpOnAsync(string[] members)
    {
        gone.UnionWith(members);
        return Task.CompletedTask;
    }

    public async Task<string?> RecoverFromAsync(string peer)
    {
        var source = new Uri(peer);
        var answer = await peers.HeadAsync(source, options.HubId, stopping.Token);
        if (!answer.IsOk)
            return answer.Refusal.Message;
        if (answer.Value.Head is not { } head)
            return $"Le nœud {peer} ne tient rien du hub « {options.Id} ».";
        // Nobody writes meanwhile, and afterwards only when all members have answered.
        Doubt(Doubts.PeerAhead);
        Taken taken;
        await ownGate.WaitAsync(stopping.Token);
        try
        {
            await own.LoadAsync(stopping.Token);
            taken = await recall.PullBackAsync(own, head, [source, .. recall.Sources(null)], stopping.Token);
            sequencer = null;
        }
        finally
        {
            ownGate.Release();
        }
        return taken switch
        {
            Taken.Good => null,
            Taken.Forked => "Ce que ce nœud tient et ce que l’autre tient sont deux histoires du même hub : « cafeia epoch open » y met fin.",
            _ => $"Le journal de « {options.Id} » n’a pas pu être repris en entier : {own.Follower?.State.Position} sur {head.Head.Position}. Le journal du nœud dit pourquoi.",
        };
    }

    public async Task<EpochReport> OpenEpochAsync(EpochRequest request)
    {
        if (standing.IsSuspect)
            return EpochReport.Refused(standing.Sentence()!);
        // What the loop planned on is of the epoch that ends: the next batch loads.
        sequencer = null;
        var report = await epochs.OpenAsync(hubs.Local, request, stopping.Token);
        if (report.Opened is not null)
        {
            await own.LoadAsync(stopping.Token);
            var state = own.Follower!.State;
            await ownDatabase.AdvanceAsync(state.Position, state.Frontier.Root(), stopping.Token);
            signal.Advance(options.HubId, state.Position);
        }
        return report;
    }

    /// <summary>Nothing was found to doubt: members are asked all the same, beside the writing.</summary>
    private async Task AskBesideAsync()
    {
        try
        {
            var inquiry = recall.Begin(await loader.LoadKeysAsync(options.FederationId, hubs.Local, stopping.Token));
            for (var round = 0; round < RoundsAfterStart && !standing.IsSuspect; round++)
            {
                var waiting = await recall.AskAsync(inquiry, [], stopping.Token);
                if (inquiry.Highest is { } highest && sequencer is { } current && highest.Head.Position > current.State.Position)
                {
                    LogPeerAhead(options.HubId, inquiry.HighestFrom.ToString()!, highest.Head.Position);
                    Doubt(Doubts.PeerAhead);
                }
                if (waiting.Count == 0)
                    return;
                await Task.Delay(AskAgain, time, stopping.Token);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The activation leaves: its successor asks again.
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException or IOException)
        {
            LogUnavailable(e, options.HubId);
        }
    }

    /// <summary>From now on nothing is written until everybody has answered and nothing is missing here.</summary>
    private void Doubt(Doubts doubts)
    {
        var isNew = !standing.IsSuspect;
        standing.Doubt(standing.Doubts | doubts, standing.Waiting, time.GetUtcNow());
        if (!isNew)
            return;
        LogDoubt(options.HubId, doubts);
        asking = RecallAsync(asking);
    }

    private async Task RecallAsync(Task before)
    {
        await before;
        Inquiry? inquiry = null;
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                inquiry ??= recall.Begin(await loader.LoadKeysAsync(options.FederationId, hubs.Local, stopping.Token));
                var waiting = await recall.AskAsync(inquiry, gone, stopping.Token);
                standing.Doubt(standing.Doubts, waiting, time.GetUtcNow());
                await ownGate.WaitAsync(stopping.Token);
                try
                {
                    if (await SettleAsync(inquiry, waiting.Count == 0))
                        return;
                }
                finally
                {
                    ownGate.Release();
                }
                await Task.Delay(AskAgain, time, stopping.Token);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (e is NpgsqlException or TimeoutException or IOException)
            {
                LogUnavailable(e, options.HubId);
                await Task.Delay(AskAgain, time, CancellationToken.None);
            }
        }
    }

    /// <returns>True when there is nothing left to wait for: this hub writes again, or is frozen, or leaves.</returns>
    private async Task<bool> SettleAsync(Inquiry inquiry, bool allAnswered)
    {
        await own.LoadAsync(stopping.Token);
        if (inquiry.Highest is { } highest)
        {
            var taken = highest.Head.Position > own.Follower!.State.Position
                ? await recall.PullBackAsync(own, highest, recall.Sources(inquiry.HighestFrom), stopping.Token)
                : await own.TakeHeadAsync(highest, null, stopping.Token);
            if (taken == Taken.Forked)
            {
                // Writing is refused because the hub is frozen, which only an epoch ends.
                standing.Trust();
                return true;
            }
            if (taken == Taken.Fenced)
            {
                Leave();
                return true;
            }
            // What a head covers and nobody holds any more does not come back.
            if (own.Follower!.State.Position < inquiry.HighestHeld)
                return false;
        }
        if (!allAnswered)
            return false;
        var state = own.Follower!.State;
        await ownDatabase.AdoptAsync(state.Position, state.Frontier.Root(), stopping.Token);
        await LoadAsync(stopping.Token);
        standing.Trust();
        LogTrusted(options.HubId, state.Position);
        return true;
    }

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
                if (await AppendAsync(current, journalBatch, traceParent) == AppendOutcome.Fenced)
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
                signal.Advance(options.HubId, current.State.Position);
                await SendAsync(journalBatch, traceParent);
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
    private async Task<AppendOutcome> AppendAsync(Sequencer current, JournalBatch journalBatch, string? traceParent)
    {
        var checkpoint = journalBatch.After.Size >= checkpointed + CheckpointEvery ? current.State.Digest : null;
        try
        {
            var outcome = await writer.AppendAsync(hubs.Local, journalBatch, traceParent, checkpoint, CancellationToken.None);
            if (checkpoint is not null && outcome == AppendOutcome.Committed)
                checkpointed = journalBatch.After.Size;
            return outcome;
        }
        catch (Exception e) when (e is NpgsqlException and not PostgresException { IsTransient: false } or TimeoutException or IOException)
        {
            LogUnknownOutcome(e, options.HubId, journalBatch.After.Size);
            sequencer = null;
            var end = (await LoadAsync(CancellationToken.None)).State;
            if (end.Position == journalBatch.End && end.Frontier.Root() == journalBatch.RootAfter)
                return AppendOutcome.Committed;
            if (end.Position == journalBatch.Before)
                throw;
            return AppendOutcome.Fenced;
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

    [LoggerMessage(4, LogLevel.Error, "Hub {Hub}: the database may be an old copy ({Doubts}); nothing is written before every member has said what it holds of this hub")]
    private partial void LogDoubt(HubId hub, Doubts doubts);

    [LoggerMessage(5, LogLevel.Warning, "Hub {Hub}: every member has answered and nothing is missing; writing goes on after {Position}")]
    private partial void LogTrusted(HubId hub, Position position);

    [LoggerMessage(6, LogLevel.Error, "Hub {Hub}: {Peer} holds this hub's journal up to {Position}, further than this database")]
    private partial void LogPeerAhead(HubId hub, string peer, Position position);

    [LoggerMessage(7, LogLevel.Error, "Hub {Hub}: {Peer} holds another history of this hub, up to {Position}; nothing more is written before 'cafeia epoch open'")]
    private partial void LogForked(HubId hub, string peer, Position position);
}
