using System.Numerics;

namespace CafeIA.Federation.Node.Directory.Index;

/// <summary>The documents that have one word or one property, added in growing order: a few as they are, more in blocks of 65,536, each a list of 16-bit numbers or, when it is dense, a bitmap.</summary>
/// <remarks>
/// One writer adds while readers read: a reader ignores whatever it meets from its own bound on. An array is replaced by a larger one before its count grows, so a reader that takes the count first
/// finds at least as many values. The layout is that of Roaring bitmaps (Chambi, Lemire, Kaser, Godin, 2016).
/// </remarks>
internal sealed class Postings
{
    /// <summary>Up to this many are one list: most words are in a handful of events.</summary>
    private const int MaxFew = 32;

    /// <summary>From here on a bitmap of 8 KiB is smaller than a list of 16-bit numbers.</summary>
    private const int MaxListed = 4096;

    private const int BlockSize = 1 << 16;

    private volatile int[] few = new int[2];
    private volatile Block?[]? blocks;
    private volatile int count;

    /// <summary>How many were ever added.</summary>
    public int Count => count;

    public long Bytes => (few.Length * 4L) + (blocks?.Sum(b => b is null ? 8 : 40 + b.Bytes) ?? 0) + 64;

    /// <param name="document">At least as large as the one before; the same one again changes nothing.</param>
    public void Add(int document)
    {
        if (blocks is null)
        {
            if (count > 0 && few[count - 1] == document)
                return;
            if (count < MaxFew)
            {
                if (count == few.Length)
                {
                    var grown = new int[few.Length * 2];
                    few.CopyTo(grown, 0);
                    few = grown;
                }
                few[count] = document;
                count++;
                return;
            }
            var first = new Block?[(document >> 16) + 1];
            foreach (var one in few.AsSpan(0, count))
                (first[one >> 16] ??= new()).Add((ushort)one);
            blocks = first;
            few = [];
        }
        var all = blocks;
        if (document >> 16 >= all.Length)
        {
            Array.Resize(ref all, (document >> 16) + 1);
            blocks = all;
        }
        if (all[document >> 16] is not { } block)
            all[document >> 16] = block = new();
        if (block.Add((ushort)document))
            count++;
    }

    /// <summary>Sets the bits of all that are here.</summary>
    public void AddTo(Bits bits)
    {
        if (blocks is { } all)
        {
            for (var i = 0; i < all.Length; i++)
                all[i]?.AddTo(bits.Words(i * BlockSize));
            return;
        }
        foreach (var document in Few())
            bits.Set(document);
    }

    /// <summary>Clears the bits of all that are here.</summary>
    public void Remove(Bits bits)
    {
        using var mine = Bits.Rent(bits.Length);
        AddTo(mine);
        bits.AndNot(mine);
    }

    /// <summary>How many of a set's documents are here.</summary>
    public int CountIn(Bits bits)
    {
        var sum = 0;
        if (blocks is { } all)
        {
            for (var i = 0; i < all.Length; i++)
                sum += all[i]?.CountIn(bits.Words(i * BlockSize)) ?? 0;
            return sum;
        }
        foreach (var document in Few())
        {
            if (document < bits.Length && bits[document])
                sum++;
        }
        return sum;
    }

    private ReadOnlySpan<int> Few()
    {
        var known = count;
        var list = few;
        // It may have moved into blocks just now; then the reader's documents are all in the list it replaced.
        if (list.Length > 0 || blocks is not { } all)
            return list.AsSpan(0, Math.Min(known, list.Length));
        var moved = new List<int>();
        for (var i = 0; i < all.Length; i++)
            all[i]?.CopyTo(moved, i * BlockSize);
        return System.Runtime.InteropServices.CollectionsMarshal.AsSpan(moved);
    }

    private sealed class Block
    {
        private volatile ushort[] values = new ushort[8];
        private volatile ulong[]? bits;
        private volatile int count;

        public int Bytes => bits is null ? values.Length * 2 : BlockSize / 8;

        public bool Add(ushort value)
        {
            if (bits is { } set)
            {
                var mask = 1UL << (value & 63);
                if ((set[value >> 6] & mask) != 0)
                    return false;
                set[value >> 6] |= mask;
                return true;
            }
            if (count > 0 && values[count - 1] == value)
                return false;
            if (count == MaxListed)
            {
                var dense = new ulong[BlockSize / 64];
                foreach (var one in values.AsSpan(0, count))
                    dense[one >> 6] |= 1UL << (one & 63);
                dense[value >> 6] |= 1UL << (value & 63);
                bits = dense;
                values = [];
                return true;
            }
            if (count == values.Length)
            {
                var grown = new ushort[Math.Min(MaxListed, values.Length * 2)];
                values.CopyTo(grown, 0);
                values = grown;
            }
            values[count] = value;
            count++;
            return true;
        }

        /// <param name="words">Of the bitmap from the block's first document on; shorter at the end of all.</param>
        public void AddTo(Span<ulong> words)
        {
            var known = count;
            var list = values;
            if (bits is { } set)
            {
                Bits.Or(words, set.AsSpan(0, Math.Min(words.Length, set.Length)));
                return;
            }
            foreach (var value in list.AsSpan(0, Math.Min(known, list.Length)))
            {
                // What was added since the reader began may lie behind its bitmap's end.
                if (value >> 6 < words.Length)
                    words[value >> 6] |= 1UL << (value & 63);
            }
        }

        /// <inheritdoc cref="AddTo"/>
        public int CountIn(ReadOnlySpan<ulong> words)
        {
            var known = count;
            var list = values;
            var sum = 0;
            if (bits is { } set)
            {
                for (var i = 0; i < words.Length; i++)
                    sum += BitOperations.PopCount(words[i] & set[i]);
                return sum;
            }
            foreach (var value in list.AsSpan(0, Math.Min(known, list.Length)))
            {
                if (value >> 6 < words.Length && (words[value >> 6] & (1UL << (value & 63))) != 0)
                    sum++;
            }
            return sum;
        }

        public void CopyTo(List<int> documents, int first)
        {
            if (bits is { } set)
            {
                for (var i = 0; i < BlockSize; i++)
                {
                    if ((set[i >> 6] & (1UL << (i & 63))) != 0)
                        documents.Add(first + i);
                }
                return;
            }
            foreach (var value in values.AsSpan(0, count))
                documents.Add(first + value);
        }
    }
}
