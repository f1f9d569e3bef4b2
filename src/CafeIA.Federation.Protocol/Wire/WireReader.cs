using System.Buffers.Binary;
using System.Text;
using CafeIA.Federation.Protocol.Identifiers;

namespace CafeIA.Federation.Protocol.Wire;

/// <summary>Reads big-endian fields one behind the other; false where there are not enough bytes left.</summary>
internal struct WireReader(ReadOnlyMemory<byte> rest)
{
    private ReadOnlyMemory<byte> rest = rest;

    public readonly bool IsAtEnd => rest.IsEmpty;

    /// <summary>What has not been read.</summary>
    public readonly ReadOnlyMemory<byte> Rest => rest;

    /// <summary>The name of the layout (ASCII) and its version (1): nothing else can be read as this layout.</summary>
    public bool TryBegin(ReadOnlySpan<byte> context, byte version) =>
        TryTake(context.Length, out var name) && name.Span.SequenceEqual(context) && TryByte(out var found) && found == version;

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

    /// <summary>Epoch (4), seq (8).</summary>
    public bool TryPosition(out Position position)
    {
        position = default;
        if (!TryUInt32(out var epoch) || !TryUInt64(out var seq))
            return false;
        position = new(epoch, seq);
        return true;
    }

    /// <summary>Milliseconds since 1970, UTC (8, signed).</summary>
    public bool TryTime(out DateTimeOffset time)
    {
        time = default;
        if (!TryUInt64(out var bits) || unchecked((long)bits) is var milliseconds
            && (milliseconds < DateTimeOffset.MinValue.ToUnixTimeMilliseconds() || milliseconds > DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()))
            return false;
        time = DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);
        return true;
    }

    public bool TryHash(out Hash hash)
    {
        hash = default;
        if (!TryTake(Hash.Size, out var bytes))
            return false;
        hash = Hash.Read(bytes.Span);
        return true;
    }

    public bool TryKeyId(out KeyId key)
    {
        key = default;
        if (!TryTake(KeyId.Size, out var bytes))
            return false;
        key = KeyId.Read(bytes.Span);
        return true;
    }

    /// <summary>Length (1), federation (ASCII).</summary>
    public bool TryFederation(out FederationId federation)
    {
        federation = default;
        return TryText(out var text) && FederationId.TryParse(text, out federation);
    }

    /// <summary>Length (1), hub (ASCII).</summary>
    public bool TryHub(out HubId hub)
    {
        hub = default;
        return TryText(out var text) && HubId.TryParse(text, out hub);
    }

    private bool TryText(out string text)
    {
        text = "";
        if (!TryByte(out var length) || !TryTake(length, out var bytes))
            return false;
        text = Encoding.ASCII.GetString(bytes.Span);
        return true;
    }
}
