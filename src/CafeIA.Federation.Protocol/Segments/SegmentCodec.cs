using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using CafeIA.Federation.Protocol.Heads;
using CafeIA.Federation.Protocol.Journal;
using CafeIA.Federation.Protocol.Wire;

namespace CafeIA.Federation.Protocol.Segments;

/// <summary>The bytes of a segment on the broker lane and over HTTP (<c>application/vnd.cafeia.segment</c>).</summary>
/// <remarks>
/// Big-endian:
/// <code>
/// "CafeIA seg." (11, ASCII)   version (1) = 1   trace length (1), traceparent (ASCII)   head length (2), signed head
/// proof count (1), 32 bytes each   firstSeq (8)   change count (4), then for each change:
///   as in <see cref="ChangeCodec"/>
/// checksum (8): the first bytes of SHA-256 over all before
/// </code>
/// The checksum tells damage on the way from a bad sender; what is believed rests on the head's signature alone.
/// </remarks>
public static class SegmentCodec
{
    public const byte FormatVersion = 1;

    public const string ContentType = "application/vnd.cafeia.segment";

    private const int ChecksumSize = 8;
    private const int MaxTrace = 55;

    /// <summary>Of a traceparent (W3C Trace Context, section 3.2).</summary>
    private static readonly SearchValues<byte> TraceCharacters = SearchValues.Create("0123456789abcdef-"u8);

    public static ReadOnlySpan<byte> Context => "CafeIA seg."u8;

    public static byte[] Encode(Segment segment)
    {
        ArgumentNullException.ThrowIfNull(segment);
        var head = segment.Head.Encode();
        var trace = segment.TraceParent is { Length: <= MaxTrace } given ? given : "";
        var size = 12 + 1 + trace.Length + 2 + head.Length + 1 + (segment.Proof.Count * Hash.Size) + 8 + 4 + ChecksumSize;
        foreach (var change in segment.Changes)
            size += ChangeCodec.SizeOf(change);
        var bytes = new byte[size];
        var writer = new WireWriter(bytes);
        writer.Bytes(Context);
        writer.Byte(FormatVersion);
        writer.Byte((byte)trace.Length);
        writer.Ascii(trace);
        writer.UInt16((ushort)head.Length);
        writer.Bytes(head);
        writer.Byte((byte)segment.Proof.Count);
        foreach (var hash in segment.Proof)
            hash.Write(writer.Take(Hash.Size));
        writer.UInt64(segment.FirstSeq);
        writer.UInt32((uint)segment.Changes.Count);
        foreach (var change in segment.Changes)
            ChangeCodec.Write(ref writer, change);
        Checksum(bytes.AsSpan(0, size - ChecksumSize), writer.Take(ChecksumSize));
        return bytes;
    }

    /// <summary>Reads the layout only; nothing in it is to be believed before a <see cref="Following.Follower"/> took it. The bytes must not change afterwards.</summary>
    public static bool TryDecode(ReadOnlyMemory<byte> bytes, [NotNullWhen(true)] out Segment? segment)
    {
        segment = null;
        if (bytes.Length > Segment.MaxBytes || bytes.Length < 12 + ChecksumSize || !bytes.Span.StartsWith(Context) || bytes.Span[11] != FormatVersion)
            return false;
        Span<byte> checksum = stackalloc byte[ChecksumSize];
        Checksum(bytes.Span[..^ChecksumSize], checksum);
        if (!checksum.SequenceEqual(bytes.Span[^ChecksumSize..]))
            return false;
        var reader = new WireReader(bytes[12..^ChecksumSize]);
        if (!reader.TryByte(out var traceLength) || traceLength > MaxTrace || !reader.TryTake(traceLength, out var trace)
            || !reader.TryUInt16(out var headLength) || !reader.TryTake(headLength, out var headBytes)
            || !SignedHead.TryDecode(headBytes, out var head)
            || !reader.TryByte(out var proofCount))
            return false;
        var proof = new Hash[proofCount];
        for (var i = 0; i < proof.Length; i++)
        {
            if (!reader.TryTake(Hash.Size, out var hash))
                return false;
            proof[i] = Hash.Read(hash.Span);
        }
        if (!reader.TryUInt64(out var firstSeq) || firstSeq == 0 || !reader.TryUInt32(out var count) || count > Segment.MaxChanges)
            return false;
        var changes = new Change[count];
        for (var i = 0; i < changes.Length; i++)
        {
            if (!ChangeCodec.TryRead(ref reader, out var change))
                return false;
            changes[i] = change;
        }
        if (!reader.IsAtEnd)
            return false;
        segment = new(head, firstSeq, changes, proof, ReadTrace(trace.Span));
        return true;
    }

    /// <summary>Whose journal the bytes claim to be of, without reading the rest.</summary>
    public static bool TryPeek(ReadOnlyMemory<byte> bytes, [NotNullWhen(true)] out Head? head)
    {
        head = null;
        if (bytes.Length is < 12 + ChecksumSize or > Segment.MaxBytes || !bytes.Span.StartsWith(Context) || bytes.Span[11] != FormatVersion)
            return false;
        var reader = new WireReader(bytes[12..^ChecksumSize]);
        if (!reader.TryByte(out var traceLength) || !reader.TryTake(traceLength, out _)
            || !reader.TryUInt16(out var headLength) || !reader.TryTake(headLength, out var headBytes)
            || !SignedHead.TryDecode(headBytes, out var signedHead))
            return false;
        head = signedHead.Head;
        return true;
    }

    /// <summary>The trace context, where it is one: it is not signed, so whoever passes a segment on could write anything here.</summary>
    private static string? ReadTrace(ReadOnlySpan<byte> trace) =>
        trace.Length == MaxTrace && trace.IndexOfAnyExcept(TraceCharacters) < 0 ? Encoding.ASCII.GetString(trace) : null;

    private static void Checksum(ReadOnlySpan<byte> bytes, Span<byte> destination)
    {
        Span<byte> hash = stackalloc byte[Hash.Size];
        System.Security.Cryptography.SHA256.HashData(bytes, hash);
        hash[..ChecksumSize].CopyTo(destination);
    }
}
