using CafeIA.Federation.Protocol;
using CafeIA.Federation.Protocol.Following;
using CafeIA.Federation.Protocol.Heads;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Protocol.Journal;
using CafeIA.Federation.Protocol.Merkle;
using CafeIA.Federation.Protocol.Segments;

namespace CafeIA.Federation.Tests.Protocol;

/// <summary>What is hashed, signed and sent keeps its bytes: one that changes would tear the federation apart.</summary>
public sealed class GoldenBytesTests
{
    private const string Trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    private static readonly byte[] Salt = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];
    private static readonly byte[] OtherSalt = [.. Enumerable.Range(32, 32).Select(i => (byte)i)];

    private static readonly Change Put = Change.Author(
        Header(1, TestHub.Entry(1), ChangeOp.Put) with { Command = CommandId.From("animatrice@example.org", "cle-1") },
        Salt,
        TestHub.Body("""{"title":"Café IA à Lyon"}"""));

    private static readonly Change Extended = Change.Author(
        Header(2, TestHub.Entry(2), ChangeOp.Put) with { Kind = EntryKind.Resource, Extension = new byte[] { 1, 2, 3 } },
        OtherSalt,
        TestHub.Body("""{"title":"Kit d’animation"}"""));

    private static readonly Change Withdrawal = Change.Author(Header(3, TestHub.Entry(1), ChangeOp.Withdraw), default, null);

    [Fact]
    public void A_header_keeps_its_bytes()
    {
        Assert.Equal(GoldenFile.Read("change-header-put"), Put.HeaderBytes.ToArray());
        Assert.Equal(GoldenFile.Read("change-header-put-extended"), Extended.HeaderBytes.ToArray());
        Assert.Equal(GoldenFile.Read("change-header-withdraw"), Withdrawal.HeaderBytes.ToArray());
    }

    [Fact]
    public void Every_field_of_a_header_is_read_back()
    {
        Assert.True(ChangeHeader.TryDecode(GoldenFile.Read("change-header-put-extended"), out var header));
        Assert.Equal(TestHub.Id, header.Hub);
        Assert.Equal(new Position(1, 2), header.Position);
        Assert.Equal(TestHub.At.AddMilliseconds(1), header.At);
        Assert.Equal(EntryKind.Resource, header.Kind);
        Assert.Equal(ChangeOp.Put, header.Op);
        Assert.Equal(TestHub.Entry(2), header.Entry);
        Assert.True(header.Command.IsNone);
        Assert.Equal(Extended.Header.Commitment, header.Commitment);
        Assert.Equal([1, 2, 3], header.Extension.ToArray());
    }

    [Fact]
    public void A_command_a_commitment_and_a_leaf_keep_their_hashes()
    {
        Assert.Equal(GoldenFile.Read("command-id"), Put.Header.Command.ToArray());
        Assert.Equal(GoldenFile.Read("commitment"), Put.Header.Commitment.ToArray());
        Assert.Equal(GoldenFile.Read("leaf"), Put.Leaf.ToArray());
    }

    [Fact]
    public void A_root_and_a_frontier_keep_their_hashes()
    {
        var state = StateOfThree();
        Assert.Equal(GoldenFile.Read("root-of-three"), state.Frontier.Root().ToArray());
        Assert.Equal(GoldenFile.Read("frontier-of-three"), state.Frontier.ToArray());
    }

    [Fact]
    public void A_state_digest_keeps_its_hash() =>
        Assert.Equal(GoldenFile.Read("state-digest"), StateOfThree().Digest.Digest().ToArray());

    [Fact]
    public void A_head_keeps_the_bytes_that_are_signed() =>
        Assert.Equal(GoldenFile.Read("head"), HeadOfThree().Encode());

    [Fact]
    public void A_stored_head_is_signed_by_the_stored_key()
    {
        Assert.True(SignedHead.TryDecode(GoldenFile.Read("signed-head"), out var signed));
        Assert.True(signed.IsSignedBy(TestHub.Signer.PublicKey));
        Assert.Equal(HeadOfThree() with { Extension = signed.Head.Extension }, signed.Head);
        Assert.Equal(GoldenFile.Read("signed-head"), signed.Encode());
        Assert.Equal(Hash.Of(GoldenFile.Read("head")), signed.Identity);
    }

    [Fact]
    public void A_key_keeps_its_fingerprint() =>
        Assert.Equal("SHA256:532a7aa45895b83b49ba9434307fcc0b4d63ca044c637621d737a79d4b96630a", TestHub.Signer.PublicKey.Fingerprint);

    [Fact]
    public void An_announcement_keeps_its_bytes()
    {
        var bytes = GoldenFile.Read("announcement");
        Assert.True(Announcement.TryDecode(bytes, out var announcement));
        Assert.Equal(7UL, announcement.Counter);
        Assert.Equal(TestHub.At.AddMilliseconds(4), announcement.At);
        Assert.True(Announcement.IsSignedBy(bytes, announcement.Head, TestHub.Signer.PublicKey));
        Assert.Equal(bytes[..^HubPublicKey.SignatureSize], announcement.Sign(TestHub.Signer)[..^HubPublicKey.SignatureSize]);
    }

    [Theory]
    [InlineData("segment-whole", 3, Trace)]
    [InlineData("segment-cut", 1, null)]
    public void A_segment_keeps_its_bytes_and_is_applied(string name, int count, string? trace)
    {
        Assert.True(SignedHead.TryDecode(GoldenFile.Read("signed-head"), out var head));
        Change[] all = [Put, Extended, Withdrawal];
        Hash[] proof = count == 1 ? [Extended.Leaf, Withdrawal.Leaf] : [];
        Assert.Equal(GoldenFile.Read(name), SegmentCodec.Encode(new(head, 1, all[..count], proof, trace)));
        Assert.True(SegmentCodec.TryDecode(GoldenFile.Read(name), out var segment));
        Assert.Equal(trace, segment.TraceParent);
        Assert.Equal(GoldenFile.Read(name), SegmentCodec.Encode(segment));
        var replica = new Replica();
        Assert.IsType<Verdict.Apply>(replica.Deliver(segment));
        Assert.Equal(all[..count].Select(c => c.Leaf), replica.Applied.Select(c => c.Leaf));
        Assert.All(replica.Applied, c => Assert.True(c.BodyMatches));
    }

    private static ChangeHeader Header(ulong seq, EntryId entry, ChangeOp op) => new()
    {
        Hub = TestHub.Id,
        Position = new(1, seq),
        At = TestHub.At.AddMilliseconds(seq - 1),
        Kind = EntryKind.Event,
        Entry = entry,
        Op = op,
    };

    private static JournalState StateOfThree()
    {
        var state = JournalState.Empty();
        foreach (var change in new[] { Put, Extended, Withdrawal })
            state.Frontier.Append(change.Leaf);
        state.Digest.Replace(Put.Header.Entry, null, Put.Leaf);
        state.Digest.Replace(Extended.Header.Entry, null, Extended.Leaf);
        state.Digest.Replace(Put.Header.Entry, Put.Leaf, Withdrawal.Leaf);
        return state;
    }

    private static Head HeadOfThree() => TestHub.HeadOf(StateOfThree()) with { At = TestHub.At.AddMilliseconds(3) };
}
