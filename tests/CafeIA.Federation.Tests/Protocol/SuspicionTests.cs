using CafeIA.Federation.Protocol;
using CafeIA.Federation.Protocol.Heads;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Protocol.Merkle;
using CafeIA.Federation.Protocol.Recovery;
using Hash = CafeIA.Federation.Protocol.Hash;

namespace CafeIA.Federation.Tests.Protocol;

/// <summary>A hub that doubts its database writes nothing before everybody has said what they hold of it.</summary>
public sealed class SuspicionTests
{
    private static readonly StoreIdentity Store = new(7412345678901234567, 1);
    private static readonly Hash Root = Hash.Of("root"u8);
    private static readonly HighWater Mark = new(Store, new(1, 40), Root);
    private static readonly HighWater Fresh = HighWater.FreshFor(TestHub.Signer.PublicKey);
    private static readonly HubId Bretagne = HubId.Parse("bretagne");
    private static readonly HubId National = HubId.Parse("national");

    [Fact]
    public void A_mark_is_read_back_and_a_torn_one_is_none()
    {
        var bytes = Mark.Encode();
        Assert.True(HighWater.TryDecode(bytes, out var read));
        Assert.Equal(Mark, read);
        for (var i = 0; i < bytes.Length; i++)
        {
            var torn = bytes.ToArray();
            torn[i] ^= 0x40;
            Assert.False(HighWater.TryDecode(torn, out _), $"byte {i}");
        }
    }

    [Fact]
    public void The_database_that_wrote_the_mark_is_not_doubted()
    {
        Assert.Equal(Doubts.None, AtStart(Mark, Store, new(1, 40), Root));
        // A crash between the commit and the mark leaves the mark behind.
        Assert.Equal(Doubts.None, AtStart(Mark, Store, new(1, 42), Root));
        Assert.Equal(Doubts.None, AtStart(Mark, Store, new(2, 3), Root));
        // The first start of all.
        Assert.Equal(Doubts.None, AtStart(Fresh, Store, new(1, 0), MerkleTree.EmptyRoot));
    }

    [Fact]
    public void Every_other_is()
    {
        Assert.Equal(Doubts.MarkAhead, AtStart(Mark, Store, new(1, 39), null));
        Assert.Equal(Doubts.MarkAhead, AtStart(Mark with { End = new(2, 1) }, Store, new(1, 60), null));
        Assert.Equal(Doubts.MarkAhead, AtStart(Mark, Store, new(1, 0), null));
        // The mark is made with the key: without one, even an empty database is not the first.
        Assert.Equal(Doubts.NoMark, AtStart(null, Store, new(1, 0), null));
        Assert.Equal(Doubts.NoMark, AtStart(null, Store, new(1, 1), null));
        // Another key was put in the place of the one it was made with.
        Assert.Equal(Doubts.NoMark, AtStart(HighWater.FreshFor(TestHub.OtherSigner.PublicKey), Store, new(1, 0), MerkleTree.EmptyRoot));
        Assert.Equal(Doubts.OtherStore, AtStart(Fresh, Store, new(1, 1), MerkleTree.EmptyRoot));
        Assert.Equal(Doubts.OtherStore, AtStart(Mark with { End = new(1, 0), Root = MerkleTree.EmptyRoot }, Store with { System = 1 }, new(1, 0), MerkleTree.EmptyRoot));
        Assert.Equal(Doubts.NoMark, AtStart(null, Store, new(2, 0), null));
        Assert.Equal(Doubts.OtherStore, AtStart(Mark, Store with { Timeline = 2 }, new(1, 40), Root));
        Assert.Equal(Doubts.OtherStore, AtStart(Mark, Store with { System = 1 }, new(1, 40), Root));
        // A recovery that broke off between two pieces, exactly at the mark.
        Assert.Equal(Doubts.PeerAhead, AtStart(Mark, Store, new(1, 40), Root, new(1, 41)));
        Assert.Equal(Doubts.None, AtStart(Mark, Store, new(1, 40), Root, new(1, 40)));
        Assert.Equal(Doubts.OtherHistory, AtStart(Mark, Store, new(1, 40), Hash.Of("other"u8)));
    }

    [Fact]
    public void A_head_may_speak_of_more_than_anybody_still_holds()
    {
        var history = AuthoredHistory.OfSize(14);
        var inquiry = Ask();
        inquiry.Answer(Bretagne, isSuspect: false, history.Heads[1], new Position(1, 9));
        Assert.Equal((new Position(1, 14), new Position(1, 9)), (inquiry.Highest!.Head.Position, inquiry.HighestHeld));
        // What a head does not cover is nobody's word.
        inquiry.Answer(National, isSuspect: false, history.Heads[0], new Position(1, 40));
        Assert.Equal(new Position(1, 9), inquiry.HighestHeld);
        inquiry.Answer(National, isSuspect: false, history.Heads[1], null);
        Assert.Equal(new Position(1, 14), inquiry.HighestHeld);
    }

    [Fact]
    public void What_was_signed_and_is_held_by_nobody_is_lost()
    {
        var history = AuthoredHistory.OfSize(14);
        var end = new Position(1, 7);
        var inquiry = Ask();
        inquiry.Answer(Bretagne, isSuspect: false, history.Heads[0], new Position(1, 7), history.Heads[1]);
        Assert.Equal((history.Heads[0].Identity, history.Heads[1].Identity), (inquiry.Highest!.Identity, inquiry.HighestKnown!.Identity));
        Assert.Equal(new Position(1, 7), inquiry.HighestHeld);
        // Somebody may still hold it.
        Assert.Null(inquiry.Lost(end, null));
        inquiry.Answer(National, isSuspect: false, null);
        Assert.Equal(new Position(1, 14), inquiry.Lost(end, null));
        Assert.Equal(new Position(1, 14), inquiry.Lost(end, new(1, 9)));
        Assert.Equal(new Position(2, 3), inquiry.Lost(end, new(2, 3)));
        Assert.Null(inquiry.Lost(new(1, 14), new(1, 14)));
    }

    [Fact]
    public void Nothing_is_lost_while_a_member_that_was_named_gone_may_hold_it()
    {
        var history = AuthoredHistory.OfSize(14);
        foreach (var isNamed in new[] { true, false })
        {
            var inquiry = Ask();
            inquiry.Answer(National, isSuspect: false, history.Heads[0], null, history.Heads[1]);
            if (isNamed)
            {
                inquiry.Gone(Bretagne);
            }
            else
            {
                inquiry.Answer(Bretagne, isSuspect: false, null);
                inquiry.GoneStranger();
            }
            Assert.True(inquiry.IsComplete);
            Assert.Null(inquiry.Lost(new(1, 7), new(1, 14)));
            // But who saw a later epoch takes nothing more of this one.
            Assert.Equal(new Position(2, 3), inquiry.Lost(new(1, 7), new(2, 3)));
        }
        // Who has answered is not gone, whatever the operator says.
        var answered = Ask();
        answered.Answer(National, isSuspect: false, history.Heads[0], null, history.Heads[1]);
        answered.Answer(Bretagne, isSuspect: false, null);
        answered.Gone(Bretagne);
        Assert.Equal(new Position(1, 14), answered.Lost(new(1, 7), null));
    }

    [Fact]
    public void A_known_head_this_hub_did_not_sign_is_passed_over()
    {
        var history = AuthoredHistory.OfSize(7);
        var forged = SignedHead.Sign(history.Heads[0].Head with { Size = 99 }, TestHub.OtherSigner);
        var inquiry = Ask();
        Assert.True(inquiry.Answer(Bretagne, isSuspect: false, history.Heads[0], null, forged));
        Assert.True(inquiry.Answer(National, isSuspect: false, null, null, forged));
        Assert.Null(inquiry.Lost(new(1, 7), null));
    }

    [Fact]
    public void All_members_are_waited_for_and_those_that_doubt_themselves_do_not_count()
    {
        var history = AuthoredHistory.OfSize(14);
        var inquiry = Ask();
        Assert.Equal([Bretagne, National], inquiry.Missing.Order());
        Assert.True(inquiry.Answer(Bretagne, isSuspect: true, history.Heads[1]));
        // What it shows is taken; its answer is not.
        Assert.Equal(history.Heads[1].Identity, inquiry.Highest!.Identity);
        Assert.Contains(Bretagne, inquiry.Missing);
        Assert.True(inquiry.Answer(National, isSuspect: false, history.Heads[0]));
        Assert.False(inquiry.IsComplete);
        Assert.True(inquiry.Answer(Bretagne, isSuspect: false, null));
        Assert.True(inquiry.IsComplete);
        Assert.Equal((history.Heads[1].Identity, Bretagne), (inquiry.Highest!.Identity, inquiry.HighestFrom));
    }

    [Fact]
    public void A_member_is_waited_for_until_the_operator_says_that_it_is_gone()
    {
        var inquiry = Ask();
        inquiry.Answer(National, isSuspect: false, null);
        Assert.False(inquiry.IsComplete);
        inquiry.Gone(Bretagne);
        Assert.True(inquiry.IsComplete);
        Assert.Null(inquiry.Highest);
    }

    [Fact]
    public void A_hub_alone_asks_nobody() =>
        Assert.True(new Inquiry(TestHub.Federation, TestHub.Id, Ring(), [TestHub.Id]).IsComplete);

    [Fact]
    public void A_head_this_hub_did_not_sign_is_no_answer()
    {
        var history = AuthoredHistory.OfSize(7);
        var forged = SignedHead.Sign(history.Heads[0].Head with { Size = 99, Key = TestHub.OtherSigner.PublicKey.Id }, TestHub.OtherSigner);
        var claimed = SignedHead.Sign(history.Heads[0].Head with { Size = 99 }, TestHub.OtherSigner);
        var inquiry = Ask();
        Assert.False(inquiry.Answer(Bretagne, isSuspect: false, forged));
        Assert.False(inquiry.Answer(Bretagne, isSuspect: false, claimed));
        Assert.Null(inquiry.Highest);
        Assert.Contains(Bretagne, inquiry.Missing);
    }

    private static Doubts AtStart(HighWater? mark, StoreIdentity store, Position end, Hash? rootAtMark, Position? proven = null) =>
        Suspicion.AtStart(mark, TestHub.Signer.PublicKey, store, end, rootAtMark, proven);

    private static Inquiry Ask() => new(TestHub.Federation, TestHub.Id, Ring(), [TestHub.Id, Bretagne, National]);

    private static KeyRing Ring() => new(TestHub.Federation, TestHub.Id, TestHub.Signer.PublicKey);
}
