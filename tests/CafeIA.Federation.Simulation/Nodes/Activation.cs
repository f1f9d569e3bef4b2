using CafeIA.Federation.Protocol;
using CafeIA.Federation.Protocol.Heads;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Protocol.Journal;
using CafeIA.Federation.Protocol.Recovery;
using CafeIA.Federation.Protocol.Segments;
using CafeIA.Federation.Protocol.Sequencing;
using CafeIA.Federation.Simulation.Store;
using CafeIA.Federation.Simulation.World;

namespace CafeIA.Federation.Simulation.Nodes;

/// <summary>One activation of the product's HubGrain: two may live for a while, and the fence decides.</summary>
internal sealed class Activation(SimNode node, OwnHub own, int number)
{
    /// <summary>Commands waiting; more are told that the hub is busy.</summary>
    public const int MaxWaiting = 12;

    /// <summary>Changes in one batch, fewer than the product's so that there are more batches.</summary>
    private const int MaxBatch = 4;

    private readonly Queue<Waiting> queue = new();
    private Sequencer? sequencer;
    private bool isScheduled;

    public bool HasLeft { get; private set; }

    public void Submit(Waiting waiting)
    {
        if (HasLeft || queue.Count >= MaxWaiting)
        {
            waiting.Reply(Answer.Later(HasLeft ? "fenced" : "busy"));
            return;
        }
        queue.Enqueue(waiting);
        node.Universe.Referee.Queued(node, "commands", queue.Count);
        Schedule();
    }

    /// <summary>What waits is told to come again.</summary>
    public void Leave(string reason)
    {
        HasLeft = true;
        while (queue.TryDequeue(out var waiting))
            waiting.Reply(Answer.Later(reason));
    }

    /// <summary>Passes to another key; false when another activation was faster.</summary>
    public bool Rotate()
    {
        var current = sequencer ??= Load();
        var successor = Keys.Of(node.Index, node.KeysMade++);
        var batch = current.Rotate(successor, (uint)node.Store.Tables.Of(node.Id).Rotations.Count + 1, node.Clock);
        return Write(batch) == AppendOutcome.Committed;
    }

    private void Schedule()
    {
        if (isScheduled || HasLeft)
            return;
        isScheduled = true;
        node.After(1 + node.Chance.Below(10), () =>
        {
            isScheduled = false;
            Run();
        });
    }

    private void Run()
    {
        if (HasLeft)
            return;
        var batch = new List<Waiting>();
        while (batch.Count < MaxBatch && queue.TryDequeue(out var waiting))
        {
            // The journal may have lost its erasure with a disk; the list has not.
            if (node.Erased.Contains(node.Id, waiting.Intent.Entry) && !node.Store.Tables.Of(node.Id).Current.ContainsKey(waiting.Intent.Entry))
                waiting.Reply(new(AnswerKind.Refused, default, "entry-erased"));
            else
                batch.Add(waiting);
        }
        if (batch.Count > 0)
            WriteBatch(batch);
        if (queue.Count > 0)
            Schedule();
    }

    private void WriteBatch(List<Waiting> batch)
    {
        SequencedBatch planned;
        try
        {
            var current = sequencer ??= Load();
            var intents = batch.Select(w => w.Intent).ToArray();
            planned = current.Sequence(
                intents,
                node.Store.Current(node.Id, intents.Select(i => i.Entry)),
                node.Store.Known(node.Id, intents.Select(i => i.Command)),
                node.Clock);
            if (planned.Batch is { } journalBatch && Write(journalBatch) == AppendOutcome.Fenced)
            {
                batch.ForEach(w => w.Reply(Answer.Later("fenced")));
                return;
            }
        }
        catch (StoreUnavailableException)
        {
            // Whatever failed, nobody is left waiting. The plan stands on a state that may not be the journal's.
            sequencer = null;
            batch.ForEach(w => w.Reply(Answer.Later("unavailable")));
            return;
        }
        for (var i = 0; i < batch.Count; i++)
            batch[i].Reply(ToAnswer(planned.Outcomes[i]));
    }

    private AppendOutcome Write(JournalBatch batch)
    {
        if (Append(batch) == AppendOutcome.Fenced)
        {
            node.Universe.Trace.Note($"{node} activation {number} is fenced at {batch.Before}");
            Leave("fenced");
            own.Left(this);
            return AppendOutcome.Fenced;
        }
        node.Universe.Trace.Note($"{node} activation {number} commits {batch.Before} to {batch.End}");
        node.Erased.Add([.. batch.Changes.Where(c => c.Change.Header.Op == ChangeOp.Erase).Select(c => (node.Id, c.Change.Header.Entry))]);
        node.Mark.Write(new HighWater(node.Store.Identity, batch.End, batch.RootAfter));
        Send(batch);
        return AppendOutcome.Committed;
    }

    /// <summary>Commits; when the connection broke in the commit, looks in the journal whether it took place.</summary>
    private AppendOutcome Append(JournalBatch batch)
    {
        try
        {
            return node.Store.Append(node.Id, batch, isOwn: true);
        }
        catch (StoreUnavailableException)
        {
            sequencer = null;
            var table = node.Store.Tables.Of(node.Id);
            if (table.End == batch.End && table.Root == batch.RootAfter)
                return AppendOutcome.Committed;
            if (table.End == batch.Before)
                throw;
            return AppendOutcome.Fenced;
        }
    }

    /// <summary>What this hub erased and a restore brought back is erased again before anything else is written: the list beside the database remembers, and nobody else may.</summary>
    public void EraseAgain()
    {
        var table = node.Store.Tables.Of(node.Id);
        var back = table.Current.Values.Where(c => c.Op != ChangeOp.Erase && node.Erased.Contains(node.Id, c.Entry)).OrderBy(c => c.Position).ToArray();
        if (back.Length == 0)
            return;
        var current = sequencer ??= Load();
        var intents = back.Select(c => new Intent(c.Entry, false, c.Kind, ChangeOp.Erase, null)).ToArray();
        if (current.Sequence(intents, table.Current, new Dictionary<CommandId, KnownCommand>(), node.Clock).Batch is { } batch)
            Write(batch);
    }

    private void Send(JournalBatch batch)
    {
        var changes = batch.Changes.Select(c => c.Change).ToArray();
        var segment = new Segment(batch.Head, batch.Before.Epoch == batch.Epoch ? batch.Before.Seq + 1 : 1, changes, [], null);
        own.Cast(() => SegmentCodec.Encode(segment));
        own.Announce(batch.Head);
    }

    /// <summary>The signer is the key that the journal says is in use, whatever newer one lies in the folder.</summary>
    private Sequencer Load()
    {
        var table = node.Store.Tables.Of(node.Id);
        var ring = node.KeysOf(node.Id);
        var signer = Enumerable.Range(0, node.KeysMade).Select(n => Keys.Of(node.Index, n)).First(k => k.PublicKey.Id == ring.Current.Id);
        return new(Universe.Federation, node.Id, signer, table.Load(), new Salts(node.Chance));
    }

    private static Answer ToAnswer(Result<Sequenced> outcome) => outcome.IsOk
        ? new(AnswerKind.Acknowledged, outcome.Value.Position, outcome.Value.Repeated ? "repeated" : "written")
        : new(AnswerKind.Refused, default, outcome.Refusal.Code);
}
