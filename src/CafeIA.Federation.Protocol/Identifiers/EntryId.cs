using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace CafeIA.Federation.Protocol.Identifiers;

/// <summary>One record of the directory, for ever: a random UUID (version 7, RFC 9562), written in 32 lower-case hexadecimal digits with hyphens.</summary>
public readonly record struct EntryId(Guid Value) : IComparable<EntryId>
{
    public const int Size = 16;

    /// <summary>A new id whose first 48 bits are the time in milliseconds, so that rows written together stand together.</summary>
    public static EntryId New(TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(time);
        return new(Guid.CreateVersion7(time.GetUtcNow()));
    }

    public static EntryId Read(ReadOnlySpan<byte> bytes) => new(new Guid(bytes[..Size], bigEndian: true));

    /// <exception cref="FormatException">The text is no UUID.</exception>
    public static EntryId Parse(string text) => TryParse(text, out var id) ? id : throw new FormatException($"'{text}' is no entry id.");

    public static bool TryParse([NotNullWhen(true)] string? text, out EntryId id)
    {
        // The base library also takes blanks around and signs within; an id has one spelling.
        var ok = Guid.TryParseExact(text, "D", out var value) && value.ToString("D") == text;
        id = ok ? new(value) : default;
        return ok;
    }

    /// <summary>Writes the 16 bytes in network order (RFC 9562, section 4).</summary>
    public void Write(Span<byte> destination) => Value.TryWriteBytes(destination, bigEndian: true, out _);

    /// <summary>The digest bucket of this entry: the first 10 bits of SHA-256 over its 16 bytes.</summary>
    public int Bucket() => Slot() >> 5;

    /// <summary>The bucket and, below it, the part of the bucket that two nodes compare when the buckets differ: the first 15 bits of SHA-256 over its 16 bytes.</summary>
    public int Slot()
    {
        Span<byte> bytes = stackalloc byte[Size];
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        Write(bytes);
        SHA256.HashData(bytes, hash);
        return (hash[0] << 7) | (hash[1] >> 1);
    }

    public int CompareTo(EntryId other) => Value.CompareTo(other.Value);

    public override string ToString() => Value.ToString("D");

    public static bool operator <(EntryId left, EntryId right) => left.CompareTo(right) < 0;

    public static bool operator >(EntryId left, EntryId right) => left.CompareTo(right) > 0;

    public static bool operator <=(EntryId left, EntryId right) => left.CompareTo(right) <= 0;

    public static bool operator >=(EntryId left, EntryId right) => left.CompareTo(right) >= 0;
}
