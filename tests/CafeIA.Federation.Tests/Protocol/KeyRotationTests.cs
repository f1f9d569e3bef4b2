using System.Security.Cryptography;
using CafeIA.Federation.Protocol.Following;
using CafeIA.Federation.Protocol.Heads;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Protocol.Journal;
using CafeIA.Federation.Protocol.Segments;

namespace CafeIA.Federation.Tests.Protocol;

/// <summary>A hub passes to another key: signed by both, from one place of its journal on.</summary>
public sealed class KeyRotationTests
{
    private static readonly Position At = new(1, 8);

    private static readonly KeyRotation Rotation = KeyRotation.Sign(TestHub.Federation, TestHub.Id, 1, At, TestHub.Signer, TestHub.OtherSigner);

    [Fact]
    public void Every_field_is_read_back_and_both_signatures_hold()
    {
        Assert.True(KeyRotation.TryDecode(Rotation.Encode(), out var read));
        Assert.Equal((TestHub.Federation, TestHub.Id, 1u, At, TestHub.Signer.PublicKey.Id), (read.Federation, read.Hub, read.Number, read.At, read.Old));
        Assert.Equal(TestHub.OtherSigner.PublicKey.Id, read.NewKey.Id);
        Assert.True(read.IsSigned(TestHub.Signer.PublicKey));
        Assert.Equal(Rotation.Encode(), KeyRotation.TryReadBody(Rotation.ToBody())!.Encode());
    }

    [Fact]
    public void Any_flipped_byte_is_refused()
    {
        var bytes = Rotation.Encode();
        for (var i = 0; i < bytes.Length; i++)
        {
            var flipped = bytes.ToArray();
            flipped[i] ^= 1;
            Assert.False(KeyRotation.TryDecode(flipped, out var rotation) && rotation.IsSigned(TestHub.Signer.PublicKey), $"byte {i}");
        }
    }

    [Fact]
    public void A_retired_key_is_good_up_to_its_rotation_and_the_new_one_beyond()
    {
        var ring = Ring();
        Assert.True(ring.TryExtend(Rotation));
        Assert.Equal(TestHub.OtherSigner.PublicKey.Id, ring.Current.Id);
        var (old, successor) = (TestHub.Signer.PublicKey.Id, TestHub.OtherSigner.PublicKey.Id);
        Assert.NotNull(ring.For(old, At));
        Assert.Null(ring.For(old, At with { Seq = At.Seq + 1 }));
        Assert.Null(ring.For(old, new Position(2, 1)));
        Assert.Null(ring.For(successor, At));
        Assert.NotNull(ring.For(successor, At with { Seq = At.Seq + 1 }));
        Assert.NotNull(ring.For(successor, new Position(2, 1)));
    }

    [Fact]
    public void A_stolen_keys_head_that_was_believed_before_its_rotation_was_known_is_no_proof_of_a_fork()
    {
        var history = AuthoredHistory.OfSize(21);
        var replica = new Replica();
        replica.Deliver(history.Cut(1, 7, history.Heads[0]));
        var stolen = SignedHead.Sign(TestHub.HeadOf(history.State) with { Root = history.Heads[0].Identity }, TestHub.Signer);
        Assert.Null(replica.Follower.JudgeHead(stolen));
        replica.Follower.Learn(stolen);
        Assert.Equal(21UL, replica.Follower.KnownSize);
        var real = SignedHead.Sign(TestHub.HeadOf(history.State, TestHub.OtherSigner), TestHub.OtherSigner);
        Assert.Equal(SegmentFault.UnknownKey, Assert.IsType<Verdict.Refused>(replica.Follower.JudgeHead(real)).Fault);
        Assert.True(replica.Follower.Keys.TryExtend(Rotation));
        Assert.Null(replica.Follower.JudgeHead(real));
        Assert.Equal(7UL, replica.Follower.KnownSize);
    }

    [Fact]
    public void A_chain_is_unbroken_or_none()
    {
        using var third = new HubSigner(ECDsa.Create(ECCurve.NamedCurves.nistP256));
        var second = KeyRotation.Sign(TestHub.Federation, TestHub.Id, 2, new(1, 20), TestHub.OtherSigner, third);
        var ring = Ring();
        Assert.False(ring.TryExtend(second));
        Assert.True(ring.TryExtend(Rotation));
        Assert.True(ring.TryExtend(Rotation));
        Assert.False(ring.TryExtend(KeyRotation.Sign(TestHub.Federation, TestHub.Id, 3, new(1, 20), TestHub.OtherSigner, third)));
        Assert.False(ring.TryExtend(KeyRotation.Sign(TestHub.Federation, TestHub.Id, 2, At, TestHub.OtherSigner, third)));
        Assert.False(ring.TryExtend(KeyRotation.Sign(TestHub.Federation, HubId.Parse("bretagne"), 2, new(1, 20), TestHub.OtherSigner, third)));
        Assert.False(ring.TryExtend(KeyRotation.Sign(FederationId.Parse("autre"), TestHub.Id, 2, new(1, 20), TestHub.OtherSigner, third)));
        Assert.True(ring.TryExtend(second));
        Assert.Equal(2, ring.Rotations.Count);
    }

    [Fact]
    public void Who_pinned_a_later_key_goes_on_from_it()
    {
        using var third = new HubSigner(ECDsa.Create(ECCurve.NamedCurves.nistP256));
        var ring = new KeyRing(TestHub.Federation, TestHub.Id, TestHub.OtherSigner.PublicKey);
        // The one that led to the pinned key is of a key that is not known here.
        Assert.False(ring.TryExtend(Rotation));
        Assert.True(ring.TryExtend(KeyRotation.Sign(TestHub.Federation, TestHub.Id, 2, new(1, 20), TestHub.OtherSigner, third)));
        Assert.Equal(third.PublicKey.Id, ring.Current.Id);
    }

    [Fact]
    public void The_new_key_alone_makes_no_rotation()
    {
        using var thief = new HubSigner(ECDsa.Create(ECCurve.NamedCurves.nistP256));
        // The thief signs as if its own key were the old one, and writes the old one's id.
        var forged = KeyRotation.Sign(TestHub.Federation, TestHub.Id, 1, At, thief, thief).Encode();
        TestHub.Signer.PublicKey.Id.Write(forged.AsSpan(28));
        Assert.True(KeyRotation.TryDecode(forged, out var rotation));
        Assert.False(Ring().TryExtend(rotation));
    }

    [Fact]
    public void A_follower_passes_to_the_new_key_in_the_middle_of_a_journal()
    {
        var sequencer = TestHub.Sequencer();
        var first = sequencer.Sequence([AuthoredHistory.Put(1, "a"), AuthoredHistory.Put(2, "b")], new Dictionary<EntryId, CurrentChange>(), new Dictionary<CommandId, Federation.Protocol.Sequencing.KnownCommand>(), TestHub.At).Batch!;
        var rotated = sequencer.Rotate(TestHub.OtherSigner, 1, TestHub.At);
        var last = sequencer.Sequence([AuthoredHistory.Put(3, "c")], new Dictionary<EntryId, CurrentChange>(), new Dictionary<CommandId, Federation.Protocol.Sequencing.KnownCommand>(), TestHub.At).Batch!;
        Assert.Equal(TestHub.Signer.PublicKey.Id, rotated.Head.Head.Key);
        Assert.Equal(TestHub.OtherSigner.PublicKey.Id, last.Head.Head.Key);

        var stepwise = new Replica();
        foreach (var batch in new[] { first, rotated, last })
            Assert.IsType<Verdict.Apply>(stepwise.Deliver(Whole(batch)));
        Assert.Equal(4UL, stepwise.State.Frontier.Size);

        // All at once, under a head of a key the follower has never seen: the rotation among the changes proves it.
        var late = new Replica();
        Assert.IsType<Verdict.Apply>(late.Deliver(new(last.Head, 1, [.. first.Changes.Concat(rotated.Changes).Concat(last.Changes).Select(c => c.Change)], [], null)));
        Assert.Equal(stepwise.Summary, late.Summary);

        // Without it the head is of nobody the follower knows; with it the old key signs no more.
        Assert.Equal(SegmentFault.UnknownKey, Assert.IsType<Verdict.Refused>(new Replica().Follower.JudgeHead(last.Head)).Fault);
        var forged = SignedHead.Sign(last.Head.Head with { Key = TestHub.Signer.PublicKey.Id }, TestHub.Signer);
        Assert.Equal(SegmentFault.RetiredKey, Assert.IsType<Verdict.Refused>(late.Follower.JudgeHead(forged)).Fault);
    }

    [Fact]
    public void What_is_beyond_a_revocation_is_refused()
    {
        var history = AuthoredHistory.OfSize(14);
        var replica = new Replica();
        replica.Follower.Keys.RevokedAfter = new(1, 7);
        Assert.Equal(SegmentFault.Revoked, Assert.IsType<Verdict.Refused>(replica.Deliver(history.Cut(1, 14))).Fault);
        Assert.IsType<Verdict.Apply>(replica.Deliver(history.Cut(1, 7, history.Heads[0])));
    }

    [Fact]
    public void An_announcement_is_made_by_the_key_in_use()
    {
        var history = AuthoredHistory.OfSize(7);
        var ring = Ring();
        ring.TryExtend(Rotation);
        var announcement = new Announcement(history.Heads[0], 1, TestHub.At);
        Assert.True(ring.IsAnnouncedBy(announcement.Sign(TestHub.OtherSigner), history.Heads[0]));
        Assert.True(ring.IsAnnouncedBy(announcement.Sign(TestHub.Signer), history.Heads[0]));
        using var stranger = new HubSigner(ECDsa.Create(ECCurve.NamedCurves.nistP256));
        Assert.False(ring.IsAnnouncedBy(announcement.Sign(stranger), history.Heads[0]));
    }

    private static KeyRing Ring() => new(TestHub.Federation, TestHub.Id, TestHub.Signer.PublicKey);

    private static Segment Whole(JournalBatch batch) => new(batch.Head, batch.Before.Seq + 1, [.. batch.Changes.Select(c => c.Change)], [], null);
}
