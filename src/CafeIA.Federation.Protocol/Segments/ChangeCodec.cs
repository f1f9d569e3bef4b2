using System.Diagnostics.CodeAnalysis;
using CafeIA.Federation.Protocol.Journal;
using CafeIA.Federation.Protocol.Wire;

namespace CafeIA.Federation.Protocol.Segments;

/// <summary>The bytes of one change on its way, in whatever carries it: <c>header length (2), header, body flag (1): 0 none, 1 there: salt (32), body length (4), body</c>.</summary>
public static class ChangeCodec
{
    /// <summary>Bytes a change takes.</summary>
    public static int SizeOf(Change change)
    {
        ArgumentNullException.ThrowIfNull(change);
        return 2 + change.HeaderBytes.Length + 1 + (change.Body is { } body ? Change.SaltSize + 4 + body.Length : 0);
    }

    internal static void Write(ref WireWriter writer, Change change)
    {
        writer.UInt16((ushort)change.HeaderBytes.Length);
        writer.Bytes(change.HeaderBytes.Span);
        writer.Byte(change.Body is null ? (byte)0 : (byte)1);
        if (change.Body is { } body)
        {
            writer.Bytes(change.Salt.Span);
            writer.UInt32((uint)body.Length);
            writer.Bytes(body.Span);
        }
    }

    internal static bool TryRead(ref WireReader reader, [NotNullWhen(true)] out Change? change)
    {
        change = null;
        if (!reader.TryUInt16(out var headerLength) || !reader.TryTake(headerLength, out var header) || !reader.TryByte(out var flag) || flag > 1)
            return false;
        ReadOnlyMemory<byte> salt = default;
        ReadOnlyMemory<byte>? body = null;
        if (flag == 1)
        {
            if (!reader.TryTake(Change.SaltSize, out salt) || !reader.TryUInt32(out var bodyLength) || bodyLength > Segment.MaxBytes
                || !reader.TryTake((int)bodyLength, out var bodyBytes))
                return false;
            body = bodyBytes;
        }
        return Change.TryRead(header, salt, body, out change);
    }
}
