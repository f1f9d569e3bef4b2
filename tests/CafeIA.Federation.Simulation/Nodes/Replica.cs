using CafeIA.Federation.Node.Hubs;
using CafeIA.Federation.Protocol.Following;
using CafeIA.Federation.Protocol.Heads;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Protocol.Journal;
using CafeIA.Federation.Protocol.Segments;
using CafeIA.Federation.Simulation.Store;

namespace CafeIA.Federation.Simulation.Nodes;

/// <summary>Follows one hub as the product's ReplicaGrain does; in a hub that doubts its database, it brings the hub's own changes back.</summary>
internal sealed class Replica(SimNode node, SimNode hub)
{
    /// <summary>Messages of the lane that wait.</summary>
    public const int InboxSize = 8;

    private const int LaneSilence = 5_000;
    private const int Pause = 250;
    private const int MaxPause = 5_000;

    private readonly Queue<byte[]> inbox = new();
    private readonly PullSources sources = new(node, hub);
    private Follower? follower;
    private bool isDraining;
    private bool isPulling;
    private bool isPaused;
    private bool isStopped;
    private bool wantsWhole;
    private ulong counter;
    private long laneHeard = -LaneSilence;
    private int failures;

    public HubId Hub => hub.Id;

    public int Waiting => inbox.Count;

    /// <summary>It knows of changes it does not hold.</summary>
    public bool IsBehind => follower is null || follower.IsBehind;

    /// <summary>The highest head of the hub it has seen, those that prove a fork among them.</summary>
    public SignedHead? Known => new[] { follower?.Known, Table.Fork?.Ours, Table.Fork?.Theirs }.OfType<SignedHead>().MaxBy(h => h.Head.Position);

    /// <summary>The newest head it believes is of the epoch that stands here.</summary>
    public bool IsOfItsEpoch => follower?.State is not { Head: { } head } state || head.Head.Epoch == state.Epoch;

    private JournalTable Table => node.Store.Tables.Of(hub.Id);

    public void Start()
    {
        Load();
        Poll();
    }

    public void Stop() => isStopped = true;

    public void Receive(byte[] bytes)
    {
        if (inbox.Count >= InboxSize)
            Pull();
        else
            inbox.Enqueue(bytes);
        node.Universe.Referee.Queued(node, "inbox", inbox.Count);
        if (isDraining)
            return;
        isDraining = true;
        node.After(node.Chance.Below(4), Drain);
    }

    /// <summary>A peer showed its head of the hub.</summary>
    public void Shown(SimNode peer, SignedHead head, bool isKnown)
    {
        if (!isKnown)
            Hint(peer, head);
        Mend(peer);
    }

    /// <summary>A head that some peer showed.</summary>
    public void Hint(SimNode peer, SignedHead head)
    {
        if (follower is null || isStopped)
            return;
        var verdict = follower.JudgeHead(head);
        if (verdict is Verdict.Refused { Fault: SegmentFault.UnknownKey or SegmentFault.RetiredKey })
            AskKeys(peer);
        else if (verdict is Verdict.Fork fork)
            Freeze(fork);
        else if (verdict is null or Verdict.NewEpoch && !Contradicts(peer, head))
        {
            sources.Prefer(peer);
            Learn(head);
        }
    }

    /// <summary>A verified head of the epoch that stands here tells another history: seen at once where it is no longer than ours, else by asking for the proof.</summary>
    private bool Contradicts(SimNode? peer, SignedHead head)
    {
        if (follower is null || head.Head.Epoch != follower.State.Epoch || Table.Fork is not null)
            return false;
        if (head.Head.Size <= Table.Size)
        {
            if (follower.JudgePast(head, Table.RootAt(head.Head.Size)) is not { } past)
                return false;
            Freeze(past);
            return true;
        }
        return false;
    }

    private void AskHistory(SimNode peer)
    {
        if (follower is null || follower.State.Position.Seq == 0)
            return;
        var at = follower.State.Position;
        node.Universe.Network.Ask(node, peer, n => n.Adversary is { } a ? a.History(hub.Id, at) : Serving.History(n, hub.Id, at), answer =>
        {
            if (answer is not null && follower is not null && !isStopped && follower.State.Position == at
                && follower.JudgeHistory(answer.Head, answer.Root, answer.Proof) is { } fork)
                Freeze(fork);
        });
    }

    /// <summary>A peer tells its history's root where both hold it, with the proof from there to its head.</summary>
    public void Prove(HistoryAnswer answer, Position at)
    {
        if (follower is not null && !isStopped && at.Epoch == Table.Epoch && at.Seq <= Table.Size
            && follower.JudgeHistory(answer.Head, at.Seq, Table.RootAt(at.Seq), answer.Root, answer.Proof) is { } fork)
            Freeze(fork);
    }

    /// <summary>Bodies that no source had, or that came changed from all, are wanted until a peer has the bytes the header commits to.</summary>
    public void Mend(SimNode peer)
    {
        foreach (var position in Table.Current.Values.Where(c => c.Op == ChangeOp.Put && Table.Row(c.Position).Body is null && !node.Erased.Contains(hub.Id, c.Entry)).Select(c => c.Position).ToArray())
        {
            node.Universe.Network.Ask(node, peer, n => n.Adversary is { } a ? a.One(hub.Id, position) : Serving.One(n, hub.Id, position), change =>
            {
                if (change is { Body: not null } && !isStopped && change.BodyMatches && position.Epoch == Table.Epoch && position.Seq <= Table.Size
                    && Table.Row(position) is { Body: null } row && row.Leaf == change.Leaf && !node.Erased.Contains(hub.Id, change.Header.Entry))
                    node.Store.Commit(tables => tables.Of(hub.Id).Row(position).Restore(change));
            });
        }
    }

    private void AskKeys(SimNode peer) =>
        node.Universe.Network.Ask(node, peer, n => n.Adversary is { } a ? a.Keys(hub.Id) : Serving.Head(n, hub.Id), answer =>
        {
            if (answer is null || follower is null || isStopped)
                return;
            foreach (var rotation in answer.Rotations)
                follower.Keys.TryExtend(rotation);
        });

    private void Freeze(Verdict.Fork fork)
    {
        if (Table.Fork is not null)
            return;
        node.Universe.Trace.Note($"{node} freezes {hub} at {Table.End}: {fork.Ours.Head.Position} against {fork.Theirs.Head.Position}");
        node.Store.Commit(tables => tables.Of(hub.Id).Fork = (fork.Ours, fork.Theirs));
        if (hub == node)
            node.Own.Froze();
    }

    private void Drain()
    {
        isDraining = false;
        var run = new LaneRun();
        while (inbox.TryDequeue(out var bytes))
        {
            if (Announcement.TryDecode(bytes, out var announcement))
                TakeAnnouncement(bytes, announcement);
            else if (!SegmentCodec.TryDecode(bytes, out var segment))
                Refuse(SegmentFault.Malformed, null);
            else if (!run.TryAdd(segment))
            {
                TakeRun(run);
                run = new();
                run.TryAdd(segment);
            }
        }
        TakeRun(run);
    }

    private void TakeRun(LaneRun run)
    {
        if (run.Segments.Count == 0 || Take(run.Joined(), null) || run.Segments.Count == 1)
            return;
        foreach (var segment in run.Segments)
            Take(segment, null);
    }

    private void TakeAnnouncement(byte[] bytes, Announcement announcement)
    {
        if (follower is null)
            return;
        var verdict = follower.JudgeHead(announcement.Head);
        if (verdict is Verdict.Refused refused)
            Refuse(refused.Fault, null);
        else if (!follower.Keys.IsAnnouncedBy(bytes, announcement.Head))
            Refuse(SegmentFault.BadSignature, null);
        else if (verdict is Verdict.Fork fork)
            Freeze(fork);
        else if (announcement.Counter > counter)
        {
            counter = announcement.Counter;
            laneHeard = node.Universe.Scheduler.Now;
            if (!Contradicts(null, announcement.Head))
                Learn(announcement.Head);
        }
    }

    /// <summary>Asks again and again: at once while behind, by and by while the lane is silent.</summary>
    private void Poll()
    {
        if (isStopped)
            return;
        if (IsBehind || node.Universe.Scheduler.Now - laneHeard >= LaneSilence)
            Pull();
        node.After(LaneSilence + node.Chance.Below(500), Poll);
    }

    private void Pull()
    {
        if (isPulling || isPaused || isStopped)
            return;
        if (follower is null)
            Load();
        isPulling = true;
        var source = sources.Next();
        var after = follower!.PullAfter;
        var limit = wantsWhole ? Segment.MaxChanges : node.Universe.Scenario.SegmentChanges;
        node.Universe.Network.Ask(node, source, n => n.Adversary is { } a ? a.Segment(node, hub.Id, after, limit) : Serving.Segment(n, hub.Id, after, limit), answer =>
        {
            isPulling = false;
            if (isStopped)
                return;
            var wasBehind = IsBehind;
            var isGood = answer is not null && TakeAnswer(source, answer, wasBehind);
            failures = isGood ? 0 : failures + 1;
            if (isGood)
                sources.Good();
            else
                sources.Failed(source);
            if (!IsBehind && isGood)
                return;
            isPaused = true;
            node.After(isGood ? 0 : Math.Min(MaxPause, Pause * failures), () =>
            {
                isPaused = false;
                if (IsBehind || failures > 0)
                    Pull();
            });
        });
    }

    private bool TakeAnswer(SimNode source, byte[] answer, bool wasBehind)
    {
        if (answer.Length == 0)
            return !wasBehind;
        if (SegmentCodec.TryDecode(answer, out var segment))
        {
            // An epoch is taken over whole, which in the product is a snapshot.
            wantsWhole = follower?.IsPartOfOpening(segment) == true;
            return wantsWhole || Take(segment, source);
        }
        Refuse(SegmentFault.Malformed, source);
        return false;
    }

    /// <returns>True when the segment was good, whether or not it brought anything new.</returns>
    private bool Take(Segment segment, SimNode? source)
    {
        if (follower is null || isStopped)
            return false;
        var verdict = follower.Judge(segment);
        // A hub that showed two histories stands still until it opens another epoch.
        if (Table.Fork is not null && verdict is not Verdict.NewEpoch && !(verdict is Verdict.Apply next && next.Segment.Head.Head.Epoch > Table.Epoch))
            return false;
        switch (verdict)
        {
            case Verdict.Apply apply:
                if (!Apply(apply))
                    return false;
                break;
            case Verdict.Refused { Fault: SegmentFault.BodyMismatch } when source is not null && sources.AllFailed:
                // No source has the bytes the author signed: the journal goes on without them, and the entry stays hidden.
                if (follower.Judge(segment.WithoutBadBodies()) is not Verdict.Apply stripped || !Apply(stripped))
                    return false;
                break;
            case Verdict.Refused refused:
                Refuse(refused.Fault, source);
                if (source is not null && refused.Fault is SegmentFault.UnknownKey or SegmentFault.RetiredKey)
                    AskKeys(source!);
                if (source is not null && refused.Fault == SegmentFault.RootMismatch)
                    AskHistory(source);
                return false;
            case Verdict.Fork fork:
                Freeze(fork);
                return false;
            case Verdict.Gap or Verdict.NewEpoch:
                if (!Contradicts(source, segment.Head))
                    Learn(segment.Head);
                break;
            case Verdict.Duplicate when Contradicts(source, segment.Head):
                return false;
        }
        if (source is null)
            laneHeard = node.Universe.Scheduler.Now;
        return true;
    }

    private bool Apply(Verdict.Apply apply)
    {
        var changes = apply.Segment.Changes.Skip(apply.Skip).ToArray();
        var current = node.Store.Current(hub.Id, changes.Select(c => c.Header.Entry));
        var (batch, fault) = follower!.Plan(apply, current);
        if (batch is null)
        {
            Refuse(fault, null);
            return false;
        }
        // What was erased here before a restore comes back with its body from nobody.
        var erased = changes.Select(c => c.Header.Entry).Where(e => node.Erased.Contains(hub.Id, e)).ToArray();
        try
        {
            var outcome = node.Store.Append(hub.Id, batch, isOwn: false, tables =>
            {
                foreach (var entry in erased)
                    tables.Of(hub.Id).Purge(entry);
            });
            if (outcome == AppendOutcome.Fenced)
            {
                node.Universe.Trace.Note($"{node} replica of {hub} is fenced at {batch.Before}");
                Load();
                return false;
            }
        }
        catch (StoreUnavailableException)
        {
            follower = null;
            node.After(Pause, () =>
            {
                Pull();
                // It may have been committed all the same.
                if (hub == node && !isStopped)
                    node.Own.CameBack();
            });
            return false;
        }
        node.Universe.Trace.Note($"{node} applies {hub} {batch.Before} to {batch.End}");
        node.Erased.Add([.. changes.Where(c => c.Header.Op == ChangeOp.Erase).Select(c => (hub.Id, c.Header.Entry))]);
        if (hub == node)
            node.Own.CameBack();
        return true;
    }

    private void Learn(SignedHead head)
    {
        follower!.Learn(head);
        if (follower.IsBehind)
            Pull();
    }

    private void Refuse(SegmentFault fault, SimNode? source) =>
        node.Universe.Trace.Note($"{node} refuses {fault} of {hub} from {source?.ToString() ?? "the lane"}");

    private void Load() => follower = new Follower(World.Universe.Federation, hub.Id, node.KeysOf(hub.Id), Table.Load());
}
