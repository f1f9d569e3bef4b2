using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace CafeIA.Federation.Protocol.Identifiers;

/// <summary>Names one command so that its retry is known, also after a recovery: 16 bytes, all zero when the caller gave no key.</summary>
/// <remarks>The first 16 bytes of SHA-256 over the account's length (4 bytes, big-endian), the account and the Idempotency-Key, in UTF-8.</remarks>
public readonly record struct CommandId(UInt128 Value)
{
    public const int Size = 16;

    public static CommandId None => default;

    public bool IsNone => Value == UInt128.Zero;

    public static CommandId From(string account, string idempotencyKey)
    {
        ArgumentNullException.ThrowIfNull(account);
        ArgumentNullException.ThrowIfNull(idempotencyKey);
        var accountBytes = Encoding.UTF8.GetBytes(account);
        var keyBytes = Encoding.UTF8.GetBytes(idempotencyKey);
        var bytes = new byte[4 + accountBytes.Length + keyBytes.Length];
        BinaryPrimitives.WriteInt32BigEndian(bytes, accountBytes.Length);
        accountBytes.CopyTo(bytes, 4);
        keyBytes.CopyTo(bytes, 4 + accountBytes.Length);
        return Read(SHA256.HashData(bytes));
    }

    public static CommandId Read(ReadOnlySpan<byte> bytes) => new(BinaryPrimitives.ReadUInt128BigEndian(bytes));

    public void Write(Span<byte> destination) => BinaryPrimitives.WriteUInt128BigEndian(destination, Value);

    public byte[] ToArray()
    {
        var bytes = new byte[Size];
        Write(bytes);
        return bytes;
    }
}
