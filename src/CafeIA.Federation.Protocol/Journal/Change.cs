using System.Security.Cryptography;
using CafeIA.Federation.Protocol.Merkle;

namespace CafeIA.Federation.Protocol.Journal;

/// <summary>One line of a hub's journal: its header, as the bytes that are hashed, and beside it the salt and the body, which may be gone.</summary>
public sealed class Change
{
    /// <summary>Bytes of a salt: random, so that the commitment of a name cannot be guessed.</summary>
    public const int SaltSize = 32;

    /// <summary>Bytes of a body at the author's edge; what other hubs sent is bounded by the segment.</summary>
    public const int MaxBody = 64 * 1024;

    private Change(ChangeHeader header, ReadOnlyMemory<byte> headerBytes, ReadOnlyMemory<byte> salt, ReadOnlyMemory<byte>? body)
    {
        Header = header;
        HeaderBytes = headerBytes;
        Salt = salt;
        Body = body;
        Leaf = MerkleTree.Leaf(headerBytes.Span);
    }

    public ChangeHeader Header { get; }

    public ReadOnlyMemory<byte> HeaderBytes { get; }

    /// <summary>SHA-256(0x00 || header).</summary>
    public Hash Leaf { get; }

    /// <summary>32 bytes, or none where there is no body.</summary>
    public ReadOnlyMemory<byte> Salt { get; }

    /// <summary>UTF-8 JSON; null where the change has none, or where it is superseded or erased and only its header is left.</summary>
    public ReadOnlyMemory<byte>? Body { get; }

    /// <summary>True when the body is there and is the one the header commits to, or when neither exists.</summary>
    public bool BodyMatches => Body is { } body
        ? Salt.Length == SaltSize && Commit(Salt.Span, body.Span) == Header.Commitment
        : Header.Commitment.IsZero;

    /// <summary>SHA-256(salt || body).</summary>
    public static Hash Commit(ReadOnlySpan<byte> salt, ReadOnlySpan<byte> body)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(salt);
        hash.AppendData(body);
        Span<byte> result = stackalloc byte[Hash.Size];
        hash.GetHashAndReset(result);
        return Hash.Read(result);
    }

    /// <summary>A change as its author makes it: the header gets the commitment of salt and body.</summary>
    /// <exception cref="ArgumentException">A body without a salt of <see cref="SaltSize"/> bytes.</exception>
    public static Change Author(ChangeHeader header, ReadOnlyMemory<byte> salt, ReadOnlyMemory<byte>? body)
    {
        ArgumentNullException.ThrowIfNull(header);
        if (body is not null && salt.Length != SaltSize)
            throw new ArgumentException($"A salt has {SaltSize} bytes, not {salt.Length}.", nameof(salt));
        var bytes = (body is null ? header : header with { Commitment = Commit(salt.Span, body.Value.Span) }).Encode();
        // Read back, so that the author's node works with what every other node will read: the time in whole milliseconds.
        return TryRead(bytes, body is null ? default : salt, body, out var change)
            ? change
            : throw new ArgumentException("The header cannot be read back.", nameof(header));
    }

    /// <summary>A change as it was received or stored; false for a header that is none and for a body without its salt.</summary>
    public static bool TryRead(
        ReadOnlyMemory<byte> headerBytes,
        ReadOnlyMemory<byte> salt,
        ReadOnlyMemory<byte>? body,
        [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out Change? change)
    {
        change = (body is null || salt.Length == SaltSize) && ChangeHeader.TryDecode(headerBytes.Span, out var header)
            ? new(header, headerBytes, body is null ? default : salt, body)
            : null;
        return change is not null;
    }

    /// <summary>The same change with the body of another one, where this one has none and commits to that.</summary>
    public Change WithBodyOf(Change other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return Body is null && other.Body is not null && other.BodyMatches && other.Header.Commitment == Header.Commitment
            ? new(Header, HeaderBytes, other.Salt, other.Body)
            : this;
    }

    /// <summary>The same change with its header only.</summary>
    public Change WithoutBody() => new(Header, HeaderBytes, default, null);
}
