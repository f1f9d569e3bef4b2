using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Nodes;
using CafeIA.Federation.Protocol.Heads;

namespace CafeIA.Federation.Protocol.Membership;

/// <summary>JSON that somebody signed, kept and passed on exactly as it was signed: its fields are read from the bytes, never the bytes made anew from the fields.</summary>
/// <remarks>
/// On its way: <c>{"document": base64, "key": base64 SubjectPublicKeyInfo, "signature": base64}</c>. The signature (64 bytes, P1363) is over the
/// context (11 bytes ASCII), a version byte (1) and the document. What the envelope holds besides is passed over.
/// </remarks>
public sealed class SignedDocument
{
    public const byte FormatVersion = 1;

    /// <summary>Bytes of a document; a thousand hubs take 300 KB.</summary>
    public const int MaxBytes = 1024 * 1024;

    /// <summary>Bytes of an envelope: base64 makes 4 of 3.</summary>
    public const int MaxEnvelope = (MaxBytes / 3 * 4) + 4096;

    private const int ContextSize = 11;

    private SignedDocument(ReadOnlyMemory<byte> bytes, HubPublicKey key, byte[] signature)
    {
        Bytes = bytes;
        Key = key;
        Signature = signature;
    }

    /// <summary>What was signed.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>The key it is signed by, which says nothing yet about whose that is.</summary>
    public HubPublicKey Key { get; }

    public ReadOnlyMemory<byte> Signature { get; }

    /// <summary>SHA-256 of <see cref="Bytes"/>, never of the signature.</summary>
    public Hash Identity => Hash.Of(Bytes.Span);

    /// <param name="context">11 ASCII bytes that name what kind of document it is, so that one is never taken for another.</param>
    /// <param name="bytes">At most <see cref="MaxBytes"/>.</param>
    /// <param name="signer">The key.</param>
    public static SignedDocument Sign(ReadOnlySpan<byte> context, ReadOnlyMemory<byte> bytes, HubSigner signer)
    {
        ArgumentNullException.ThrowIfNull(signer);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bytes.Length, MaxBytes);
        return new(bytes, signer.PublicKey, signer.Sign(Statement(context, bytes.Span)));
    }

    public byte[] Encode() => JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, string>
    {
        ["document"] = Convert.ToBase64String(Bytes.Span),
        ["key"] = Convert.ToBase64String(Key.Bytes.Span),
        ["signature"] = Convert.ToBase64String(Signature.Span),
    });

    /// <summary>False for anything but an envelope whose signature holds.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> context, ReadOnlySpan<byte> envelope, [NotNullWhen(true)] out SignedDocument? document)
    {
        document = null;
        if (envelope.Length > MaxEnvelope || StrictJson.TryParse(envelope) is not { } fields
            || !TryReadBytes(fields, "document", out var bytes) || bytes.Length > MaxBytes
            || !TryReadBytes(fields, "key", out var keyBytes)
            || !TryReadBytes(fields, "signature", out var signature)
            || HubPublicKey.TryRead(keyBytes) is not { } key)
            return false;
        if (!key.Verify(Statement(context, bytes), signature))
        {
            key.Dispose();
            return false;
        }
        document = new(bytes, key, signature);
        return true;
    }

    private static byte[] Statement(ReadOnlySpan<byte> context, ReadOnlySpan<byte> bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(context.Length, ContextSize);
        return [.. context, FormatVersion, .. bytes];
    }

    private static bool TryReadBytes(JsonObject fields, string name, out byte[] bytes)
    {
        bytes = [];
        if (StrictJson.Text(fields, name) is not { } text)
            return false;
        var buffer = new byte[text.Length];
        if (!Convert.TryFromBase64String(text, buffer, out var length))
            return false;
        bytes = buffer[..length];
        return true;
    }
}
