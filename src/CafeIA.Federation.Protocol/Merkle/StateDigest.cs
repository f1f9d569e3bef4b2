using System.Buffers.Binary;
using System.Security.Cryptography;
using CafeIA.Federation.Protocol.Identifiers;

namespace CafeIA.Federation.Protocol.Merkle;

/// <summary>
/// A digest of a journal's state that costs the same for each change, however many entries there are: 1,024 buckets by the entry's hash,
/// each a count and the sum modulo 2^256 of the leaf hashes of its entries' current changes.
/// </summary>
public sealed class StateDigest
{
    public const int BucketCount = 1024;

    /// <summary>Bytes of one bucket: count (8) and sum (32), both big-endian.</summary>
    public const int BucketSize = 8 + Hash.Size;

    /// <summary>Bytes of all buckets.</summary>
    public const int Size = BucketCount * BucketSize;

    private readonly byte[] buckets;

    public StateDigest() => buckets = new byte[Size];

    private StateDigest(byte[] buckets) => this.buckets = buckets;

    /// <summary>Entries counted, those withdrawn or erased included.</summary>
    public ulong Count
    {
        get
        {
            ulong count = 0;
            for (var i = 0; i < BucketCount; i++)
                count += BinaryPrimitives.ReadUInt64BigEndian(buckets.AsSpan(i * BucketSize));
            return count;
        }
    }

    /// <exception cref="FormatException">Not <see cref="Size"/> bytes.</exception>
    public static StateDigest Read(ReadOnlySpan<byte> bytes) =>
        bytes.Length == Size ? new(bytes.ToArray()) : throw new FormatException($"A state digest has {Size} bytes, not {bytes.Length}.");

    public byte[] ToArray() => [.. buckets];

    public StateDigest Clone() => new([.. buckets]);

    /// <summary>The entry's current change is now <paramref name="leaf"/>, and was <paramref name="previous"/> (null: the entry is new).</summary>
    public void Replace(EntryId entry, Hash? previous, Hash leaf)
    {
        var bucket = buckets.AsSpan(entry.Bucket() * BucketSize, BucketSize);
        if (previous is { } old)
            Subtract(bucket[8..], old);
        else
            BinaryPrimitives.WriteUInt64BigEndian(bucket, BinaryPrimitives.ReadUInt64BigEndian(bucket) + 1);
        Add(bucket[8..], leaf);
    }

    /// <summary>Takes a <see cref="Replace"/> back.</summary>
    public void Undo(EntryId entry, Hash? previous, Hash leaf)
    {
        var bucket = buckets.AsSpan(entry.Bucket() * BucketSize, BucketSize);
        Subtract(bucket[8..], leaf);
        if (previous is { } old)
            Add(bucket[8..], old);
        else
            BinaryPrimitives.WriteUInt64BigEndian(bucket, BinaryPrimitives.ReadUInt64BigEndian(bucket) - 1);
    }

    /// <summary>The entry, whose current change was <paramref name="leaf"/>, is not in the state.</summary>
    public void Remove(EntryId entry, Hash leaf) => Undo(entry, null, leaf);

    /// <summary>Count and sum of one bucket, <see cref="BucketSize"/> bytes.</summary>
    public ReadOnlySpan<byte> Bucket(int number) => buckets.AsSpan(number * BucketSize, BucketSize);

    /// <summary>SHA-256(0x02 || all buckets): what a head signs.</summary>
    public Hash Digest()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData([0x02]);
        hash.AppendData(buckets);
        Span<byte> result = stackalloc byte[Hash.Size];
        hash.GetHashAndReset(result);
        return Hash.Read(result);
    }

    private static void Add(Span<byte> sum, Hash hash)
    {
        var (a, b, c, d) = Words(sum);
        var carry = AddWord(ref d, hash.D, 0);
        carry = AddWord(ref c, hash.C, carry);
        carry = AddWord(ref b, hash.B, carry);
        AddWord(ref a, hash.A, carry);
        new Hash(a, b, c, d).Write(sum);
    }

    private static void Subtract(Span<byte> sum, Hash hash)
    {
        var (a, b, c, d) = Words(sum);
        var borrow = SubtractWord(ref d, hash.D, 0);
        borrow = SubtractWord(ref c, hash.C, borrow);
        borrow = SubtractWord(ref b, hash.B, borrow);
        SubtractWord(ref a, hash.A, borrow);
        new Hash(a, b, c, d).Write(sum);
    }

    private static (ulong A, ulong B, ulong C, ulong D) Words(ReadOnlySpan<byte> sum)
    {
        var hash = Hash.Read(sum);
        return (hash.A, hash.B, hash.C, hash.D);
    }

    private static ulong AddWord(ref ulong word, ulong other, ulong carry)
    {
        var sum = (UInt128)word + other + carry;
        word = (ulong)sum;
        return (ulong)(sum >> 64);
    }

    private static ulong SubtractWord(ref ulong word, ulong other, ulong borrow)
    {
        var taken = (UInt128)other + borrow;
        var lent = taken > word ? 1UL : 0UL;
        word = unchecked((ulong)(word - taken));
        return lent;
    }
}
