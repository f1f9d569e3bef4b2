using System.Buffers.Binary;

namespace CafeIA.Federation.Protocol.Wire;

/// <summary>Reads big-endian fields one behind the other; false where there are not enough bytes left.</summary>
internal struct WireReader(ReadOnlyMemory<byte> rest)
{
    private ReadOnlyMemory<byte> rest = rest;

    public readonly bool IsAtEnd => rest.IsEmpty;

    public bool TryTake(int count, out ReadOnlyMemory<byte> taken)
    {
        taken = default;
        if (rest.Length < count)
            return false;
        taken = rest[..count];
        rest = rest[count..];
        return true;
    }

    public bool TryByte(out byte value)
    {
        value = 0;
        if (!TryTake(1, out var bytes))
            return false;
        value = bytes.Span[0];
        return true;
    }

    public bool TryUInt16(out ushort value)
    {
        value = 0;
        if (!TryTake(2, out var bytes))
            return false;
        value = BinaryPrimitives.ReadUInt16BigEndian(bytes.Span);
        return true;
    }

    public bool TryUInt32(out uint value)
    {
        value = 0;
        if (!TryTake(4, out var bytes))
            return false;
        value = BinaryPrimitives.ReadUInt32BigEndian(bytes.Span);
        return true;
    }

    public bool TryUInt64(out ulong value)
    {
        value = 0;
        if (!TryTake(8, out var bytes))
            return false;
        value = BinaryPrimitives.ReadUInt64BigEndian(bytes.Span);
        return true;
    }
}
