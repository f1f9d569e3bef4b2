using CafeIA.Federation.Protocol.Heads;

namespace CafeIA.Federation.Tests.Protocol;

public sealed class AnnouncementTests
{
    private static readonly SignedHead Head = AuthoredHistory.OfSize(3).Heads[0];

    [Fact]
    public void An_announcement_with_any_flipped_bit_is_not_believed()
    {
        var bytes = new Announcement(Head, 12, TestHub.At).Sign(TestHub.Signer);
        Assert.True(IsBelieved(bytes));
        for (var bit = 0; bit < bytes.Length * 8; bit++)
        {
            var flipped = bytes.ToArray();
            flipped[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.False(IsBelieved(flipped), $"bit {bit % 8} of byte {bit / 8}");
        }
    }

    [Fact]
    public void An_announcement_of_a_hubs_head_by_another_key_is_not_believed() =>
        Assert.False(IsBelieved(new Announcement(Head, 12, TestHub.At).Sign(TestHub.OtherSigner)));

    [Fact]
    public void An_announcement_of_a_head_that_another_key_signed_is_not_believed()
    {
        var forged = SignedHead.Sign(Head.Head with { Size = 99 }, TestHub.OtherSigner);
        Assert.False(IsBelieved(new Announcement(forged, 12, TestHub.At).Sign(TestHub.Signer)));
    }

    [Fact]
    public void An_announcement_cut_short_is_none()
    {
        var bytes = new Announcement(Head, 12, TestHub.At).Sign(TestHub.Signer);
        for (var length = 0; length < bytes.Length; length++)
            Assert.False(Announcement.TryDecode(bytes.AsMemory(0, length), out _), $"{length} bytes");
    }

    private static bool IsBelieved(byte[] bytes) =>
        Announcement.TryDecode(bytes, out var read) && Announcement.IsSignedBy(bytes, read.Head, TestHub.Signer.PublicKey);
}
