using BenchmarkDotNet.Attributes;
using CafeIA.Federation.Protocol;
using CafeIA.Federation.Protocol.Merkle;

namespace CafeIA.Federation.Benchmarks.Micro;

/// <summary>What a change costs in hashes: its leaf, and the tree over many.</summary>
public class HashBenchmarks
{
    private const int Leaves = 256;

    private byte[] header = [];
    private Hash[] leaves = [];

    [GlobalSetup]
    public void Prepare()
    {
        var changes = SampleJournal.Segment().Changes;
        header = changes[0].HeaderBytes.ToArray();
        leaves = [.. Enumerable.Range(0, Leaves).Select(i => changes[i % changes.Count].Leaf)];
    }

    [Benchmark(Description = "leaf of a change's header")]
    public Hash Leaf() => MerkleTree.Leaf(header);

    [Benchmark(Description = "subtree over 256 leaves")]
    public Hash Subtree() => MerkleTree.Root(leaves);
}
