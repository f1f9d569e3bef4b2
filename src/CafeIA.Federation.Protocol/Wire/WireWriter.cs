using System.Buffers.Binary;
using System.Text;

namespace CafeIA.Federation.Protocol.Wire;

/// <summary>Writes big-endian fields one behind the other into bytes of a size that was computed before.</summary>
internal ref struct WireWriter(Span<byte> rest)
{
    private Span<byte> rest = rest;

    public Span<byte> Take(int count)
    {
        var taken = rest[..count];
        rest = rest[count..];
        return taken;
    }

    public void Bytes(ReadOnlySpan<byte> bytes) => bytes.CopyTo(Take(bytes.Length));

    public void Byte(byte value) => Take(1)[0] = value;

    public void Ascii(string text) => Encoding.ASCII.GetBytes(text, Take(text.Length));

    public void UInt16(ushort value) => BinaryPrimitives.WriteUInt16BigEndian(Take(2), value);

    public void UInt32(uint value) => BinaryPrimitives.WriteUInt32BigEndian(Take(4), value);

    public void UInt64(ulong value) => BinaryPrimitives.WriteUInt64BigEndian(Take(8), value);
}
