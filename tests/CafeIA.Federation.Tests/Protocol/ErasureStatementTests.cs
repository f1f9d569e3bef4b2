using CafeIA.Federation.Protocol.Heads;
using CafeIA.Federation.Protocol.Identifiers;

namespace CafeIA.Federation.Tests.Protocol;

public sealed class ErasureStatementTests
{
    private static readonly ErasedUpTo[] Hubs = [new(TestHub.Id, new(1, 57), new(1, 40)), new(HubId.Parse("mayotte"), new(2, 9), default)];

    private static readonly ErasureStatement Said = ErasureStatement.Sign(TestHub.Federation, TestHub.Id, TestHub.At, Hubs, TestHub.Signer);

    [Fact]
    public void A_statement_keeps_its_bytes() => Assert.Equal(GoldenFile.Read("erasure-statement"), Said.Encode()[HubPublicKey.SignatureSize..]);

    [Fact]
    public void Every_field_is_read_back_and_bytes_behind_are_kept()
    {
        byte[] statement = [.. GoldenFile.Read("erasure-statement"), 1, 2, 3];
        byte[] whole = [.. TestHub.Signer.Sign(statement), .. statement];
        Assert.True(ErasureStatement.TryDecode(whole, out var read));
        Assert.Equal((TestHub.Federation, TestHub.Id, TestHub.At), (read.Federation, read.Hub, read.At));
        Assert.Equal(Hubs, read.Hubs);
        Assert.True(read.IsSignedBy(TestHub.Signer.PublicKey));
        Assert.Equal(whole, read.Encode());
    }

    [Fact]
    public void No_byte_can_be_changed_and_no_other_key_has_signed_it()
    {
        var bytes = Said.Encode();
        Assert.True(Said.IsSignedBy(TestHub.Signer.PublicKey));
        Assert.False(Said.IsSignedBy(TestHub.OtherSigner.PublicKey));
        for (var i = 0; i < bytes.Length; i++)
        {
            byte[] changed = [.. bytes];
            changed[i] ^= 1;
            Assert.False(ErasureStatement.TryDecode(changed, out var read) && read.IsSignedBy(TestHub.Signer.PublicKey), $"byte {i}");
        }
    }

    [Fact]
    public void What_ends_early_is_no_statement()
    {
        var bytes = Said.Encode();
        for (var length = 0; length < bytes.Length; length++)
            Assert.False(ErasureStatement.TryDecode(bytes.AsMemory(0, length), out _), $"{length} bytes");
    }
}
