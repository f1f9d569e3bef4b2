using CafeIA.Federation.Protocol.Journal;

namespace CafeIA.Federation.Node.Journal;

/// <summary>When an entry was first written, for a node that holds its current change only.</summary>
internal static class FirstSeen
{
    /// <summary>The milliseconds in a UUID of version 7 (RFC 9562, section 5.7), which the author's node made it with; where it is no such UUID or of a later time than its change, the change's own time.</summary>
    public static DateTimeOffset Of(ChangeHeader header)
    {
        if (header.Entry.Value.Version != 7)
            return header.At;
        Span<byte> bytes = stackalloc byte[16];
        header.Entry.Write(bytes);
        var milliseconds = (long)(System.Buffers.Binary.BinaryPrimitives.ReadUInt64BigEndian(bytes) >> 16);
        return milliseconds < header.At.ToUnixTimeMilliseconds() ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds) : header.At;
    }
}
