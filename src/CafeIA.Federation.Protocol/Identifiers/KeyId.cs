using System.Security.Cryptography;

namespace CafeIA.Federation.Protocol.Identifiers;

/// <summary>Which key signed: the first 16 bytes of SHA-256 over the key's SubjectPublicKeyInfo (RFC 5280), in hexadecimal.</summary>
public readonly record struct KeyId(UInt128 Value)
{
    public const int Size = 16;

    public static KeyId Of(ReadOnlySpan<byte> subjectPublicKeyInfo)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(subjectPublicKeyInfo, hash);
        return Read(hash);
    }

    public static KeyId Read(ReadOnlySpan<byte> bytes) => new(System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(bytes));

    public void Write(Span<byte> destination) => System.Buffers.Binary.BinaryPrimitives.WriteUInt128BigEndian(destination, Value);

    public override string ToString() => Value.ToString("x32", System.Globalization.CultureInfo.InvariantCulture);
}
