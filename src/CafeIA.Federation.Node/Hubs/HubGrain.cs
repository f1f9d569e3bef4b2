using System.Diagnostics;
using System.Security.Cryptography;
using System.Threading.Channels;
using CafeIA.Federation.Node.Exchange;
using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Protocol;
using CafeIA.Federation.Protocol.Heads;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Protocol.Journal;
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
/// in the journal before anything else is planned.
/// </remarks>
[Reentrant, KeepAlive]
internal sealed partial class HubGrain(
    JournalLoader loader,
    JournalWriter writer,
    JournalSignal signal,
    HubRegister hubs,
    HubProgress progress,
    HubSigner signer,
    HubOptions options,
    ISegmentTransport transport,
    HubsTelemetry telemetry,
    TimeProvider time,
    ILogger<HubGrain> logger) : Grain, IHubGrain
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

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        await LoadAsync(cancellationToken);
        loop = RunAsync();
    }

    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        // What waits is still written: the loop ends when the queue is empty.
        leaving = true;
        queue.Writer.TryComplete();
        await loop;
        await sending;
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
        while (batch.Count < Sequencer.MaxBatch && queue.Reader.TryRead(out var waiting))
            batch.Add(waiting);
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
        try
        {
            var current = sequencer ?? await LoadAsync(CancellationToken.None);
            var intents = batch.Select(w => w.Intent).ToArray();
            var preload = await PreloadAsync(intents);
            var planned = current.Sequence(intents, preload.Current, preload.Known, time.GetUtcNow());
            if (planned.Batch is { } journalBatch)
            {
                var traceParent = activity?.Id ?? first;
                if (await AppendAsync(current, journalBatch, traceParent) == AppendOutcome.Fenced)
                {
                    foreach (var waiting in batch)
                        waiting.Answer.TrySetResult(FencedAnswer);
                    return AppendOutcome.Fenced;
                }
                telemetry.Appended(journalBatch.Changes.Count, time.GetElapsedTime(started));
                activity?.SetTag("cafeia.hub", options.Id).SetTag("cafeia.seq", (long)journalBatch.After.Size).SetTag("cafeia.changes", journalBatch.Changes.Count);
                progress.Set(options.HubId, current.State.Position, journalBatch.Head, time.GetUtcNow());
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
            if (end.Position.Seq == journalBatch.After.Size && end.Frontier.Root() == journalBatch.RootAfter)
                return AppendOutcome.Committed;
            if (end.Position == journalBatch.Before)
                throw;
            return AppendOutcome.Fenced;
        }
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
        sequencer = new Sequencer(options.FederationId, options.HubId, signer, state, RandomNumberGenerator.Create());
        progress.Set(options.HubId, state.Position, state.Head, time.GetUtcNow());
        return sequencer;
    }

    private sealed record Waiting(Intent Intent, string? TraceParent)
    {
        public TaskCompletionSource<HubAnswer> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    [LoggerMessage(1, LogLevel.Warning, "Hub {Hub}: another activation writes this journal; this one wrote nothing and leaves")]
    private partial void LogFenced(HubId hub);

    [LoggerMessage(2, LogLevel.Warning, "Hub {Hub}: the outcome of the commit up to seq {Seq} is unknown; looking in the journal")]
    private partial void LogUnknownOutcome(Exception exception, HubId hub, ulong seq);

    [LoggerMessage(3, LogLevel.Error, "Hub {Hub}: the database is not available; the commands that waited were told so")]
    private partial void LogUnavailable(Exception exception, HubId hub);
}
