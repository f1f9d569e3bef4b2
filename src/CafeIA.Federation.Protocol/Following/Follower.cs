using System.Runtime.InteropServices;
using CafeIA.Federation.Protocol.Heads;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Protocol.Journal;
using CafeIA.Federation.Protocol.Merkle;
using CafeIA.Federation.Protocol.Segments;

namespace CafeIA.Federation.Protocol.Following;

/// <summary>Follows another hub's journal: believes what the hub's key signs, in order, without a gap, each change once. Pure: no store, no network, no clock.</summary>
/// <remarks>
/// <see cref="Judge"/> looks at a segment and changes nothing. <see cref="Plan"/> makes of a good one the batch to commit; the state then stands
/// as if it were committed: when it is not, throw the follower away and load the state anew.
/// </remarks>
public sealed class Follower(FederationId federation, HubId hub, HubPublicKey key, JournalState state)
{
    public JournalState State => state;

    /// <summary>Seq up to which a verified head says the hub has written.</summary>
    public ulong KnownSize => Math.Max(state.Head?.Head.Size ?? 0, state.Frontier.Size);

    public Verdict Judge(Segment segment)
    {
        ArgumentNullException.ThrowIfNull(segment);
        if (JudgeHead(segment.Head) is { } refused)
            return refused;
        if (!IsRun(segment))
            return new Verdict.Refused(SegmentFault.Malformed);
        if (segment.FirstSeq > state.Frontier.Size + 1)
            return new Verdict.Gap(segment.Head);
        if (segment.LastSeq <= state.Frontier.Size)
            return new Verdict.Duplicate();
        var skip = (int)(state.Frontier.Size + 1 - segment.FirstSeq);
        var frontier = state.Frontier.Clone();
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

    /// <summary>Null when the head is the hub's own and tells no second history.</summary>
    public Verdict? JudgeHead(SignedHead signedHead)
    {
        ArgumentNullException.ThrowIfNull(signedHead);
        var head = signedHead.Head;
        if (head.Federation != federation || head.Hub != hub || head.Epoch != state.Epoch)
            return new Verdict.Refused(SegmentFault.Stranger);
        if (head.Key != key.Id)
            return new Verdict.Refused(SegmentFault.UnknownKey);
        if (!signedHead.IsSignedBy(key))
            return new Verdict.Refused(SegmentFault.BadSignature);
        if (state.Head is { } ours && ours.Head.Size == head.Size && ours.Head.Root != head.Root)
            return new Verdict.Fork(ours, signedHead);
        // What is held was proven to be in a head the hub signed, perhaps of a larger size: another root at the size held is a second history as well.
        if (state.Head is { } proven && head.Size == state.Frontier.Size && head.Root != state.Frontier.Root())
            return new Verdict.Fork(proven, signedHead);
        return null;
    }

    /// <summary>A head that was judged good: from now on the follower knows how far it is behind.</summary>
    public void Learn(SignedHead signedHead)
    {
        ArgumentNullException.ThrowIfNull(signedHead);
        if (signedHead.Head.Size > (state.Head?.Head.Size ?? 0))
            state.Head = signedHead;
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
        if (apply.Segment.FirstSeq + (ulong)apply.Skip != state.Frontier.Size + 1)
            throw new InvalidOperationException($"A verdict is good for the state it was made of: this one does not begin after {state.Position}.");
        var before = state.Position;
        var rootBefore = state.Frontier.Root();
        var frontier = state.Frontier.Clone();
        var changes = new List<JournalChange>(apply.Segment.Changes.Count);
        var subtrees = new List<(Subtree, Hash)>();
        var replaced = new List<(EntryId Entry, Hash? Previous, Hash Leaf)>(apply.Segment.Changes.Count);
        var latest = new Dictionary<EntryId, (ulong Seq, Hash Leaf)>();
        foreach (var change in apply.Segment.Changes.Skip(apply.Skip))
        {
            var entry = change.Header.Entry;
            ref var known = ref CollectionsMarshal.GetValueRefOrAddDefault(latest, entry, out var exists);
            if (!exists && current.TryGetValue(entry, out var committed))
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
            state.Digest.Replace(entry, previous, change.Leaf);
            replaced.Add((entry, previous, change.Leaf));
            known = (change.Header.Position.Seq, change.Leaf);
        }
        var head = apply.Segment.Head;
        if (head.Head.Size == frontier.Size && state.Digest.Digest() != head.Head.StateDigest)
        {
            for (var i = replaced.Count - 1; i >= 0; i--)
                state.Digest.Undo(replaced[i].Entry, replaced[i].Previous, replaced[i].Leaf);
            return (null, SegmentFault.DigestMismatch);
        }
        state.Frontier = frontier;
        Learn(head);
        return (new JournalBatch(before, rootBefore, changes, subtrees, frontier.Clone(), frontier.Root(), head), SegmentFault.None);
    }

    private bool IsRun(Segment segment)
    {
        if (segment.LastSeq > segment.Head.Head.Size)
            return false;
        for (var i = 0; i < segment.Changes.Count; i++)
        {
            var header = segment.Changes[i].Header;
            if (header.Hub != hub || header.Position != new Position(state.Epoch, segment.FirstSeq + (ulong)i))
                return false;
        }
        return true;
    }
}
