using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Protocol.Merkle;
using CafeIA.Federation.Protocol.Segments;
using CafeIA.Federation.Protocol.Wire;

namespace CafeIA.Federation.Protocol.AntiEntropy;

/// <summary>The bytes in which two nodes compare their states (<c>application/vnd.cafeia.buckets</c>).</summary>
/// <remarks>
/// Big-endian. Every answer begins with the position it is of:
/// <code>
/// "CafeIA bkt." (11, ASCII)   version (1) = 1   level (1)   epoch (4)   size (8)
/// level 0: 1,024 × (count (8), sum (32))
/// level 1: count (2), then for each bucket: number (2), 32 × sum (8)
/// level 2: count (2), then for each slot: number (2), entries (2), 8 bytes each
/// level 3: count (2), then for each entry: the change as in a segment, proof count (1), 32 bytes each
/// </code>
/// The question of levels 1 and 2 is a list of numbers (2 bytes each), that of level 3 a list of slot (2) and fingerprint (8).
/// </remarks>
public static class BucketCodec
{
    public const byte FormatVersion = 1;

    public const string ContentType = "application/vnd.cafeia.buckets";

    /// <summary>Bytes of one answer.</summary>
    public const int MaxBytes = 4 * 1024 * 1024;

    /// <summary>Buckets in one question.</summary>
    public const int MaxBuckets = StateDigest.BucketCount;

    /// <summary>Slots in one question.</summary>
    public const int MaxSlots = 4096;

    /// <summary>Entries in one question.</summary>
    public const int MaxEntries = 1000;

    /// <summary>Fingerprints of one slot that are told: 30 are usual among a million entries.</summary>
    public const int MaxPerSlot = 4096;

    private const int PrefixSize = 11 + 1 + 1 + 4 + 8;

    public static ReadOnlySpan<byte> Context => "CafeIA bkt."u8;

    public static byte[] EncodeBuckets(Position at, StateDigest digest)
    {
        ArgumentNullException.ThrowIfNull(digest);
        var writer = Begin(0, at, StateDigest.Size, out var bytes);
        writer.Bytes(digest.ToArray());
        return bytes;
    }

    public static bool TryDecodeBuckets(ReadOnlyMemory<byte> bytes, Position at, [NotNullWhen(true)] out StateDigest? digest)
    {
        digest = null;
        if (!TryBegin(bytes, 0, at, out var reader) || !reader.TryTake(StateDigest.Size, out var buckets) || !reader.IsAtEnd)
            return false;
        digest = StateDigest.Read(buckets.Span);
        return true;
    }

    public static byte[] EncodeSlots(Position at, IReadOnlyDictionary<int, ulong[]> sums)
    {
        ArgumentNullException.ThrowIfNull(sums);
        var writer = Begin(1, at, 2 + (sums.Count * (2 + (Slots.PerBucket * 8))), out var bytes);
        writer.UInt16((ushort)sums.Count);
        foreach (var (bucket, parts) in sums.OrderBy(s => s.Key))
        {
            writer.UInt16((ushort)bucket);
            foreach (var part in parts)
                writer.UInt64(part);
        }
        return bytes;
    }

    public static bool TryDecodeSlots(ReadOnlyMemory<byte> bytes, Position at, [NotNullWhen(true)] out Dictionary<int, ulong[]>? sums)
    {
        sums = null;
        if (!TryBegin(bytes, 1, at, out var reader) || !reader.TryUInt16(out var count))
            return false;
        var read = new Dictionary<int, ulong[]>();
        for (var i = 0; i < count; i++)
        {
            if (!reader.TryUInt16(out var bucket) || bucket >= StateDigest.BucketCount)
                return false;
            var parts = new ulong[Slots.PerBucket];
            for (var p = 0; p < parts.Length; p++)
            {
                if (!reader.TryUInt64(out parts[p]))
                    return false;
            }
            read[bucket] = parts;
        }
        sums = read;
        return reader.IsAtEnd;
    }

    public static byte[] EncodeFingerprints(Position at, IReadOnlyList<int> slots, IEnumerable<HeldEntry> entries)
    {
        ArgumentNullException.ThrowIfNull(slots);
        var bySlot = entries.ToLookup(e => e.Entry.Slot(), e => e.Leaf.A);
        var writer = Begin(2, at, 2 + slots.Sum(s => 4 + (8 * Math.Min(bySlot[s].Count(), MaxPerSlot))), out var bytes);
        writer.UInt16((ushort)slots.Count);
        foreach (var slot in slots)
        {
            var words = bySlot[slot].Order().Take(MaxPerSlot).ToArray();
            writer.UInt16((ushort)slot);
            writer.UInt16((ushort)words.Length);
            foreach (var word in words)
                writer.UInt64(word);
        }
        return bytes;
    }

    /// <param name="bytes">The answer.</param>
    /// <param name="at">The position it must be of.</param>
    /// <param name="answered">The slots it tells about, those without an entry included.</param>
    /// <param name="prints">All fingerprints in them.</param>
    public static bool TryDecodeFingerprints(
        ReadOnlyMemory<byte> bytes, Position at, [NotNullWhen(true)] out IReadOnlyList<int>? answered, [NotNullWhen(true)] out IReadOnlyList<Fingerprint>? prints)
    {
        (answered, prints) = (null, null);
        if (!TryBegin(bytes, 2, at, out var reader) || !reader.TryUInt16(out var count))
            return false;
        var slots = new List<int>();
        var read = new List<Fingerprint>();
        for (var i = 0; i < count; i++)
        {
            if (!reader.TryUInt16(out var slot) || slot >= Slots.Count || !reader.TryUInt16(out var words))
                return false;
            slots.Add(slot);
            for (var w = 0; w < words; w++)
            {
                if (!reader.TryUInt64(out var word))
                    return false;
                read.Add(new(slot, word));
            }
        }
        (answered, prints) = (slots, read);
        return reader.IsAtEnd;
    }

    public static byte[] EncodeEntries(Position at, IReadOnlyList<ProvenChange> entries)
    {
        ArgumentNullException.ThrowIfNull(entries);
        var writer = Begin(3, at, 2 + entries.Sum(SizeOf), out var bytes);
        writer.UInt16((ushort)entries.Count);
        foreach (var entry in entries)
        {
            ChangeCodec.Write(ref writer, entry.Change);
            writer.Byte((byte)entry.Proof.Count);
            foreach (var hash in entry.Proof)
                hash.Write(writer.Take(Hash.Size));
        }
        return bytes;
    }

    /// <summary>Bytes of one entry in an answer.</summary>
    public static int SizeOf(ProvenChange entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        return ChangeCodec.SizeOf(entry.Change) + 1 + (entry.Proof.Count * Hash.Size);
    }

    public static bool TryDecodeEntries(ReadOnlyMemory<byte> bytes, Position at, [NotNullWhen(true)] out ProvenChange[]? entries)
    {
        entries = null;
        if (!TryBegin(bytes, 3, at, out var reader) || !reader.TryUInt16(out var count))
            return false;
        // Room is made for what comes, not for what is announced.
        var read = new List<ProvenChange>();
        for (var i = 0; i < count; i++)
        {
            if (!ChangeCodec.TryRead(ref reader, out var change) || !reader.TryByte(out var hashes) || !reader.TryTake(hashes * Hash.Size, out var proof))
                return false;
            read.Add(new(change, [.. Enumerable.Range(0, hashes).Select(h => Hash.Read(proof.Span[(h * Hash.Size)..]))]));
        }
        entries = [.. read];
        return reader.IsAtEnd;
    }

    /// <summary>The question of levels 1 and 2.</summary>
    public static byte[] EncodeNumbers(IReadOnlyList<int> numbers)
    {
        ArgumentNullException.ThrowIfNull(numbers);
        var bytes = new byte[numbers.Count * 2];
        for (var i = 0; i < numbers.Count; i++)
            BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(i * 2), (ushort)numbers[i]);
        return bytes;
    }

    /// <summary>False when they are too many, one is not below the bound, or one stands twice.</summary>
    public static bool TryDecodeNumbers(ReadOnlySpan<byte> bytes, int bound, int most, [NotNullWhen(true)] out IReadOnlyList<int>? numbers)
    {
        numbers = null;
        if (bytes.Length % 2 != 0 || bytes.Length / 2 > most)
            return false;
        var read = new int[bytes.Length / 2];
        for (var i = 0; i < read.Length; i++)
            read[i] = BinaryPrimitives.ReadUInt16BigEndian(bytes[(i * 2)..]);
        if (read.Any(n => n >= bound) || read.Distinct().Count() != read.Length)
            return false;
        numbers = read;
        return true;
    }

    /// <summary>The question of level 3.</summary>
    public static byte[] EncodeWanted(IReadOnlyList<Fingerprint> wanted)
    {
        ArgumentNullException.ThrowIfNull(wanted);
        var bytes = new byte[wanted.Count * Fingerprint.Size];
        for (var i = 0; i < wanted.Count; i++)
        {
            BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(i * Fingerprint.Size), (ushort)wanted[i].Slot);
            BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan((i * Fingerprint.Size) + 2), wanted[i].Word);
        }
        return bytes;
    }

    public static bool TryDecodeWanted(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out IReadOnlyList<Fingerprint>? wanted)
    {
        wanted = null;
        if (bytes.Length % Fingerprint.Size != 0 || bytes.Length / Fingerprint.Size > MaxEntries)
            return false;
        var read = new Fingerprint[bytes.Length / Fingerprint.Size];
        for (var i = 0; i < read.Length; i++)
            read[i] = new(BinaryPrimitives.ReadUInt16BigEndian(bytes[(i * Fingerprint.Size)..]), BinaryPrimitives.ReadUInt64BigEndian(bytes[((i * Fingerprint.Size) + 2)..]));
        if (read.Any(f => f.Slot >= Slots.Count))
            return false;
        wanted = read;
        return true;
    }

    private static WireWriter Begin(byte level, Position at, int size, out byte[] bytes)
    {
        bytes = new byte[PrefixSize + size];
        var writer = new WireWriter(bytes);
        writer.Bytes(Context);
        writer.Byte(FormatVersion);
        writer.Byte(level);
        writer.UInt32(at.Epoch);
        writer.UInt64(at.Seq);
        return writer;
    }

    private static bool TryBegin(ReadOnlyMemory<byte> bytes, byte level, Position at, out WireReader reader)
    {
        reader = new(bytes);
        return bytes.Length <= MaxBytes
            && reader.TryTake(Context.Length, out var context) && context.Span.SequenceEqual(Context)
            && reader.TryByte(out var version) && version == FormatVersion
            && reader.TryByte(out var read) && read == level
            && reader.TryUInt32(out var epoch) && reader.TryUInt64(out var size) && new Position(epoch, size) == at;
    }
}
