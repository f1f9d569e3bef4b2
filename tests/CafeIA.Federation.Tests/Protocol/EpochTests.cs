using System.Security.Cryptography;
using CafeIA.Federation.Protocol.Following;
using CafeIA.Federation.Protocol.Heads;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Protocol.Journal;
using CafeIA.Federation.Protocol.Merkle;
using CafeIA.Federation.Protocol.Recovery;
using CafeIA.Federation.Protocol.Segments;
using CafeIA.Federation.Protocol.Sequencing;
using Hash = CafeIA.Federation.Protocol.Hash;

namespace CafeIA.Federation.Tests.Protocol;

/// <summary>Two histories of one hub: proven, and ended by an epoch that takes over what both hold.</summary>
public sealed class EpochTests
{
    [Fact]
    public void A_follower_of_either_history_takes_the_epoch_that_ends_both()
    {
        var (ours, theirs) = Forked();
        var (batch, state) = Open(ours, theirs);
        foreach (var history in new[] { ours, theirs })
        {
            var replica = new Replica();
            Assert.IsType<Verdict.Apply>(replica.Deliver(history.Cut(1, history.Size)));
            var told = Assert.IsType<Verdict.NewEpoch>(replica.Follower.JudgeHead(batch.Head));
            replica.Follower.Learn(told.Head);
            Assert.True(replica.Follower.IsBehind);
            Assert.Equal(new Position(2, 0), replica.Follower.PullAfter);
            Assert.IsType<Verdict.Apply>(replica.Deliver(Cut(batch, batch.Changes.Count)[0]));
            Assert.False(replica.Follower.IsBehind);
            Assert.Equal(state.Position, replica.State.Position);
            Assert.Equal(Replica.Summarize(state), replica.Summary);
            Assert.Equal(SegmentFault.PastEpoch, Assert.IsType<Verdict.Refused>(replica.Deliver(history.Cut(1, history.Size))).Fault);
        }
    }

    [Fact]
    public void What_is_taken_over_keeps_its_words_and_its_commitment()
    {
        var (ours, theirs) = Forked();
        var (batch, _) = Open(ours, theirs);
        Assert.Equal(EpochOpening.TryReadBody(batch.Changes[0].Change.Body!.Value)!.Entries, (ulong)batch.Changes.Count - 1);
        Assert.All(batch.Changes, c => Assert.True(c.Change.BodyMatches));
        Assert.True(batch.EndsOpening);
        Assert.Equal((ours.State.Position, ours.State.Frontier.Root()), (batch.Before, batch.RootBefore));
    }

    [Fact]
    public void A_segment_from_the_middle_of_an_epoch_only_tells_that_there_is_one()
    {
        var (ours, theirs) = Forked();
        var (batch, _) = Open(ours, theirs);
        var replica = new Replica();
        replica.Deliver(ours.Cut(1, ours.Size));
        Assert.IsType<Verdict.NewEpoch>(replica.Deliver(Cut(batch, 2)[1]));
        Assert.Equal(ours.State.Position, replica.State.Position);
    }

    [Fact]
    public void An_epoch_is_taken_over_whole_or_not_at_all()
    {
        var (ours, theirs) = Forked();
        var (batch, _) = Open(ours, theirs);
        var replica = new Replica();
        replica.Deliver(ours.Cut(1, ours.Size));
        var whole = Cut(batch, batch.Changes.Count)[0];
        for (var chunk = 1; chunk < batch.Changes.Count; chunk++)
        {
            var part = Cut(batch, chunk)[0];
            Assert.True(replica.Follower.IsPartOfOpening(part));
            Assert.IsType<Verdict.NewEpoch>(replica.Deliver(part));
            Assert.Equal(ours.State.Position, replica.State.Position);
        }
        Assert.False(replica.Follower.IsPartOfOpening(whole));
        var follower = TestHub.Follower();
        Assert.True(follower.Plan(Assert.IsType<Verdict.Apply>(follower.Judge(whole)), new Dictionary<EntryId, CurrentChange>()).Batch!.EndsOpening);
        Assert.False(follower.IsPartOfOpening(whole));
    }

    [Fact]
    public void A_longer_history_that_parted_earlier_is_proven_a_fork()
    {
        var (ours, theirs) = Forked();
        theirs.Write(AuthoredHistory.Put(9, "later"));
        var replica = new Replica();
        replica.Deliver(ours.Cut(1, ours.Size));
        var head = theirs.Heads[^1];
        Assert.Null(replica.Follower.JudgeHead(head));
        Assert.Equal(SegmentFault.RootMismatch, Assert.IsType<Verdict.Refused>(replica.Follower.Judge(theirs.Cut(ours.Size + 1, theirs.Size))).Fault);
        var proof = theirs.Cut(ours.Size, ours.Size).Proof;
        var rootThere = Hash.Read(theirs.State.Frontier.Root().ToArray());
        var rootAtHeld = MerkleTree.Root(theirs.Changes.Take((int)ours.Size).Select(c => c.Leaf));
        var fork = replica.Follower.JudgeHistory(head, rootAtHeld, proof);
        Assert.Equal((ours.Heads[^1].Identity, head.Identity), (fork!.Ours.Identity, fork.Theirs.Identity));
        // A root that the proof does not lead from proves nothing, and neither does one's own.
        Assert.Null(replica.Follower.JudgeHistory(head, rootThere, proof));
        Assert.Null(replica.Follower.JudgeHistory(head, replica.State.Frontier.Root(), proof));
    }

    [Fact]
    public void A_longer_history_of_which_its_sender_holds_less_than_is_held_here_is_proven_a_fork()
    {
        var (ours, theirs) = Forked();
        var size = ours.Size;
        ours.Write(AuthoredHistory.Put(8, "more"));
        theirs.Write(AuthoredHistory.Put(9, "later"), AuthoredHistory.Put(9, "later still"));
        var replica = new Replica();
        replica.Deliver(ours.Cut(1, ours.Size));
        var (head, proof) = (theirs.Heads[^1], theirs.Cut(size, size).Proof);
        var ourRoot = MerkleTree.Root(ours.Changes.Take((int)size).Select(c => c.Leaf));
        var theirRoot = MerkleTree.Root(theirs.Changes.Take((int)size).Select(c => c.Leaf));
        Assert.Equal(head.Identity, replica.Follower.JudgeHistory(head, size, ourRoot, theirRoot, proof)!.Theirs.Identity);
        // A root that the proof does not lead from proves nothing, and neither does one's own.
        Assert.Null(replica.Follower.JudgeHistory(head, size, ourRoot, head.Head.Root, proof));
        Assert.Null(replica.Follower.JudgeHistory(head, size, theirRoot, theirRoot, proof));
    }

    [Fact]
    public void A_shorter_history_that_parted_earlier_is_proven_a_fork()
    {
        var (ours, theirs) = Forked();
        ours.Write(AuthoredHistory.Put(9, "later"));
        var replica = new Replica();
        replica.Deliver(ours.Cut(1, ours.Size));
        var past = theirs.Heads[^1];
        var rootThere = MerkleTree.Root(ours.Changes.Take((int)theirs.Size).Select(c => c.Leaf));
        Assert.NotNull(replica.Follower.JudgePast(past, rootThere));
        Assert.Null(replica.Follower.JudgePast(past, past.Head.Root));
    }

    [Fact]
    public void Per_entry_the_only_changed_side_wins_and_erasure_beats_withdrawal_beats_put()
    {
        var ours = new AuthoredHistory();
        var theirs = new AuthoredHistory();
        ours.Write(AuthoredHistory.Put(1, "x"), AuthoredHistory.Put(2, "x"), AuthoredHistory.Put(3, "x"), AuthoredHistory.Put(4, "same"), AuthoredHistory.Put(5, "a"));
        theirs.Write(AuthoredHistory.Put(2, "y"), AuthoredHistory.Put(3, "y"), AuthoredHistory.Put(4, "same"), AuthoredHistory.Put(5, "b"), AuthoredHistory.Put(6, "y"));
        theirs.Write(AuthoredHistory.Withdraw(2), AuthoredHistory.Withdraw(3));
        ours.Write(AuthoredHistory.Withdraw(3), AuthoredHistory.Withdraw(3));
        ours.Write(new Intent(TestHub.Entry(3), false, EntryKind.Event, ChangeOp.Erase, null));
        var merged = HistoryMerge.Merge(Last(ours), Last(theirs), _ => null).ToDictionary(m => m.Entry);
        Assert.Equal(ChangeOp.Put, merged[TestHub.Entry(1)].Winner!.Header.Op);
        Assert.Equal(ChangeOp.Withdraw, merged[TestHub.Entry(2)].Winner!.Header.Op);
        Assert.Equal(ChangeOp.Put, merged[TestHub.Entry(2)].Loser!.Header.Op);
        Assert.Equal(ChangeOp.Erase, merged[TestHub.Entry(3)].Winner!.Header.Op);
        Assert.Equal((true, true), (merged[TestHub.Entry(4)].Winner is not null, merged[TestHub.Entry(4)].Loser is null));
        Assert.NotNull(merged[TestHub.Entry(5)].Choice);
        Assert.Null(merged[TestHub.Entry(5)].Winner);
        Assert.Equal(ChangeOp.Put, merged[TestHub.Entry(6)].Winner!.Header.Op);
        var chosen = HistoryMerge.Merge(Last(ours), Last(theirs), _ => Side.Theirs).Single(m => m.Entry == TestHub.Entry(5));
        Assert.Equal(theirs.Changes.Single(c => c.Header.Entry == TestHub.Entry(5)).Leaf, chosen.Winner!.Leaf);
        Assert.NotNull(chosen.Loser);
    }

    [Fact]
    public void An_epoch_that_was_heard_of_and_never_pulled_leaves_nothing_behind_once_a_later_one_is_held()
    {
        var (ours, theirs) = Forked();
        var replica = new Replica();
        replica.Deliver(ours.Cut(1, ours.Size));
        var skipped = SignedHead.Sign(TestHub.HeadOf(ours.State) with { Epoch = 2, Size = 1_000 }, TestHub.Signer);
        Assert.IsType<Verdict.NewEpoch>(replica.Follower.JudgeHead(skipped));
        replica.Follower.Learn(skipped);
        var opening = new EpochOpening(3, 2, 7, MerkleTree.Root(ours.Changes.Take(7).Select(c => c.Leaf)), [ours.Heads[^1].Identity, theirs.Heads[^1].Identity], 0);
        var (batch, _) = EpochAuthor.Open(TestHub.Federation, TestHub.Id, TestHub.Signer, ours.State, opening, Last(ours).Values, RandomNumberGenerator.Create(), TestHub.At);
        foreach (var segment in Cut(batch, 100))
            Assert.IsType<Verdict.Apply>(replica.Deliver(segment));
        Assert.Equal(3U, replica.State.Epoch);
        Assert.False(replica.Follower.IsBehind);
    }

    /// <summary>Seven changes in common, then one each, of different words.</summary>
    private static (AuthoredHistory Ours, AuthoredHistory Theirs) Forked()
    {
        var ours = AuthoredHistory.OfSize(7);
        var theirs = AuthoredHistory.OfSize(7);
        ours.Write(AuthoredHistory.Put(20, "ours"));
        theirs.Write(AuthoredHistory.Put(21, "theirs"));
        return (ours, theirs);
    }

    private static (JournalBatch Batch, JournalState State) Open(AuthoredHistory ours, AuthoredHistory theirs)
    {
        var survivors = Last(ours);
        foreach (var merged in HistoryMerge.Merge(After(ours, 7), After(theirs, 7), _ => null))
            survivors[merged.Entry] = merged.Winner!;
        var opening = new EpochOpening(2, 1, 7, MerkleTree.Root(ours.Changes.Take(7).Select(c => c.Leaf)), [ours.Heads[^1].Identity, theirs.Heads[^1].Identity], 0);
        return EpochAuthor.Open(TestHub.Federation, TestHub.Id, TestHub.Signer, ours.State, opening, survivors.Values, RandomNumberGenerator.Create(), TestHub.At);
    }

    private static Dictionary<EntryId, Change> Last(AuthoredHistory history) => After(history, 0);

    private static Dictionary<EntryId, Change> After(AuthoredHistory history, int size)
    {
        var last = new Dictionary<EntryId, Change>();
        foreach (var change in history.Changes.Skip(size))
            last[change.Header.Entry] = change;
        return last;
    }

    private static List<Segment> Cut(JournalBatch batch, int chunk)
    {
        var leaves = batch.Changes.Select(c => c.Change.Leaf).ToArray();
        var segments = new List<Segment>();
        for (var first = 0; first < leaves.Length; first += chunk)
        {
            var last = Math.Min(leaves.Length, first + chunk);
            var proof = Proof.Make(
                Proof.PlanConsistency((ulong)last, (ulong)leaves.Length),
                s => MerkleTree.Root(leaves.Skip((int)(s.Index << s.Level)).Take(1 << s.Level)));
            segments.Add(new(batch.Head, (ulong)first + 1, [.. batch.Changes.Skip(first).Take(last - first).Select(c => c.Change)], proof, null));
        }
        return segments;
    }
}
