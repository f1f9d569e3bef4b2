using System.Buffers.Binary;
using System.Text;
using CafeIA.Federation.Protocol.Identifiers;

namespace CafeIA.Federation.Protocol.Heads;

/// <summary>The statement a hub signs: "my journal has this size, this root and this state". Its identity is the hash of its unsigned bytes.</summary>
/// <remarks>
/// <code>
/// 0  "CafeIA head" (11, ASCII)   11 version (1) = 1   12 epoch (4)   16 size (8)   24 root (32)   56 stateDigest (32)
/// 88 keyId (16)   104 at (8, Unix ms)   112 federation length (1), federation   then hub length (1), hub
/// then extension length (2) and extension bytes, to the end
/// </code>
/// </remarks>
public sealed record Head
{
    public const byte FormatVersion = 1;

    public const int MaxExtension = 4096;

    private const int FixedSize = 112;

    private static ReadOnlySpan<byte> Context => "CafeIA head"u8;

    public required FederationId Federation { get; init; }

    public required HubId Hub { get; init; }

    public required uint Epoch { get; init; }

    /// <summary>Changes in the journal; the last one's seq.</summary>
    public required ulong Size { get; init; }

    public required Hash Root { get; init; }

    public required Hash StateDigest { get; init; }

    public required KeyId Key { get; init; }

    /// <summary>When it was signed. It orders nothing.</summary>
    public required DateTimeOffset At { get; init; }

    public ReadOnlyMemory<byte> Extension { get; init; }

    public Position Position => new(Epoch, Size);

    public byte[] Encode()
    {
        if (Extension.Length > MaxExtension)
            throw new InvalidOperationException($"Extension bytes of a head: at most {MaxExtension}.");
        var federation = Federation.ToString();
        var hub = Hub.ToString();
        var bytes = new byte[FixedSize + 1 + federation.Length + 1 + hub.Length + 2 + Extension.Length];
        var span = bytes.AsSpan();
        Context.CopyTo(span);
        span[11] = FormatVersion;
        BinaryPrimitives.WriteUInt32BigEndian(span[12..], Epoch);
        BinaryPrimitives.WriteUInt64BigEndian(span[16..], Size);
        Root.Write(span[24..]);
        StateDigest.Write(span[56..]);
        Key.Write(span[88..]);
        BinaryPrimitives.WriteInt64BigEndian(span[104..], At.ToUnixTimeMilliseconds());
        var rest = span[FixedSize..];
        rest[0] = (byte)federation.Length;
        Encoding.ASCII.GetBytes(federation, rest[1..]);
        rest = rest[(1 + federation.Length)..];
        rest[0] = (byte)hub.Length;
        Encoding.ASCII.GetBytes(hub, rest[1..]);
        rest = rest[(1 + hub.Length)..];
        BinaryPrimitives.WriteUInt16BigEndian(rest, (ushort)Extension.Length);
        Extension.Span.CopyTo(rest[2..]);
        return bytes;
    }

    /// <summary>False for anything that is not exactly one head of format version 1.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> bytes, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out Head? head)
    {
        head = null;
        if (bytes.Length < FixedSize + 4 || !bytes.StartsWith(Context) || bytes[11] != FormatVersion)
            return false;
        var rest = bytes[FixedSize..];
        if (!TryTakeText(ref rest, out var federationText) || !FederationId.TryParse(federationText, out var federation)
            || !TryTakeText(ref rest, out var hubText) || !HubId.TryParse(hubText, out var hub)
            || rest.Length < 2)
            return false;
        int extensionLength = BinaryPrimitives.ReadUInt16BigEndian(rest);
        var at = BinaryPrimitives.ReadInt64BigEndian(bytes[104..]);
        if (extensionLength > MaxExtension || rest.Length != 2 + extensionLength
            || at < DateTimeOffset.MinValue.ToUnixTimeMilliseconds() || at > DateTimeOffset.MaxValue.ToUnixTimeMilliseconds())
            return false;
        head = new Head
        {
            Federation = federation,
            Hub = hub,
            Epoch = BinaryPrimitives.ReadUInt32BigEndian(bytes[12..]),
            Size = BinaryPrimitives.ReadUInt64BigEndian(bytes[16..]),
            Root = Hash.Read(bytes[24..]),
            StateDigest = Hash.Read(bytes[56..]),
            Key = KeyId.Read(bytes[88..]),
            At = DateTimeOffset.FromUnixTimeMilliseconds(at),
            Extension = rest[2..].ToArray(),
        };
        return true;
    }

    private static bool TryTakeText(ref ReadOnlySpan<byte> rest, out string text)
    {
        text = "";
        if (rest.IsEmpty || rest.Length < 1 + rest[0])
            return false;
        text = Encoding.ASCII.GetString(rest.Slice(1, rest[0]));
        rest = rest[(1 + rest[0])..];
        return true;
    }
}

/// <summary>A head with its signature, which is over exactly <see cref="HeadBytes"/>.</summary>
public sealed class SignedHead
{
    private SignedHead(Head head, ReadOnlyMemory<byte> headBytes, ReadOnlyMemory<byte> signature)
    {
        Head = head;
        HeadBytes = headBytes;
        Signature = signature;
    }

    public Head Head { get; }

    public ReadOnlyMemory<byte> HeadBytes { get; }

    /// <summary>64 bytes, IEEE P1363.</summary>
    public ReadOnlyMemory<byte> Signature { get; }

    /// <summary>SHA-256 of the unsigned bytes.</summary>
    public Hash Identity => Hash.Of(HeadBytes.Span);

    public static SignedHead Sign(Head head, HubSigner signer)
    {
        ArgumentNullException.ThrowIfNull(head);
        ArgumentNullException.ThrowIfNull(signer);
        var bytes = head.Encode();
        // Read back, so that the signer works with what every other node will read: the time in whole milliseconds.
        return Head.TryDecode(bytes, out var read)
            ? new(read, bytes, signer.Sign(bytes))
            : throw new ArgumentException("The head cannot be read back.", nameof(head));
    }

    public bool IsSignedBy(HubPublicKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return Head.Key == key.Id && key.Verify(HeadBytes.Span, Signature.Span);
    }

    /// <summary>Signature (64), then the head's bytes.</summary>
    public byte[] Encode() => [.. Signature.Span, .. HeadBytes.Span];

    public static bool TryDecode(ReadOnlyMemory<byte> bytes, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out SignedHead? signedHead)
    {
        signedHead = null;
        if (bytes.Length <= HubPublicKey.SignatureSize || !Head.TryDecode(bytes.Span[HubPublicKey.SignatureSize..], out var head))
            return false;
        signedHead = new(head, bytes[HubPublicKey.SignatureSize..], bytes[..HubPublicKey.SignatureSize]);
        return true;
    }
}
