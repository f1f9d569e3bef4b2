using System.Security.Cryptography;
using CafeIA.Federation.Protocol.Identifiers;

namespace CafeIA.Federation.Protocol.Heads;

/// <summary>The key by which anyone checks a hub's heads: ECDSA over P-256 (FIPS 186-5), signatures of 64 bytes (IEEE P1363).</summary>
public sealed class HubPublicKey : IDisposable
{
    public const int SignatureSize = 64;

    private readonly ECDsa key;
    private readonly Lock gate = new();

    private HubPublicKey(ECDsa key, byte[] bytes)
    {
        this.key = key;
        Bytes = bytes;
        Id = KeyId.Of(bytes);
    }

    /// <summary>SubjectPublicKeyInfo, DER.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }

    public KeyId Id { get; }

    /// <summary><c>SHA256:</c> and the 64 hexadecimal digits of SHA-256 over <see cref="Bytes"/>: what people compare.</summary>
    public string Fingerprint => "SHA256:" + Hash.Of(Bytes.Span);

    /// <summary>Null for bytes that are no SubjectPublicKeyInfo of a P-256 key.</summary>
    public static HubPublicKey? TryRead(ReadOnlySpan<byte> subjectPublicKeyInfo)
    {
        var key = ECDsa.Create();
        try
        {
            key.ImportSubjectPublicKeyInfo(subjectPublicKeyInfo, out var read);
            // Other curves have 256 bits too: the name decides. One key has one spelling, so that it has one fingerprint: some readers pass over bits that mean nothing.
            if (read == subjectPublicKeyInfo.Length && key.ExportSubjectPublicKeyInfo().AsSpan().SequenceEqual(subjectPublicKeyInfo)
                && key.ExportParameters(includePrivateParameters: false).Curve.Oid?.Value == ECCurve.NamedCurves.nistP256.Oid.Value)
                return new(key, subjectPublicKeyInfo.ToArray());
        }
        catch (Exception e) when (e is CryptographicException or PlatformNotSupportedException)
        {
            // Not a key: the answer is null, like any other bytes that are none.
        }
        key.Dispose();
        return null;
    }

    public bool Verify(ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature)
    {
        lock (gate)
        {
            return signature.Length == SignatureSize
                && key.VerifyData(data, signature, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        }
    }

    public void Dispose() => key.Dispose();
}

/// <summary>The hub's own key.</summary>
public sealed class HubSigner : IDisposable
{
    private readonly ECDsa key;
    private readonly Lock gate = new();

    public HubSigner(ECDsa key)
    {
        ArgumentNullException.ThrowIfNull(key);
        this.key = key;
        PublicKey = HubPublicKey.TryRead(key.ExportSubjectPublicKeyInfo()) ?? throw new ArgumentException("A hub signs with a P-256 key.", nameof(key));
    }

    public HubPublicKey PublicKey { get; }

    /// <summary>64 bytes, IEEE P1363.</summary>
    public byte[] Sign(ReadOnlySpan<byte> data)
    {
        lock (gate)
        {
            return key.SignData(data, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        }
    }

    public void Dispose()
    {
        key.Dispose();
        PublicKey.Dispose();
    }
}
