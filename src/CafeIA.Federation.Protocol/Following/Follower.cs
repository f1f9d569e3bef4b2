using System.Runtime.InteropServices;
using CafeIA.Federation.Protocol.Heads;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Protocol.Journal;
using CafeIA.Federation.Protocol.Merkle;
using CafeIA.Federation.Protocol.Segments;

namespace CafeIA.Federation.Protocol.Following;

/// <summary>Follows a hub's journal: believes what the hub's keys sign, in order, without a gap, each change once. Pure: no store, no network, no clock.</summary>
/// <remarks>
/// <see cref="Judge"/> looks at a segment and changes nothing but the ring of keys, which a rotation that proves itself extends. <see cref="Plan"/> makes
/// of a good one the batch to commit; the state then stands as if it were committed: when it is not, throw the follower away and load the state anew.
/// </remarks>
public sealed class Follower(FederationId federation, HubId hub, KeyRing keys, JournalState state)
{
    private JournalState state = state;
    private SignedHead? later;

    public Follower(FederationId federation, HubId hub, HubPublicKey key, JournalState state)
        : this(federation, hub, new KeyRing(federation, hub, key), state)
    {
    }

    public KeyRing Keys => keys;

    public JournalState State => state;

    /// <summary>Seq up to which a verified head says the hub has written, in the newest epoch that is known.</summary>
    public ulong KnownSize => later?.Head.Size ?? Math.Max(state.Head?.Head.Size ?? 0, state.Frontier.Size);

    /// <summary>The newest verified head, whether or not what it covers is held; null before the first.</summary>
    public SignedHead? Known => later ?? state.Head;

    /// <summary>A verified head speaks of changes that are not held.</summary>
    public bool IsBehind => later is not null || KnownSize > state.Frontier.Size;

    /// <summary>After which change to pull: the end of what is held, or the beginning of an epoch that is known to be open.</summary>
    public Position PullAfter => later is null ? state.Position : new(later.Head.Epoch, 0);

    public Verdict Judge(Segment segment)
    {
        ArgumentNullException.ThrowIfNull(segment);
        foreach (var change in segment.Changes)
        {
            if (change.Header.Kind == EntryKind.Control)
                TakeRotation(change);
        }
        var first = JudgeHead(segment.Head);
        if (first is Verdict.NewEpoch)
            return JudgeOpening(segment);
        return first ?? JudgeChanges(segment, state.Frontier);
    }

    /// <summary>Null when the head is the hub's own, of this epoch, and tells no second history.</summary>
    public Verdict? JudgeHead(SignedHead signedHead)
    {
        ArgumentNullException.ThrowIfNull(signedHead);
        ForgetRetired();
        var head = signedHead.Head;
        if (head.Federation != federation || head.Hub != hub)
            return new Verdict.Refused(SegmentFault.Stranger);
        if (keys.RevokedAfter is { } bound && head.Position > bound)
            return new Verdict.Refused(SegmentFault.Revoked);
        if (keys.For(head.Key, head.Position) is not { } key)
            return new Verdict.Refused(keys.Knows(head.Key) ? SegmentFault.RetiredKey : SegmentFault.UnknownKey);
        if (!signedHead.IsSignedBy(key))
            return new Verdict.Refused(SegmentFault.BadSignature);
        if (head.Epoch > state.Epoch)
            return new Verdict.NewEpoch(signedHead);
        if (head.Epoch < state.Epoch)
            return new Verdict.Refused(SegmentFault.PastEpoch);
        if (state.Head is { } ours && ours.Head.Size == head.Size && ours.Head.Root != head.Root)
            return new Verdict.Fork(ours, signedHead);
        // What is held was proven to be in a head the hub signed, perhaps of a larger size: another root at the size held is a second history as well.
        return state.Proven is { } proven && head.Size == state.Frontier.Size && head.Root != state.Frontier.Root()
            ? new Verdict.Fork(proven, signedHead)
            : null;
    }

    /// <summary>Whether a head that was judged good tells another history than the one held here, given the root of its history at the size held.</summary>
    /// <param name="theirs">A head of this epoch.</param>
    /// <param name="rootAtHeld">What its sender says its root was at the size held here.</param>
    /// <param name="proof">Consistency proof from there to the head (RFC 9162, section 2.1.4): it makes the sender's word the hub's.</param>
    /// <returns>Null when nothing is proven: then the sender is at fault, or both histories are one.</returns>
    public Verdict.Fork? JudgeHistory(SignedHead theirs, Hash rootAtHeld, IReadOnlyList<Hash> proof) =>
        JudgeHistory(theirs, state.Frontier.Size, state.Frontier.Root(), rootAtHeld, proof);

    /// <summary>The same by the roots at a smaller size: its sender may hold less of what its head covers than is held here.</summary>
    /// <param name="theirs">A head of this epoch.</param>
    /// <param name="size">No more than is held here.</param>
    /// <param name="ourRoot">The root of the journal held here at that size.</param>
    /// <param name="theirRoot">What its sender says its root was at that size.</param>
    /// <param name="proof">Consistency proof from there to the head.</param>
    public Verdict.Fork? JudgeHistory(SignedHead theirs, ulong size, Hash ourRoot, Hash theirRoot, IReadOnlyList<Hash> proof)
    {
        ArgumentNullException.ThrowIfNull(theirs);
        ArgumentNullException.ThrowIfNull(proof);
        return state.Proven is { } proven && theirs.Head.Epoch == state.Epoch && JudgeHead(theirs) is null
            && theirRoot != ourRoot
            && Proof.VerifyConsistency(size, theirRoot, theirs.Head.Size, theirs.Head.Root, [.. proof])
                ? new Verdict.Fork(proven, theirs)
                : null;
    }

    /// <summary>Whether a head that was judged good, of a smaller size than what is held, tells another history.</summary>
    /// <param name="theirs">A head of this epoch.</param>
    /// <param name="rootThere">The root of the journal held here at that head's size.</param>
    public Verdict.Fork? JudgePast(SignedHead theirs, Hash rootThere)
    {
        ArgumentNullException.ThrowIfNull(theirs);
        return state.Proven is { } proven && theirs.Head.Epoch == state.Epoch && theirs.Head.Size <= state.Frontier.Size && JudgeHead(theirs) is null && theirs.Head.Root != rootThere
            ? new Verdict.Fork(proven, theirs)
            : null;
    }

    /// <summary>A head that was judged good, or of a new epoch: from now on the follower knows how far it is behind.</summary>
    public void Learn(SignedHead signedHead)
    {
        ArgumentNullException.ThrowIfNull(signedHead);
        if (signedHead.Head.Epoch > state.Epoch)
        {
            if (later is null || signedHead.Head.Position > later.Head.Position)
                later = signedHead;
        }
        else if (signedHead.Head.Epoch == state.Epoch && signedHead.Head.Size > (state.Head?.Head.Size ?? 0))
        {
            state.Head = signedHead;
        }
    }

    /// <summary>Makes the batch of a segment that was judged <see cref="Verdict.Apply"/>.</summary>
    /// <param name="apply">The verdict, of this state.</param>
    /// <param name="current">Current changes of the entries in it, as committed.</param>
    /// <exception cref="InvalidOperationException">The journal has moved since the verdict.</exception>
    /// <returns>The batch, or the fault when the state it leads to is not the one the head signs; the state is then as before.</returns>
    public (JournalBatch? Batch, SegmentFault Fault) Plan(Verdict.Apply apply, IReadOnlyDictionary<EntryId, CurrentChange> current)
    {
        ArgumentNullException.ThrowIfNull(apply);
        ArgumentNullException.ThrowIfNull(current);
        var before = state.Position;
        var rootBefore = state.Frontier.Root();
        var head = apply.Segment.Head;
        var epoch = head.Head.Epoch;
        var next = epoch == state.Epoch ? state : new JournalState(epoch, new Frontier(), new StateDigest(), null, ReadOpening(apply.Segment));
        if (apply.Segment.FirstSeq + (ulong)apply.Skip != next.Frontier.Size + 1)
            throw new InvalidOperationException($"A verdict is good for the state it was made of: this one does not begin after {state.Position}.");
        var frontier = next.Frontier.Clone();
        var changes = new List<JournalChange>(apply.Segment.Changes.Count);
        var subtrees = new List<(Subtree, Hash)>();
        var replaced = new List<(EntryId Entry, Hash? Previous, Hash Leaf)>(apply.Segment.Changes.Count);
        var latest = new Dictionary<EntryId, (ulong Seq, Hash Leaf)>();
        foreach (var change in apply.Segment.Changes.Skip(apply.Skip))
        {
            var entry = change.Header.Entry;
            ref var known = ref CollectionsMarshal.GetValueRefOrAddDefault(latest, entry, out var exists);
            if (!exists && current.TryGetValue(entry, out var committed) && committed.Position.Epoch == epoch)
            {
                known = (committed.Position.Seq, committed.Leaf);
                exists = true;
            }
            Hash? previous = exists ? known.Leaf : null;
            changes.Add(new(change, exists ? known.Seq : 0));
            frontier.Append(change.Leaf, (subtree, hash) =>
            {
                if (subtree.Level > 0)
                    subtrees.Add((subtree, hash));
            });
            next.Digest.Replace(entry, previous, change.Leaf);
            replaced.Add((entry, previous, change.Leaf));
            known = (change.Header.Position.Seq, change.Leaf);
        }
        if (head.Head.Size == frontier.Size && next.Digest.Digest() != head.Head.StateDigest)
        {
            for (var i = replaced.Count - 1; i >= 0; i--)
                next.Digest.Undo(replaced[i].Entry, replaced[i].Previous, replaced[i].Leaf);
            return (null, SegmentFault.DigestMismatch);
        }
        var endsOpening = next.Opening is { } opening && next.Frontier.Size < opening.End && frontier.Size >= opening.End;
        next.Frontier = frontier;
        state = next;
        state.Proven = head;
        Learn(head);
        if (later is not null && later.Head.Epoch <= epoch)
        {
            var known = later;
            later = null;
            Learn(known);
        }
        JournalChange.DropErasedBodies(changes);
        return (new JournalBatch(before, rootBefore, epoch, changes, subtrees, frontier.Clone(), frontier.Root(), head, apply.Segment.Proof, endsOpening), SegmentFault.None);
    }

    /// <summary>The first segment of an epoch is good when it begins with the change that opens it and holds all that it takes over; any other only tells that there is one.</summary>
    private Verdict JudgeOpening(Segment segment)
    {
        if (segment.FirstSeq != 1 || segment.Changes.Count == 0)
            return new Verdict.NewEpoch(segment.Head);
        if (ReadOpening(segment) is not { } opening)
            return new Verdict.Refused(SegmentFault.BadOpening);
        // Whole or not at all: who held a part would hold neither the epoch before nor this one, should its author lose the rest.
        return segment.LastSeq < opening.End ? new Verdict.NewEpoch(segment.Head) : JudgeChanges(segment, new Frontier());
    }

    /// <summary>The segment begins an epoch that is not held, and does not hold all that the epoch takes over: the whole is to be had as a snapshot.</summary>
    public bool IsPartOfOpening(Segment segment)
    {
        ArgumentNullException.ThrowIfNull(segment);
        return segment.Head.Head.Epoch > state.Epoch && segment.FirstSeq == 1 && segment.Changes.Count > 0 && ReadOpening(segment) is { } opening && segment.LastSeq < opening.End;
    }

    private Verdict JudgeChanges(Segment segment, Frontier held)
    {
        if (!IsRun(segment))
            return new Verdict.Refused(SegmentFault.Malformed);
        if (segment.FirstSeq > held.Size + 1)
            return new Verdict.Gap(segment.Head);
        if (segment.LastSeq <= held.Size)
            return new Verdict.Duplicate();
        var skip = (int)(held.Size + 1 - segment.FirstSeq);
        var frontier = held.Clone();
        foreach (var change in segment.Changes.Skip(skip))
        {
            // A missing body is no fault: it may be superseded or erased, and a peer may still supply it.
            if (change.Body is not null && !change.BodyMatches)
                return new Verdict.Refused(SegmentFault.BodyMismatch);
            frontier.Append(change.Leaf);
        }
        var head = segment.Head.Head;
        var proof = segment.Proof is Hash[] array ? array : [.. segment.Proof];
        return Proof.VerifyConsistency(segment.LastSeq, frontier.Root(), head.Size, head.Root, proof)
            ? new Verdict.Apply(segment, skip)
            : new Verdict.Refused(SegmentFault.RootMismatch);
    }

    private EpochOpening? ReadOpening(Segment segment)
    {
        var change = segment.Changes[0];
        var epoch = segment.Head.Head.Epoch;
        return change.Header.Op == ChangeOp.Control && change.Header.Entry == ControlEntry.Epoch(hub, epoch)
            && change.Body is { } body && change.BodyMatches && EpochOpening.TryReadBody(body) is { } opening && opening.Number == epoch
                ? opening
                : null;
    }

    /// <summary>A head that was believed before its key was known to be retired is no word of the hub's: it neither tells how far the journal goes nor proves a fork.</summary>
    private void ForgetRetired()
    {
        if (state.Proven is { } proven && !MaySign(proven))
            state.Proven = null;
        if (state.Head is { } head && !MaySign(head))
            state.Head = state.Proven;
        if (later is not null && !MaySign(later))
            later = null;
    }

    private bool MaySign(SignedHead head) => keys.For(head.Head.Key, head.Head.Position) is not null;

    private void TakeRotation(Change change)
    {
        if (change.Body is { } body && KeyRotation.TryReadBody(body) is { } rotation)
            keys.TryExtend(rotation);
    }

    private bool IsRun(Segment segment)
    {
        var epoch = segment.Head.Head.Epoch;
        if (segment.LastSeq > segment.Head.Head.Size)
            return false;
        for (var i = 0; i < segment.Changes.Count; i++)
        {
            var header = segment.Changes[i].Header;
            if (header.Hub != hub || header.Position != new Position(epoch, segment.FirstSeq + (ulong)i))
                return false;
        }
        return true;
    }
}
