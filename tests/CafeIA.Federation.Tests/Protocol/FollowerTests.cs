using CafeIA.Federation.Protocol.Following;
using CafeIA.Federation.Protocol.Heads;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Protocol.Journal;
using CafeIA.Federation.Protocol.Merkle;
using CafeIA.Federation.Protocol.Segments;

namespace CafeIA.Federation.Tests.Protocol;

public sealed class FollowerTests
{
    private static readonly AuthoredHistory History = AuthoredHistory.OfSize(35);

    [Fact]
    public void Missing_changes_are_a_gap_that_names_the_head()
    {
        var replica = new Replica();
        replica.Deliver(History.Cut(1, 7));
        var before = replica.Summary;
        var gap = Assert.IsType<Verdict.Gap>(replica.Deliver(History.Cut(9, 14)));
        Assert.Equal(History.Heads[^1].Identity, gap.Head.Identity);
        Assert.Equal(before, replica.Summary);
        replica.Follower.Learn(gap.Head);
        Assert.Equal(35UL, replica.Follower.KnownSize);
    }

    [Fact]
    public void Of_an_overlap_only_the_rest_is_applied()
    {
        var replica = new Replica();
        replica.Deliver(History.Cut(1, 10));
        var apply = Assert.IsType<Verdict.Apply>(replica.Deliver(History.Cut(4, 20)));
        Assert.Equal(7, apply.Skip);
        Assert.Equal(History.Changes.Take(20).Select(c => c.Leaf), replica.Applied.Select(c => c.Leaf));
    }

    [Fact]
    public void What_is_held_already_is_a_duplicate()
    {
        var replica = new Replica();
        replica.Deliver(History.Cut(1, 10));
        Assert.IsType<Verdict.Duplicate>(replica.Deliver(History.Cut(1, 10)));
        Assert.IsType<Verdict.Duplicate>(replica.Deliver(History.Cut(3, 7)));
        Assert.Equal(10, replica.Applied.Count);
    }

    [Fact]
    public void A_segment_without_changes_brings_its_head_only()
    {
        var replica = new Replica();
        replica.Deliver(History.Cut(1, 7, History.Heads[0]));
        var empty = new Segment(History.Heads[2], 8, [], [], null);
        Assert.IsType<Verdict.Duplicate>(replica.Deliver(empty));
        Assert.Equal(7UL, replica.State.Frontier.Size);
    }

    [Fact]
    public void Two_heads_of_one_size_with_different_roots_are_a_fork()
    {
        var other = new AuthoredHistory();
        other.Write([.. Enumerable.Range(0, 7).Select(n => AuthoredHistory.Put(n, "another history"))]);
        var replica = new Replica();
        replica.Deliver(History.Cut(1, 7, History.Heads[0]));
        var before = replica.Summary;
        var fork = Assert.IsType<Verdict.Fork>(replica.Deliver(other.Cut(1, 7)));
        Assert.Equal(History.Heads[0].Identity, fork.Ours.Identity);
        Assert.Equal(other.Heads[0].Identity, fork.Theirs.Identity);
        Assert.Equal(before, replica.Summary);
    }

    [Fact]
    public void Two_heads_beyond_what_is_held_are_a_fork_as_well()
    {
        var other = new AuthoredHistory();
        other.Write([.. Enumerable.Range(0, 14).Select(n => AuthoredHistory.Put(n, "another history"))]);
        var replica = new Replica();
        replica.Deliver(History.Cut(1, 7, History.Heads[0]));
        replica.Follower.Learn(History.Heads[1]);
        Assert.Null(replica.Follower.JudgeHead(History.Heads[1]));
        var fork = Assert.IsType<Verdict.Fork>(replica.Follower.JudgeHead(other.Heads[0]));
        Assert.Equal(History.Heads[1].Identity, fork.Ours.Identity);
    }

    [Fact]
    public void Another_root_at_the_size_held_is_a_fork_though_the_head_known_is_larger()
    {
        var other = new AuthoredHistory();
        other.Write([.. Enumerable.Range(0, 7).Select(n => AuthoredHistory.Put(n, "another history"))]);
        var replica = new Replica();
        replica.Deliver(History.Cut(1, 7, History.Heads[^1]));
        Assert.IsType<Verdict.Fork>(replica.Deliver(other.Cut(1, 7)));
        Assert.IsType<Verdict.Duplicate>(replica.Deliver(History.Cut(1, 7, History.Heads[0])));
    }

    [Fact]
    public void A_follower_that_stopped_in_the_middle_and_started_again_still_proves_a_fork()
    {
        var other = new AuthoredHistory();
        other.Write([.. Enumerable.Range(0, 14).Select(n => AuthoredHistory.Put(n, "another history"))]);
        var replica = new Replica();
        replica.Deliver(History.Cut(1, 7, History.Heads[^1]));
        var state = replica.State;
        var proof = other.Cut(1, 7).Proof;
        foreach (var (proven, isFork) in new[] { (History.Heads[^1], true), (null, false) })
        {
            var started = new Follower(TestHub.Federation, TestHub.Id, TestHub.Signer.PublicKey, new(1, state.Frontier.Clone(), state.Digest.Clone(), proven));
            Assert.Equal(isFork, started.JudgeHistory(other.Heads[0], MerkleTree.Root(other.Changes.Take(7).Select(c => c.Leaf)), proof) is not null);
            Assert.Equal(isFork, started.IsBehind);
        }
    }

    [Fact]
    public void A_fork_by_another_hubs_key_is_only_an_unknown_key()
    {
        var replica = new Replica();
        replica.Deliver(History.Cut(1, 7, History.Heads[0]));
        var forged = SignedHead.Sign(TestHub.HeadOf(JournalState.Empty(), TestHub.OtherSigner) with { Size = 7 }, TestHub.OtherSigner);
        Assert.Equal(SegmentFault.UnknownKey, Assert.IsType<Verdict.Refused>(replica.Follower.JudgeHead(forged)).Fault);
    }

    [Fact]
    public void A_verdict_of_a_state_that_has_moved_is_not_planned()
    {
        var replica = new Replica();
        var early = Assert.IsType<Verdict.Apply>(replica.Follower.Judge(History.Cut(1, 7)));
        replica.Deliver(History.Cut(1, 10));
        Assert.Throws<InvalidOperationException>(() => replica.Follower.Plan(early, new Dictionary<EntryId, CurrentChange>()));
    }

    [Fact]
    public void A_batch_says_where_it_begins_and_ends()
    {
        var follower = TestHub.Follower();
        var emptyRoot = follower.State.Frontier.Root();
        var apply = Assert.IsType<Verdict.Apply>(follower.Judge(History.Cut(1, 10)));
        var (batch, fault) = follower.Plan(apply, new Dictionary<EntryId, CurrentChange>());
        Assert.Equal(SegmentFault.None, fault);
        Assert.NotNull(batch);
        Assert.Equal((new Position(1, 0), emptyRoot), (batch.Before, batch.RootBefore));
        Assert.Equal((10UL, follower.State.Frontier.Root()), (batch.After.Size, batch.RootAfter));
        Assert.Equal(8, batch.Subtrees.Count);
    }

    [Fact]
    public void An_unknown_op_kind_and_extension_are_applied_and_forwarded_byte_by_byte()
    {
        var state = JournalState.Empty();
        var change = Change.Author(
            new ChangeHeader
            {
                Hub = TestHub.Id,
                Position = new(1, 1),
                At = TestHub.At,
                Entry = TestHub.Entry(1),
                Op = (ChangeOp)77,
                Kind = (EntryKind)4711,
                Extension = new byte[] { 9, 9, 9 },
            },
            new byte[Change.SaltSize],
            TestHub.Body("of a later version"));
        state.Frontier.Append(change.Leaf);
        state.Digest.Replace(change.Header.Entry, null, change.Leaf);
        var head = SignedHead.Sign(TestHub.HeadOf(state) with { Extension = new byte[] { 4, 5 } }, TestHub.Signer);
        var sent = SegmentCodec.Encode(new(head, 1, [change], [], null));
        Assert.True(SegmentCodec.TryDecode(sent, out var received));
        var replica = new Replica();
        Assert.IsType<Verdict.Apply>(replica.Deliver(received));
        Assert.Equal(Replica.Summarize(state), replica.Summary);
        Assert.Equal(((ChangeOp)77, (EntryKind)4711), (replica.Applied[0].Header.Op, replica.Applied[0].Header.Kind));
        Assert.Equal(sent, SegmentCodec.Encode(new(replica.State.Head!, 1, replica.Applied, [], null)));
    }
}
