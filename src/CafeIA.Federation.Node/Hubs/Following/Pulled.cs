using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Protocol;
using CafeIA.Federation.Protocol.Segments;

namespace CafeIA.Federation.Node.Hubs.Following;

/// <summary>What a pull brought.</summary>
/// <param name="Answer">As it came.</param>
/// <param name="Segment">Read from it; null where it is none.</param>
/// <param name="Prepared">What will be shown of it, where there was time to prepare that.</param>
internal sealed record Pulled(Result<ReadOnlyMemory<byte>> Answer, Segment? Segment, PreparedProjection? Prepared)
{
    public static Pulled Of(Result<ReadOnlyMemory<byte>> answer) =>
        new(answer, answer.IsOk && SegmentCodec.TryDecode(answer.Value, out var segment) ? segment : null, null);
}
