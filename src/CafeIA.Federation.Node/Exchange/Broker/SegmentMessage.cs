using System.Net.Mime;
using System.Runtime.InteropServices;
using CafeIA.Federation.Protocol.Segments;
using MassTransit;

namespace CafeIA.Federation.Node.Exchange.Broker;

/// <summary>A segment or an announcement as MassTransit sees it: bytes. The names are pinned, so that moving the class changes nothing on the broker.</summary>
[EntityName("cafeia.segment")]
[MessageUrn("cafeia:segment")]
internal sealed record SegmentMessage(ReadOnlyMemory<byte> Bytes);

/// <summary>Puts the bytes on the wire as they are: no envelope, no text form.</summary>
internal sealed class SegmentSerializer : IMessageSerializer
{
    public static SegmentSerializer Instance { get; } = new();

    public ContentType ContentType { get; } = new(SegmentCodec.ContentType);

    public MessageBody GetMessageBody<T>(SendContext<T> context)
        where T : class =>
        context.Message is SegmentMessage message
            ? new BytesMessageBody(Whole(message.Bytes))
            : throw new InvalidOperationException($"{typeof(T)} is no message of the segment lane.");

    /// <summary>The array itself where the bytes are all of it: an encoded segment is not copied again.</summary>
    private static byte[] Whole(ReadOnlyMemory<byte> bytes) =>
        MemoryMarshal.TryGetArray(bytes, out var part) && part.Offset == 0 && part.Count == part.Array!.Length ? part.Array : bytes.ToArray();
}
