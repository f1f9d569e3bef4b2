using BenchmarkDotNet.Attributes;
using CafeIA.Federation.Protocol.Following;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Protocol.Journal;
using CafeIA.Federation.Protocol.Segments;

namespace CafeIA.Federation.Benchmarks.Micro;

/// <summary>A full segment, 250 events: on its way out, and in.</summary>
public class SegmentBenchmarks
{
    private static readonly Dictionary<EntryId, CurrentChange> Nothing = [];

    private readonly Segment segment = SampleJournal.Segment();
    private byte[] bytes = [];

    [GlobalSetup]
    public void Prepare() => bytes = SegmentCodec.Encode(segment);

    [Benchmark(Description = "segment of 250: encode")]
    public byte[] Encode() => SegmentCodec.Encode(segment);

    [Benchmark(Description = "segment of 250: decode")]
    public object Decode() => SegmentCodec.TryDecode(bytes, out var read) ? read : throw new InvalidOperationException("The segment cannot be read.");

    /// <summary>What a follower does before it commits: layout and checksum, signature, root, bodies, digest of the state.</summary>
    [Benchmark(Description = "segment of 250: decode, verify signature, root, bodies and digest")]
    public object DecodeAndVerify()
    {
        var follower = SampleJournal.Follower();
        return SegmentCodec.TryDecode(bytes, out var read) && follower.Judge(read) is Verdict.Apply apply && follower.Plan(apply, Nothing).Batch is { } batch
            ? batch
            : throw new InvalidOperationException("A good segment was refused.");
    }
}
