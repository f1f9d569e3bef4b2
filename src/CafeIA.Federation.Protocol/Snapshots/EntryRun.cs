using System.Diagnostics.CodeAnalysis;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Protocol.Journal;
using CafeIA.Federation.Protocol.Segments;
using CafeIA.Federation.Protocol.Wire;

namespace CafeIA.Federation.Protocol.Snapshots;

/// <summary>Some of the current changes of a journal as it stood at the snapshot's position, in the order of their seq.</summary>
/// <param name="At">The position the snapshot is of.</param>
/// <param name="After">Seq after which it begins.</param>
/// <param name="Next">Seq after which the next run begins; the snapshot's size when there is none.</param>
/// <param name="Changes">Every current change between the two; a body may be missing.</param>
/// <remarks>
/// <c>application/vnd.cafeia.entries</c>, big-endian:
/// <code>
/// "CafeIA ent." (11, ASCII)   version (1) = 1   epoch (4)   size (8)   after (8)   next (8)   count (4), then each change as in a segment
/// </code>
/// </remarks>
public sealed record EntryRun(Position At, ulong After, ulong Next, IReadOnlyList<Change> Changes)
{
    public const byte FormatVersion = 1;

    public const string ContentType = "application/vnd.cafeia.entries";

    /// <summary>Changes in one run.</summary>
    public const int MaxChanges = 2000;

    /// <summary>Bytes of one run.</summary>
    public const int MaxBytes = 4 * 1024 * 1024;

    private const int PrefixSize = 11 + 1 + 4 + 8 + 8 + 8 + 4;

    public static ReadOnlySpan<byte> Context => "CafeIA ent."u8;

    /// <summary>True when it is a run of this hub's journal as asked for: in order, within its bounds, each body the one committed to.</summary>
    public bool IsRun(HubId hub, Position at, ulong after)
    {
        if (At != at || After != after || Next <= after || Next > at.Seq)
            return false;
        var last = after;
        foreach (var change in Changes)
        {
            var header = change.Header;
            if (header.Hub != hub || header.Position.Epoch != at.Epoch || header.Position.Seq <= last || header.Position.Seq > Next || (change.Body is not null && !change.BodyMatches))
                return false;
            last = header.Position.Seq;
        }
        return true;
    }

    public byte[] Encode()
    {
        var bytes = new byte[PrefixSize + Changes.Sum(ChangeCodec.SizeOf)];
        var writer = new WireWriter(bytes);
        writer.Bytes(Context);
        writer.Byte(FormatVersion);
        writer.UInt32(At.Epoch);
        writer.UInt64(At.Seq);
        writer.UInt64(After);
        writer.UInt64(Next);
        writer.UInt32((uint)Changes.Count);
        foreach (var change in Changes)
            ChangeCodec.Write(ref writer, change);
        return bytes;
    }

    /// <summary>Reads the layout only. The bytes must not change afterwards.</summary>
    public static bool TryDecode(ReadOnlyMemory<byte> bytes, [NotNullWhen(true)] out EntryRun? run)
    {
        run = null;
        var reader = new WireReader(bytes);
        if (bytes.Length > MaxBytes
            || !reader.TryTake(Context.Length, out var context) || !context.Span.SequenceEqual(Context)
            || !reader.TryByte(out var version) || version != FormatVersion
            || !reader.TryUInt32(out var epoch) || !reader.TryUInt64(out var size) || !reader.TryUInt64(out var after) || !reader.TryUInt64(out var next)
            || !reader.TryUInt32(out var count) || count > MaxChanges)
            return false;
        var changes = new Change[count];
        for (var i = 0; i < changes.Length; i++)
        {
            if (!ChangeCodec.TryRead(ref reader, out var change))
                return false;
            changes[i] = change;
        }
        run = new(new(epoch, size), after, next, changes);
        return reader.IsAtEnd;
    }
}
