using System.Buffers.Binary;

namespace CafeIA.Federation.Protocol.Heads;

/// <summary>"I am here, and this is my newest head": signed, counted, sent every 2 s after a write and every 30 s else. A head's age is the local receipt of the highest counter.</summary>
/// <remarks>
/// <code>
/// 0 "CafeIA ann." (11, ASCII)   11 version (1) = 1   12 counter (8)   20 at (8, Unix ms)   28 signed head, to the last 64   signature (64) over all before
/// </code>
/// </remarks>
public sealed record Announcement(SignedHead Head, ulong Counter, DateTimeOffset At)
{
    public const byte FormatVersion = 1;

    private const int FixedSize = 28;

    public static ReadOnlySpan<byte> Context => "CafeIA ann."u8;

    public byte[] Sign(HubSigner signer)
    {
        ArgumentNullException.ThrowIfNull(signer);
        var head = Head.Encode();
        var bytes = new byte[FixedSize + head.Length + HubPublicKey.SignatureSize];
        var span = bytes.AsSpan();
        Context.CopyTo(span);
        span[11] = FormatVersion;
        BinaryPrimitives.WriteUInt64BigEndian(span[12..], Counter);
        BinaryPrimitives.WriteInt64BigEndian(span[20..], At.ToUnixTimeMilliseconds());
        head.CopyTo(span[FixedSize..]);
        signer.Sign(span[..^HubPublicKey.SignatureSize]).CopyTo(span[^HubPublicKey.SignatureSize..]);
        return bytes;
    }

    /// <summary>Reads the layout; <see cref="IsSignedBy"/> says whether to believe it.</summary>
    public static bool TryDecode(ReadOnlyMemory<byte> bytes, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out Announcement? announcement)
    {
        announcement = null;
        var span = bytes.Span;
        if (span.Length <= FixedSize + HubPublicKey.SignatureSize || !span.StartsWith(Context) || span[11] != FormatVersion
            || !SignedHead.TryDecode(bytes[FixedSize..^HubPublicKey.SignatureSize], out var head))
            return false;
        var at = BinaryPrimitives.ReadInt64BigEndian(span[20..]);
        if (at < DateTimeOffset.MinValue.ToUnixTimeMilliseconds() || at > DateTimeOffset.MaxValue.ToUnixTimeMilliseconds())
            return false;
        announcement = new(head, BinaryPrimitives.ReadUInt64BigEndian(span[12..]), DateTimeOffset.FromUnixTimeMilliseconds(at));
        return true;
    }

    /// <summary>True when both the announcement's bytes and the head in it are signed by the key.</summary>
    public static bool IsSignedBy(ReadOnlySpan<byte> bytes, SignedHead head, HubPublicKey key)
    {
        ArgumentNullException.ThrowIfNull(head);
        ArgumentNullException.ThrowIfNull(key);
        return key.Verify(bytes[..^HubPublicKey.SignatureSize], bytes[^HubPublicKey.SignatureSize..]) && head.IsSignedBy(key);
    }
}
