using System.Buffers.Binary;

namespace CafeIA.Federation.Node.Directory.Projection;

/// <summary>Reads a text vector as PostgreSQL's <c>tsvectorsend</c> writes it: how many words (4 bytes), and for each the word in UTF-8 ended by a zero, how many positions (2) and the positions (2 each, the two highest bits a weight); big-endian.</summary>
internal ref struct TextVector
{
    private ReadOnlySpan<byte> rest;
    private int left;

    public TextVector(ReadOnlySpan<byte> vector)
    {
        left = BinaryPrimitives.ReadInt32BigEndian(vector);
        rest = vector[4..];
    }

    /// <summary>The next word; false behind the last one.</summary>
    /// <param name="word">UTF-8.</param>
    /// <param name="positions">Of two bytes each, to be read with <see cref="PositionAt"/>.</param>
    public bool TryRead(out ReadOnlySpan<byte> word, out ReadOnlySpan<byte> positions)
    {
        word = positions = default;
        if (left == 0)
            return false;
        left--;
        word = rest[..rest.IndexOf((byte)0)];
        rest = rest[(word.Length + 1)..];
        positions = rest.Slice(2, 2 * BinaryPrimitives.ReadUInt16BigEndian(rest));
        rest = rest[(2 + positions.Length)..];
        return true;
    }

    /// <summary>A position, counted from 1, without its weight; <paramref name="n"/> from 0.</summary>
    public static int PositionAt(ReadOnlySpan<byte> positions, int n) => BinaryPrimitives.ReadUInt16BigEndian(positions[(2 * n)..]) & 0x3FFF;
}
