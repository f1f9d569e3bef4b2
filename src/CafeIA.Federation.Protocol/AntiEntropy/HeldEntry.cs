using CafeIA.Federation.Protocol.Identifiers;

namespace CafeIA.Federation.Protocol.AntiEntropy;

/// <summary>The current change of an entry as a node's own rows have it.</summary>
/// <param name="Entry">The entry.</param>
/// <param name="Seq">Of its current change.</param>
/// <param name="Leaf">Of its current change.</param>
public readonly record struct HeldEntry(EntryId Entry, ulong Seq, Hash Leaf)
{
    public Fingerprint Fingerprint => new(Entry.Slot(), Leaf.A);
}

/// <summary>An entry's state in 8 bytes: within its slot, the first word of its current change's leaf. Enough to see which differ; what is then fetched is checked whole.</summary>
public readonly record struct Fingerprint(int Slot, ulong Word)
{
    /// <summary>Bytes on the wire: slot (2), word (8).</summary>
    public const int Size = 10;
}

/// <summary>The parts of the state digest's buckets: the next 5 bits of SHA-256(entry id) below a bucket's 10.</summary>
public static class Slots
{
    /// <summary>In one bucket.</summary>
    public const int PerBucket = 32;

    /// <summary>In all.</summary>
    public const int Count = Merkle.StateDigest.BucketCount * PerBucket;

    /// <summary>For each bucket asked for, the sums modulo 2^64 of the first words of its slots' leaves.</summary>
    /// <param name="buckets">Which.</param>
    /// <param name="entries">At least all entries of these buckets; others are passed over.</param>
    public static IReadOnlyDictionary<int, ulong[]> Sum(IEnumerable<int> buckets, IEnumerable<HeldEntry> entries)
    {
        ArgumentNullException.ThrowIfNull(entries);
        var sums = buckets.Distinct().ToDictionary(b => b, _ => new ulong[PerBucket]);
        foreach (var entry in entries)
        {
            var slot = entry.Entry.Slot();
            if (sums.TryGetValue(slot / PerBucket, out var parts))
                parts[slot % PerBucket] = unchecked(parts[slot % PerBucket] + entry.Leaf.A);
        }
        return sums;
    }
}
