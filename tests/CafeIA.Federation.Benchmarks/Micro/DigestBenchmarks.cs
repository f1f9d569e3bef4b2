using BenchmarkDotNet.Attributes;
using CafeIA.Federation.Protocol;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Protocol.Merkle;

namespace CafeIA.Federation.Benchmarks.Micro;

/// <summary>The digest of a hub's state: one entry that gets another change, and all buckets as a head signs them.</summary>
public class DigestBenchmarks
{
    private readonly StateDigest digest = new();
    private EntryId entry;
    private Hash leaf;
    private Hash next;

    [GlobalSetup]
    public void Prepare()
    {
        var changes = SampleJournal.Segment().Changes;
        foreach (var change in changes)
            digest.Replace(change.Header.Entry, null, change.Leaf);
        (entry, leaf, next) = (changes[0].Header.Entry, changes[0].Leaf, changes[1].Leaf);
    }

    /// <summary>Each call takes back what the one before has done, so that the sums stay true.</summary>
    [Benchmark(Description = "state digest: an entry's change replaced")]
    public void Replace()
    {
        digest.Replace(entry, leaf, next);
        (leaf, next) = (next, leaf);
    }

    [Benchmark(Description = "state digest: hash of all buckets")]
    public Hash Digest() => digest.Digest();
}
