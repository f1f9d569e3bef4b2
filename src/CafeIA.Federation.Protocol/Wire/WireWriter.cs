using System.Buffers.Binary;
using System.Text;
using CafeIA.Federation.Protocol.Identifiers;

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

    /// <summary>The name of the layout (ASCII) and its version (1).</summary>
    public void Begin(ReadOnlySpan<byte> context, byte version)
    {
        Bytes(context);
        Byte(version);
    }

    /// <summary>Length (1), text (ASCII).</summary>
    public void Text(string text)
    {
        Byte((byte)text.Length);
        Ascii(text);
    }

    /// <summary>Epoch (4), seq (8).</summary>
    public void Position(Position position)
    {
        UInt32(position.Epoch);
        UInt64(position.Seq);
    }

    /// <summary>Milliseconds since 1970, UTC (8, signed).</summary>
    public void Time(DateTimeOffset time) => UInt64(unchecked((ulong)time.ToUnixTimeMilliseconds()));

    public void Hash(Hash hash) => hash.Write(Take(Protocol.Hash.Size));

    public void KeyId(KeyId key) => key.Write(Take(Identifiers.KeyId.Size));
}
