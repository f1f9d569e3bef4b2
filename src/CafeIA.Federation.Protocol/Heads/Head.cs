using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Protocol.Wire;

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
        var writer = new WireWriter(bytes);
        writer.Begin(Context, FormatVersion);
        writer.UInt32(Epoch);
        writer.UInt64(Size);
        writer.Hash(Root);
        writer.Hash(StateDigest);
        writer.KeyId(Key);
        writer.Time(At);
        writer.Text(federation);
        writer.Text(hub);
        writer.UInt16((ushort)Extension.Length);
        writer.Bytes(Extension.Span);
        return bytes;
    }

    /// <summary>False for anything that is not exactly one head of format version 1.</summary>
    public static bool TryDecode(ReadOnlyMemory<byte> bytes, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out Head? head)
    {
        head = null;
        var reader = new WireReader(bytes);
        if (!reader.TryBegin(Context, FormatVersion)
            || !reader.TryUInt32(out var epoch)
            || !reader.TryUInt64(out var size)
            || !reader.TryHash(out var root)
            || !reader.TryHash(out var digest)
            || !reader.TryKeyId(out var key)
            || !reader.TryTime(out var at)
            || !reader.TryFederation(out var federation)
            || !reader.TryHub(out var hub)
            || !reader.TryUInt16(out var length) || length > MaxExtension
            || !reader.TryTake(length, out var extension)
            || !reader.IsAtEnd)
            return false;
        head = new Head
        {
            Federation = federation,
            Hub = hub,
            Epoch = epoch,
            Size = size,
            Root = root,
            StateDigest = digest,
            Key = key,
            At = at,
            Extension = extension.ToArray(),
        };
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
        if (bytes.Length <= HubPublicKey.SignatureSize || !Head.TryDecode(bytes[HubPublicKey.SignatureSize..], out var head))
            return false;
        signedHead = new(head, bytes[HubPublicKey.SignatureSize..], bytes[..HubPublicKey.SignatureSize]);
        return true;
    }
}
