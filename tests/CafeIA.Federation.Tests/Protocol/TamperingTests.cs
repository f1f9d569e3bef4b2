using System.Security.Cryptography;
using CafeIA.Federation.Protocol.Following;
using CafeIA.Federation.Protocol.Heads;
using CafeIA.Federation.Protocol.Journal;
using CafeIA.Federation.Protocol.Segments;

namespace CafeIA.Federation.Tests.Protocol;

/// <summary>What is not exactly what the hub signed is refused, and the follower stands as before.</summary>
public sealed class TamperingTests
{
    private static readonly AuthoredHistory History = AuthoredHistory.OfSize(21);

    [Fact]
    public void A_segment_with_any_flipped_bit_is_no_segment()
    {
        var bytes = SegmentCodec.Encode(History.Cut(1, 7, History.Heads[1]) with { TraceParent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01" });
        for (var bit = 0; bit < bytes.Length * 8; bit++)
        {
            var flipped = Flip(bytes, bit);
            Assert.False(SegmentCodec.TryDecode(flipped, out _), $"bit {bit % 8} of byte {bit / 8}");
        }
    }

    [Fact]
    public void A_flipped_bit_with_its_checksum_made_anew_never_changes_what_is_applied()
    {
        var bytes = SegmentCodec.Encode(History.Cut(1, 7, History.Heads[1]) with { TraceParent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01" });
        var refused = 0;
        for (var bit = 0; bit < (bytes.Length - 8) * 8; bit++)
        {
            var flipped = Flip(bytes, bit);
            SHA256.HashData(flipped.AsSpan(0, flipped.Length - 8)).AsSpan(0, 8).CopyTo(flipped.AsSpan(flipped.Length - 8));
            if (!SegmentCodec.TryDecode(flipped, out var segment))
            {
                refused++;
                continue;
            }
            var replica = new Replica();
            var before = replica.Summary;
            if (replica.Deliver(segment) is Verdict.Apply)
            {
                // The trace context is the one thing that is not signed.
                Assert.InRange(bit / 8, 13, 13 + 55);
                Assert.Equal(History.Changes.Take(7).Select(c => c.Leaf), replica.Applied.Select(c => c.Leaf));
                Assert.All(replica.Applied, c => Assert.True(c.BodyMatches));
                continue;
            }
            Assert.Equal(before, replica.Summary);
            Assert.Null(replica.State.Head);
            refused++;
        }
        Assert.True(refused > bytes.Length * 7, $"Only {refused} of {bytes.Length * 8} were refused.");
    }

    [Fact]
    public void A_segment_cut_short_or_lengthened_is_no_segment()
    {
        var bytes = SegmentCodec.Encode(History.Cut(1, 7));
        for (var length = 0; length < bytes.Length; length++)
            Assert.False(SegmentCodec.TryDecode(bytes.AsMemory(0, length), out _), $"{length} bytes");
        Assert.False(SegmentCodec.TryDecode(new byte[Segment.MaxBytes + 1], out _));
        byte[] longer = [.. bytes[..^8], 0];
        Assert.False(SegmentCodec.TryDecode(new byte[][] { longer, SHA256.HashData(longer)[..8] }.SelectMany(b => b).ToArray(), out _));
    }

    [Fact]
    public void A_segment_signed_by_another_key_is_refused()
    {
        var head = TestHub.HeadOf(History.State, TestHub.OtherSigner);
        var segment = History.Cut(1, 21) with { Head = SignedHead.Sign(head, TestHub.OtherSigner) };
        AssertRefused(SegmentFault.UnknownKey, segment);
    }

    [Fact]
    public void A_segment_that_names_the_hubs_key_but_is_signed_by_another_is_refused()
    {
        var head = TestHub.HeadOf(History.State);
        var segment = History.Cut(1, 21) with { Head = SignedHead.Sign(head, TestHub.OtherSigner) };
        AssertRefused(SegmentFault.BadSignature, segment);
    }

    [Fact]
    public void A_signature_of_zeros_is_refused()
    {
        Assert.True(SignedHead.TryDecode(new byte[][] { new byte[64], History.Heads[^1].HeadBytes.ToArray() }.SelectMany(b => b).ToArray(), out var head));
        AssertRefused(SegmentFault.BadSignature, History.Cut(1, 21) with { Head = head });
    }

    [Fact]
    public void Reordered_changes_are_refused()
    {
        var segment = History.Cut(1, 21);
        for (var i = 0; i < 20; i++)
        {
            Change[] reordered = [.. segment.Changes];
            (reordered[i], reordered[i + 1]) = (reordered[i + 1], reordered[i]);
            AssertRefused(SegmentFault.Malformed, segment with { Changes = reordered });
        }
    }

    [Fact]
    public void A_change_left_out_repeated_or_added_is_refused()
    {
        var segment = History.Cut(1, 21);
        AssertRefused(SegmentFault.Malformed, segment with { Changes = [.. segment.Changes.Where((_, i) => i != 9)] });
        AssertRefused(SegmentFault.Malformed, segment with { Changes = [.. segment.Changes.Take(9), .. segment.Changes.Skip(8)] });
        AssertRefused(SegmentFault.Malformed, segment with { Changes = [.. segment.Changes, segment.Changes[20]] });
        AssertRefused(SegmentFault.Malformed, History.Cut(1, 7) with { FirstSeq = 2 });
    }

    [Fact]
    public void A_change_of_another_content_in_the_same_place_is_refused()
    {
        var segment = History.Cut(1, 21);
        var forged = Change.Author(segment.Changes[4].Header, new byte[Change.SaltSize], TestHub.Body("""{"title":"forged"}"""));
        AssertRefused(SegmentFault.RootMismatch, segment with { Changes = [.. segment.Changes.Take(4), forged, .. segment.Changes.Skip(5)] });
    }

    [Fact]
    public void A_body_that_is_not_the_one_committed_to_is_refused_and_the_header_alone_is_taken()
    {
        var segment = History.Cut(1, 21);
        var good = segment.Changes[4];
        Assert.True(Change.TryRead(good.HeaderBytes, good.Salt, TestHub.Body("""{"title":"forged"}"""), out var forged));
        var tampered = segment with { Changes = [.. segment.Changes.Take(4), forged, .. segment.Changes.Skip(5)] };
        AssertRefused(SegmentFault.BodyMismatch, tampered);
        var replica = new Replica();
        Assert.IsType<Verdict.Apply>(replica.Deliver(tampered.WithoutBadBodies()));
        Assert.Equal(Replica.Summarize(History.State), replica.Summary);
        Assert.Null(replica.Applied[4].Body);
        Assert.Equal(20, replica.Applied.Count(c => c.BodyMatches));
    }

    [Fact]
    public void A_proof_with_another_hash_is_refused()
    {
        var segment = History.Cut(1, 5);
        Assert.NotEmpty(segment.Proof);
        for (var i = 0; i < segment.Proof.Count; i++)
        {
            var proof = segment.Proof.ToArray();
            proof[i] = proof[i] with { A = proof[i].A + 1 };
            AssertRefused(SegmentFault.RootMismatch, segment with { Proof = proof });
        }
        AssertRefused(SegmentFault.RootMismatch, segment with { Proof = [] });
    }

    [Theory]
    [InlineData("federation")]
    [InlineData("hub")]
    public void A_head_of_elsewhere_is_a_strangers(string what)
    {
        var head = TestHub.HeadOf(History.State);
        head = what switch
        {
            "federation" => head with { Federation = CafeIA.Federation.Protocol.Identifiers.FederationId.Parse("autre") },
            _ => head with { Hub = CafeIA.Federation.Protocol.Identifiers.HubId.Parse("bretagne") },
        };
        AssertRefused(SegmentFault.Stranger, History.Cut(1, 21) with { Head = SignedHead.Sign(head, TestHub.Signer) });
    }

    [Fact]
    public void An_epoch_begins_with_the_change_that_opens_it()
    {
        var head = TestHub.HeadOf(History.State) with { Epoch = 2 };
        AssertRefused(SegmentFault.BadOpening, History.Cut(1, 21) with { Head = SignedHead.Sign(head, TestHub.Signer) });
    }

    [Fact]
    public void A_state_that_is_not_the_one_signed_is_refused_and_taken_back()
    {
        var head = TestHub.HeadOf(History.State) with { StateDigest = History.State.Frontier.Root() };
        AssertRefused(SegmentFault.DigestMismatch, History.Cut(1, 21) with { Head = SignedHead.Sign(head, TestHub.Signer) });
    }

    private static void AssertRefused(SegmentFault fault, Segment segment)
    {
        foreach (ulong held in new ulong[] { 0, 3 })
        {
            var replica = new Replica();
            if (held > 0)
                Assert.IsType<Verdict.Apply>(replica.Deliver(History.Cut(1, held)));
            var before = (replica.Summary, replica.State.Head);
            Assert.Equal(fault, Assert.IsType<Verdict.Refused>(replica.Deliver(segment)).Fault);
            Assert.Equal(before, (replica.Summary, replica.State.Head));
            Assert.IsType<Verdict.Apply>(replica.Deliver(History.Cut(1, 21)));
            Assert.Equal(Replica.Summarize(History.State), replica.Summary);
        }
    }

    private static byte[] Flip(byte[] bytes, int bit)
    {
        var flipped = bytes.ToArray();
        flipped[bit / 8] ^= (byte)(1 << (bit % 8));
        return flipped;
    }
}
