namespace CafeIA.Federation.Node.Directory.Index;

/// <summary>Values of one kind, one after the other, in blocks that never move: one writer adds while readers read what was there when they began.</summary>
internal sealed class Column<T>
    where T : struct
{
    private const int Shift = 16;
    private const int BlockSize = 1 << Shift;

    private T[][] blocks = [];

    public int Count { get; private set; }

    /// <summary>The block of values that begins at a multiple of 65,536; behind what was added before the reader began, it holds anything.</summary>
    public ReadOnlySpan<T> Block(int first) => blocks[first >> Shift];

    public long Bytes => (long)blocks.Length * BlockSize * System.Runtime.CompilerServices.Unsafe.SizeOf<T>();

    /// <summary>The value at a place that was added before the reader began; the writer may change it.</summary>
    public ref T this[int index] => ref blocks[index >> Shift][index & (BlockSize - 1)];

    public int Add(T value)
    {
        if (Count == blocks.Length * BlockSize)
            blocks = [.. blocks, new T[BlockSize]];
        blocks[Count >> Shift][Count & (BlockSize - 1)] = value;
        return Count++;
    }
}
