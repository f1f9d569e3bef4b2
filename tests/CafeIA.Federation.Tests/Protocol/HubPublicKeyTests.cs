using System.Security.Cryptography;
using CafeIA.Federation.Protocol.Heads;

namespace CafeIA.Federation.Tests.Protocol;

public sealed class HubPublicKeyTests
{
    [Fact]
    public void A_key_is_read_back_from_its_bytes()
    {
        var key = HubPublicKey.TryRead(TestHub.Signer.PublicKey.Bytes.Span);
        Assert.NotNull(key);
        Assert.Equal(TestHub.Signer.PublicKey.Id, key.Id);
        Assert.True(key.Verify([1, 2, 3], TestHub.Signer.Sign([1, 2, 3])));
        Assert.False(key.Verify([1, 2, 4], TestHub.Signer.Sign([1, 2, 3])));
        Assert.False(key.Verify([1, 2, 3], TestHub.OtherSigner.Sign([1, 2, 3])));
        Assert.False(key.Verify([1, 2, 3], TestHub.Signer.Sign([1, 2, 3]).AsSpan(1)));
    }

    [Theory]
    [InlineData("brainpoolP256r1", "MFowFAYHKoZIzj0CAQYJKyQDAwIIAQEHA0IABDJ1VjOEMdTBS4VG4++Nnr+fpw3QzlW3Rj6bIxMhGAV3fNNxvn23lmUWAuY5o/HAaj/GnPoad9H4u2uwk+kS/Mk=")]
    [InlineData("secp256k1", "MFYwEAYHKoZIzj0CAQYFK4EEAAoDQgAEmfl5KPkTjbOj0Cf/4JT800p8b+YFrxotaWFvjv9GmKk21TH1MifkICJe7Cp+b1SCGRzA3gvVRX03IcXEOUCDYw==")]
    [InlineData("secp384r1", "MHYwEAYHKoZIzj0CAQYFK4EEACIDYgAE4oJolPSr7H4eWTtMpc7fAKdPtQZArm3Gvskx9TRUNDdPiD+a0YEA7pIxoQoqxHO/Z/OKUjK4iJVkQt+yGJY4z4mmjhKwWT2YylbpapRrmeyyqwl/3DQC+QxnwJxksAYX")]
    public void A_key_of_another_curve_is_no_hub_key(string curve, string key) =>
        Assert.True(HubPublicKey.TryRead(Convert.FromBase64String(key)) is null, curve);

    [Fact]
    public void Bytes_that_are_no_key_are_no_hub_key()
    {
        var bytes = TestHub.Signer.PublicKey.Bytes.ToArray();
        Assert.Null(HubPublicKey.TryRead([]));
        Assert.Null(HubPublicKey.TryRead("no key"u8));
        Assert.Null(HubPublicKey.TryRead([.. bytes, 0]));
        Assert.Null(HubPublicKey.TryRead(bytes.AsSpan(0, bytes.Length - 1)));
    }

    [Fact]
    public void A_point_that_is_not_on_the_curve_is_no_hub_key()
    {
        var bytes = TestHub.Signer.PublicKey.Bytes.ToArray();
        bytes[^1] ^= 1;
        Assert.Null(HubPublicKey.TryRead(bytes));
    }

    [Fact]
    public void A_signer_of_another_curve_is_refused()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        Assert.Throws<ArgumentException>(() => new HubSigner(key));
    }
}
