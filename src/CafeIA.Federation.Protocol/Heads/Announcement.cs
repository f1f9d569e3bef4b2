using CafeIA.Federation.Protocol.Wire;

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
        var writer = new WireWriter(span);
        writer.Begin(Context, FormatVersion);
        writer.UInt64(Counter);
        writer.Time(At);
        writer.Bytes(head);
        signer.Sign(span[..^HubPublicKey.SignatureSize]).CopyTo(span[^HubPublicKey.SignatureSize..]);
        return bytes;
    }

    /// <summary>Reads the layout; <see cref="IsSignedBy"/> says whether to believe it.</summary>
    public static bool TryDecode(ReadOnlyMemory<byte> bytes, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out Announcement? announcement)
    {
        announcement = null;
        if (bytes.Length <= HubPublicKey.SignatureSize)
            return false;
        var reader = new WireReader(bytes[..^HubPublicKey.SignatureSize]);
        if (!reader.TryBegin(Context, FormatVersion)
            || !reader.TryUInt64(out var counter)
            || !reader.TryTime(out var at)
            || !SignedHead.TryDecode(reader.Rest, out var head))
            return false;
        announcement = new(head, counter, at);
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
