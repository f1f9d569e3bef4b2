using System.Security.Cryptography;

namespace CafeIA.Federation.Simulation.World;

/// <summary>The only source of chance in a run: SplitMix64 (Steele, Lea, Flood 2014), the same on every machine and version.</summary>
internal sealed class Chance(ulong seed)
{
    private ulong state = seed;

    public ulong Next()
    {
        state += 0x9E3779B97F4A7C15;
        var z = state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <summary>0 to <paramref name="bound"/> − 1.</summary>
    public int Below(int bound) => (int)(Next() % (ulong)bound);

    /// <summary>Both ends included.</summary>
    public int Between(int least, int most) => least + Below(most - least + 1);

    public bool Percent(int percent) => Below(100) < percent;

    public T Pick<T>(IReadOnlyList<T> from) => from[Below(from.Count)];

    public Guid Guid()
    {
        Span<byte> bytes = stackalloc byte[16];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt64BigEndian(bytes, Next());
        System.Buffers.Binary.BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], Next());
        return new(bytes, bigEndian: true);
    }
}

/// <summary>Salts that repeat with the seed.</summary>
internal sealed class Salts(Chance chance) : RandomNumberGenerator
{
    public override void GetBytes(byte[] data)
    {
        for (var i = 0; i < data.Length; i++)
            data[i] = (byte)chance.Next();
    }
}
