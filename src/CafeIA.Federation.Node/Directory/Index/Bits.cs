using System.Buffers;
using System.Numerics;
using System.Runtime.InteropServices;

namespace CafeIA.Federation.Node.Directory.Index;

/// <summary>A set of documents while a search is answered: one bit each, from a pool.</summary>
internal sealed class Bits : IDisposable
{
    /// <summary>Documents of the words that <see cref="Words"/> gives at once.</summary>
    public const int Block = 65_536;

    private readonly int words;
    private ulong[] buffer;

    private Bits(int length)
    {
        Length = length;
        words = (length + 63) / 64;
        buffer = ArrayPool<ulong>.Shared.Rent(words);
    }

    /// <summary>Documents there are.</summary>
    public int Length { get; }

    private Span<ulong> All => buffer.AsSpan(0, words);

    public bool this[int document] => (buffer[document >> 6] & (1UL << (document & 63))) != 0;

    /// <summary>An empty set.</summary>
    public static Bits Rent(int length)
    {
        var bits = new Bits(length);
        bits.All.Clear();
        return bits;
    }

    /// <summary>All documents.</summary>
    public static Bits RentFull(int length)
    {
        var bits = new Bits(length);
        bits.All.Fill(ulong.MaxValue);
        bits.CutTail();
        return bits;
    }

    /// <summary>Adds another set's words to these, as many as there are of both.</summary>
    public static void Or(Span<ulong> target, ReadOnlySpan<ulong> other)
    {
        var length = Math.Min(target.Length, other.Length);
        var mine = Vectors(target[..length]);
        var its = Vectors(other[..length]);
        for (var i = 0; i < mine.Length; i++)
            mine[i] |= its[i];
        for (var i = mine.Length * Vector<ulong>.Count; i < length; i++)
            target[i] |= other[i];
    }

    /// <summary>The words from a document on that is a multiple of 65,536, at most a block; empty behind the end.</summary>
    public Span<ulong> Words(int first) => first >= Length ? [] : All[(first / 64)..Math.Min(words, (first + Block) / 64)];

    public void Set(int document)
    {
        if (document < Length)
            buffer[document >> 6] |= 1UL << (document & 63);
    }

    public void Clear(int document) => buffer[document >> 6] &= ~(1UL << (document & 63));

    public void And(Bits other)
    {
        var mine = Vectors(All);
        var its = Vectors(other.All);
        for (var i = 0; i < mine.Length; i++)
            mine[i] &= its[i];
        for (var i = mine.Length * Vector<ulong>.Count; i < words; i++)
            buffer[i] &= other.buffer[i];
    }

    public void Or(Bits other) => Or(All, other.All);

    public void AndNot(Bits other)
    {
        var mine = Vectors(All);
        var its = Vectors(other.All);
        for (var i = 0; i < mine.Length; i++)
            mine[i] &= ~its[i];
        for (var i = mine.Length * Vector<ulong>.Count; i < words; i++)
            buffer[i] &= ~other.buffer[i];
    }

    public void Not()
    {
        foreach (ref var word in All)
            word = ~word;
        CutTail();
    }

    public int Count()
    {
        var count = 0;
        foreach (var word in All)
            count += BitOperations.PopCount(word);
        return count;
    }

    /// <summary>Takes out what lies behind the end: a list may hold documents that were added since.</summary>
    public void CutTail()
    {
        if ((Length & 63) != 0)
            buffer[words - 1] &= (1UL << (Length & 63)) - 1;
    }

    /// <summary>The next document in the set from this one on; -1 when there is none.</summary>
    public int Next(int from)
    {
        if (from >= Length)
            return -1;
        var i = from >> 6;
        var word = buffer[i] & (ulong.MaxValue << (from & 63));
        while (word == 0)
        {
            if (++i == words)
                return -1;
            word = buffer[i];
        }
        var found = (i << 6) + BitOperations.TrailingZeroCount(word);
        return found < Length ? found : -1;
    }

    public void Dispose()
    {
        ArrayPool<ulong>.Shared.Return(buffer);
        buffer = [];
    }

    private static Span<Vector<ulong>> Vectors(Span<ulong> words) => MemoryMarshal.Cast<ulong, Vector<ulong>>(words);

    private static ReadOnlySpan<Vector<ulong>> Vectors(ReadOnlySpan<ulong> words) => MemoryMarshal.Cast<ulong, Vector<ulong>>(words);
}
