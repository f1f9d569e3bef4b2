using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using CafeIA.Federation.Protocol.Heads;
using CafeIA.Federation.Protocol.Identifiers;

namespace CafeIA.Federation.Protocol.Recovery;

/// <summary>Which database it is: PostgreSQL's system identifier and timeline (pg_control), which a restored or promoted copy changes.</summary>
public readonly record struct StoreIdentity(ulong System, uint Timeline);

/// <summary>How far a hub's own journal had been committed, kept beside the database and not in it: a database that is behind it was restored.</summary>
/// <remarks>
/// <code>
/// "CafeIA mark" (11, ASCII)   version (1) = 1   12 system (8)   20 timeline (4)   24 epoch (4)   28 size (8)   36 root (32)   68 checksum (8): of SHA-256 over all before
/// </code>
/// </remarks>
public sealed record HighWater(StoreIdentity Store, Position End, Hash Root)
{
    public const int Size = 76;

    private const byte FormatVersion = 1;
    private const int ChecksumAt = 68;

    private static ReadOnlySpan<byte> Context => "CafeIA mark"u8;

    /// <summary>No database was marked since it was made.</summary>
    public bool IsFresh => Store == default;

    /// <summary>What lies beside a key that was just made: nothing is signed by it, and no database belongs to it yet. Its root is the key's fingerprint.</summary>
    public static HighWater FreshFor(HubPublicKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return new(default, new(1, 0), Hash.Of(key.Bytes.Span));
    }

    public byte[] Encode()
    {
        var bytes = new byte[Size];
        var span = bytes.AsSpan();
        Context.CopyTo(span);
        span[11] = FormatVersion;
        BinaryPrimitives.WriteUInt64BigEndian(span[12..], Store.System);
        BinaryPrimitives.WriteUInt32BigEndian(span[20..], Store.Timeline);
        BinaryPrimitives.WriteUInt32BigEndian(span[24..], End.Epoch);
        BinaryPrimitives.WriteUInt64BigEndian(span[28..], End.Seq);
        Root.Write(span[36..]);
        Hash.Of(span[..ChecksumAt]).ToArray().AsSpan(0, Size - ChecksumAt).CopyTo(span[ChecksumAt..]);
        return bytes;
    }

    /// <summary>False for bytes that were torn or are none.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out HighWater? mark)
    {
        mark = null;
        if (bytes.Length != Size || !bytes.StartsWith(Context) || bytes[11] != FormatVersion
            || !Hash.Of(bytes[..ChecksumAt]).ToArray().AsSpan(0, Size - ChecksumAt).SequenceEqual(bytes[ChecksumAt..]))
            return false;
        mark = new(
            new(BinaryPrimitives.ReadUInt64BigEndian(bytes[12..]), BinaryPrimitives.ReadUInt32BigEndian(bytes[20..])),
            new(BinaryPrimitives.ReadUInt32BigEndian(bytes[24..]), BinaryPrimitives.ReadUInt64BigEndian(bytes[28..])),
            Hash.Read(bytes[36..]));
        return true;
    }
}
