using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Protocol.Wire;

namespace CafeIA.Federation.Protocol.Heads;

/// <summary>"From this place of my journal on I sign with another key": signed by the old key and by the new one, so it proves itself to whoever trusts the old.</summary>
/// <remarks>
/// It stands in the journal as the control entry <see cref="ControlEntry.Key"/>, under a head of the old key; the next head is of the new one.
/// <code>
/// "CafeIA key." (11, ASCII)   version (1) = 1   number (4)   epoch (4)   seq (8)   old key id (16)   key length (2), SubjectPublicKeyInfo of the new key
/// federation length (1), federation   hub length (1), hub   then signature of the old key (64) and of the new (64), each over all before the first
/// </code>
/// </remarks>
public sealed class KeyRotation
{
    public const byte FormatVersion = 1;

    /// <summary>Bytes of the longest: what a reader allots.</summary>
    public const int MaxSize = 1024;

    private const int FixedSize = 44;
    private const int SignaturesSize = 2 * HubPublicKey.SignatureSize;

    private readonly ReadOnlyMemory<byte> bytes;

    private KeyRotation(ReadOnlyMemory<byte> bytes, FederationId federation, HubId hub, uint number, Position at, KeyId old, HubPublicKey newKey)
    {
        this.bytes = bytes;
        Federation = federation;
        Hub = hub;
        Number = number;
        At = at;
        Old = old;
        NewKey = newKey;
    }

    public FederationId Federation { get; }

    public HubId Hub { get; }

    /// <summary>1 for the hub's first change of key.</summary>
    public uint Number { get; }

    /// <summary>Where its change stands: the last position a head of the old key may cover.</summary>
    public Position At { get; }

    public KeyId Old { get; }

    public HubPublicKey NewKey { get; }

    private static ReadOnlySpan<byte> Context => "CafeIA key."u8;

    public static KeyRotation Sign(FederationId federation, HubId hub, uint number, Position at, HubSigner old, HubSigner successor)
    {
        ArgumentNullException.ThrowIfNull(old);
        ArgumentNullException.ThrowIfNull(successor);
        var key = successor.PublicKey.Bytes.Span;
        var federationText = federation.ToString();
        var hubText = hub.ToString();
        var statement = new byte[FixedSize + 2 + key.Length + 1 + federationText.Length + 1 + hubText.Length];
        var writer = new WireWriter(statement);
        writer.Begin(Context, FormatVersion);
        writer.UInt32(number);
        writer.Position(at);
        writer.KeyId(old.PublicKey.Id);
        writer.UInt16((ushort)key.Length);
        writer.Bytes(key);
        writer.Text(federationText);
        writer.Text(hubText);
        byte[] whole = [.. statement, .. old.Sign(statement), .. successor.Sign(statement)];
        return TryDecode(whole, out var rotation) ? rotation : throw new ArgumentException("The rotation cannot be read back.", nameof(number));
    }

    public byte[] Encode() => bytes.ToArray();

    /// <summary>Reads the layout; <see cref="IsSigned"/> says whether to believe it.</summary>
    public static bool TryDecode(ReadOnlyMemory<byte> bytes, [NotNullWhen(true)] out KeyRotation? rotation)
    {
        rotation = null;
        if (bytes.Length is < SignaturesSize or > MaxSize)
            return false;
        var reader = new WireReader(bytes[..^SignaturesSize]);
        if (!reader.TryBegin(Context, FormatVersion)
            || !reader.TryUInt32(out var number)
            || !reader.TryPosition(out var at)
            || !reader.TryKeyId(out var old)
            || !reader.TryUInt16(out var keyLength)
            || !reader.TryTake(keyLength, out var key)
            || !reader.TryFederation(out var federation)
            || !reader.TryHub(out var hub)
            || !reader.IsAtEnd
            || HubPublicKey.TryRead(key.Span) is not { } newKey)
            return false;
        rotation = new(bytes, federation, hub, number, at, old, newKey);
        return true;
    }

    /// <summary>True when the old key and the new one have both signed it.</summary>
    public bool IsSigned(HubPublicKey old)
    {
        ArgumentNullException.ThrowIfNull(old);
        var statement = bytes.Span[..^SignaturesSize];
        return old.Id == Old
            && old.Verify(statement, bytes.Span[^SignaturesSize..^HubPublicKey.SignatureSize])
            && NewKey.Verify(statement, bytes.Span[^HubPublicKey.SignatureSize..]);
    }

    /// <summary>The body of its control change.</summary>
    public byte[] ToBody() => JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, object> { ["number"] = Number, ["rotation"] = Convert.ToBase64String(bytes.Span) });

    /// <summary>Null for a body that holds none.</summary>
    public static KeyRotation? TryReadBody(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            return document.RootElement.ValueKind == JsonValueKind.Object
                && document.RootElement.TryGetProperty("rotation", out var text)
                && text.ValueKind == JsonValueKind.String
                && text.TryGetBytesFromBase64(out var bytes)
                && TryDecode(bytes, out var rotation)
                    ? rotation
                    : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
