using System.Text;
using System.Text.Json.Nodes;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Protocol.Membership;

namespace CafeIA.Federation.Tests.Protocol.Membership;

/// <summary>The membership document and the join request: read as they were signed, written as they always were, and nothing but what was signed is believed.</summary>
public sealed class MembershipDocumentTests
{
    private static readonly HubId Bretagne = HubId.Parse("bretagne");

    private static readonly MembershipDocument Document = new()
    {
        Federation = TestHub.Federation,
        Version = 3,
        At = TestHub.At,
        Stewards = [TestHub.Signer.PublicKey],
        Members =
        [
            new Member(TestHub.Id, "Préfecture d’Auvergne-Rhône-Alpes", new Uri("https://ara.example.org/"), TestHub.Signer.PublicKey) { IsRelay = true },
            new Member(Bretagne, "Hub de Bretagne", null, TestHub.OtherSigner.PublicKey) { Status = MemberStatus.Expelled, RevokedAfter = new(1, 52) },
        ],
    };

    [Fact]
    public void A_document_keeps_its_bytes_and_every_field_is_read_back()
    {
        Assert.Equal(GoldenFile.Read("membership"), Document.ToBytes());
        var read = MembershipDocument.TryRead(GoldenFile.Read("membership"))!;
        Assert.Equal((TestHub.Federation, 3L, TestHub.At), (read.Federation, read.Version, read.At));
        Assert.True(read.IsSteward(TestHub.Signer.PublicKey.Id));
        Assert.False(read.IsSteward(TestHub.OtherSigner.PublicKey.Id));
        var ara = read.Find(TestHub.Id)!;
        Assert.Equal(("Préfecture d’Auvergne-Rhône-Alpes", new Uri("https://ara.example.org/"), true, MemberStatus.Active, null), (ara.Name, ara.Address, ara.IsRelay, ara.Status, ara.RevokedAfter));
        var bretagne = read.Find(Bretagne)!;
        Assert.Equal((null, TestHub.OtherSigner.PublicKey.Id, false, MemberStatus.Expelled, new Position(1, 52)), (bretagne.Address, bretagne.Key.Id, bretagne.IsRelay, bretagne.Status, bretagne.RevokedAfter));
        Assert.Equal(GoldenFile.Read("membership"), read.ToBytes());
    }

    [Fact]
    public void A_signed_document_and_a_request_of_another_program_are_read()
    {
        var signed = SignedMembership.TryDecode(GoldenFile.Read("signed-membership"))!;
        Assert.Equal(GoldenFile.Read("membership"), signed.Envelope.Bytes.ToArray());
        Assert.Equal(TestHub.Signer.PublicKey.Id, signed.Envelope.Key.Id);
        var (request, key) = JoinRequest.TryDecode(GoldenFile.Read("join-request"))!.Value;
        Assert.Equal(new JoinRequest(TestHub.Federation, Bretagne, "Hub de Bretagne", new Uri("https://bretagne.example.org/"), TestHub.At), request);
        Assert.Equal(TestHub.OtherSigner.PublicKey.Id, key.Id);
        Assert.Equal(request, JoinRequest.TryDecode(request.Sign(TestHub.Signer).Encode())!.Value.Request);
    }

    [Fact]
    public void Whatever_is_changed_in_an_envelope_never_changes_what_is_read()
    {
        var (envelope, document) = (GoldenFile.Read("signed-membership"), GoldenFile.Read("membership"));
        var refused = 0;
        for (var i = 0; i < envelope.Length; i++)
        {
            for (var bit = 0; bit < 8; bit++)
            {
                var flipped = envelope.ToArray();
                flipped[i] ^= (byte)(1 << bit);
                if (SignedMembership.TryDecode(flipped) is not { } read)
                {
                    refused++;
                    continue;
                }
                Assert.Equal(document, read.Envelope.Bytes.ToArray());
                Assert.Equal(TestHub.Signer.PublicKey.Id, read.Envelope.Key.Id);
            }
        }
        Assert.True(refused > envelope.Length * 7, $"{refused} of {envelope.Length * 8} refused");
    }

    [Fact]
    public void A_request_is_no_document_and_a_document_no_request()
    {
        Assert.Null(SignedMembership.TryDecode(GoldenFile.Read("join-request")));
        Assert.Null(JoinRequest.TryDecode(GoldenFile.Read("signed-membership")));
        // The same words signed as the other kind: the context tells them apart.
        var words = SignedDocument.Sign("CafeIA join"u8, Document.ToBytes(), TestHub.Signer);
        Assert.Null(SignedMembership.TryDecode(words.Encode()));
        Assert.Null(JoinRequest.TryDecode(new byte[JoinRequest.MaxEnvelope + 1]));
    }

    [Fact]
    public void What_a_newer_program_wrote_is_kept_by_who_makes_the_next_version()
    {
        var fields = JsonNode.Parse(Document.ToBytes())!.AsObject();
        fields["motto"] = "convivial";
        fields["hubs"]![0]!["colour"] = new JsonArray(1, 2);
        fields["hubs"]![1]!["status"] = "en-pause";
        var read = MembershipDocument.TryRead(Encoding.UTF8.GetBytes(fields.ToJsonString()))!;
        Assert.Equal(MemberStatus.Other, read.Find(Bretagne)!.Status);

        var next = JsonNode.Parse(read.With(read.Find(TestHub.Id)! with { IsRelay = false }, TestHub.At).ToBytes())!;
        Assert.Equal(4, (int)next["version"]!);
        Assert.Equal("convivial", (string?)next["motto"]);
        Assert.Equal("[1,2]", next["hubs"]![0]!["colour"]!.ToJsonString());
        Assert.Null(next["hubs"]![0]!["relay"]);
        Assert.Equal("en-pause", (string?)next["hubs"]![1]!["status"]);
        Assert.Equal("expelled", (string?)JsonNode.Parse(read.With(read.Find(Bretagne)! with { Status = MemberStatus.Expelled }, TestHub.At).ToBytes())!["hubs"]![1]!["status"]);
    }

    [Theory]
    [InlineData("""{"federation":"cafeia"}""", "")]
    [InlineData("Hub de Bretagne", "\\ud800")]
    [InlineData("\"version\":3", "\"version\":0")]
    [InlineData("\"version\":3", "\"version\":3,\"version\":4")]
    [InlineData("\"version\":3", "\"version\":\"3\"")]
    [InlineData("2024-07-26T08:00:00.123Z", "hier")]
    [InlineData("bretagne\"", "auvergne-rhone-alpes\"")]
    [InlineData("\"1.52\"", "\"52\"")]
    [InlineData("\"1.52\"", "\"1.9223372036854775808\"")]
    [InlineData("https://ara.example.org/", "ftp://ara.example.org/")]
    [InlineData("\"relay\":true", "\"relay\":1")]
    [InlineData("\"status\":\"expelled\"", "\"status\":null")]
    [InlineData("MFkwEwYHKoZIzj0CAQYI", "MFkwEwYHKoZIzj0CAQYJ")]
    public void A_document_that_is_not_whole_is_none(string from, string to)
    {
        var text = Encoding.UTF8.GetString(Document.ToBytes());
        var broken = text.Contains(from, StringComparison.Ordinal) ? text.Replace(from, to, StringComparison.Ordinal) : from;
        Assert.NotEqual(text, broken);
        Assert.Null(MembershipDocument.TryRead(Encoding.UTF8.GetBytes(broken)));
    }
}
