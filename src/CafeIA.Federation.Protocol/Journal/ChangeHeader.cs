using System.Buffers.Binary;
using System.Text;
using CafeIA.Federation.Protocol.Identifiers;

namespace CafeIA.Federation.Protocol.Journal;

/// <summary>The hashed part of a change. Fixed layout, big-endian, hashed exactly as received.</summary>
/// <remarks>
/// <code>
/// 0  version (1) = 1      1  op (1)            2  kind (2)          4  epoch (4)        8  seq (8)
/// 16 at (8, Unix ms)      24 entryId (16)      40 commandId (16)    56 commitment (32)
/// 88 hub length (1)       89 hub (ASCII)       then extension length (2) and extension bytes, to the end
/// </code>
/// Extension bytes mean nothing to this version; they are kept and forwarded.
/// </remarks>
public sealed record ChangeHeader
{
    public const byte FormatVersion = 1;

    public const int MaxExtension = 1024;

    private const int FixedSize = 89;

    /// <summary>Bytes of the longest header.</summary>
    public const int MaxSize = FixedSize + HubId.MaxLength + 2 + MaxExtension;

    public required HubId Hub { get; init; }

    public required Position Position { get; init; }

    /// <summary>When the hub's node took it, to the millisecond. It orders nothing.</summary>
    public required DateTimeOffset At { get; init; }

    public required EntryKind Kind { get; init; }

    public required EntryId Entry { get; init; }

    public required ChangeOp Op { get; init; }

    public CommandId Command { get; init; }

    /// <summary>SHA-256(salt || body); zero where there is no body.</summary>
    public Hash Commitment { get; init; }

    public ReadOnlyMemory<byte> Extension { get; init; }

    public byte[] Encode()
    {
        var hub = Hub.ToString();
        if (Extension.Length > MaxExtension)
            throw new InvalidOperationException($"Extension bytes: at most {MaxExtension}.");
        var bytes = new byte[FixedSize + hub.Length + 2 + Extension.Length];
        var span = bytes.AsSpan();
        span[0] = FormatVersion;
        span[1] = (byte)Op;
        BinaryPrimitives.WriteUInt16BigEndian(span[2..], (ushort)Kind);
        BinaryPrimitives.WriteUInt32BigEndian(span[4..], Position.Epoch);
        BinaryPrimitives.WriteUInt64BigEndian(span[8..], Position.Seq);
        BinaryPrimitives.WriteInt64BigEndian(span[16..], At.ToUnixTimeMilliseconds());
        Entry.Write(span[24..]);
        Command.Write(span[40..]);
        Commitment.Write(span[56..]);
        span[88] = (byte)hub.Length;
        Encoding.ASCII.GetBytes(hub, span[FixedSize..]);
        BinaryPrimitives.WriteUInt16BigEndian(span[(FixedSize + hub.Length)..], (ushort)Extension.Length);
        Extension.Span.CopyTo(span[(FixedSize + hub.Length + 2)..]);
        return bytes;
    }

    /// <summary>False for anything that is not exactly one header of format version 1.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> bytes, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out ChangeHeader? header)
    {
        header = null;
        if (bytes.Length < FixedSize + HubId.MinLength + 2 || bytes[0] != FormatVersion)
            return false;
        int hubLength = bytes[88];
        if (bytes.Length < FixedSize + hubLength + 2
            || !HubId.TryParse(Encoding.ASCII.GetString(bytes.Slice(FixedSize, hubLength)), out var hub))
            return false;
        int extensionLength = BinaryPrimitives.ReadUInt16BigEndian(bytes[(FixedSize + hubLength)..]);
        if (extensionLength > MaxExtension || bytes.Length != FixedSize + hubLength + 2 + extensionLength)
            return false;
        var at = BinaryPrimitives.ReadInt64BigEndian(bytes[16..]);
        if (at < DateTimeOffset.MinValue.ToUnixTimeMilliseconds() || at > DateTimeOffset.MaxValue.ToUnixTimeMilliseconds())
            return false;
        header = new ChangeHeader
        {
            Op = (ChangeOp)bytes[1],
            Kind = (EntryKind)BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]),
            Position = new(BinaryPrimitives.ReadUInt32BigEndian(bytes[4..]), BinaryPrimitives.ReadUInt64BigEndian(bytes[8..])),
            At = DateTimeOffset.FromUnixTimeMilliseconds(at),
            Entry = EntryId.Read(bytes[24..]),
            Command = CommandId.Read(bytes[40..]),
            Commitment = Hash.Read(bytes[56..]),
            Hub = hub,
            Extension = bytes[(FixedSize + hubLength + 2)..].ToArray(),
        };
        return true;
    }
}
