namespace CafeIA.Federation.Benchmarks.France;

/// <summary>Draws that a seed decides (SplitMix64). <see cref="Random"/> is dearer to seed than an event is to make, and its numbers may change with the runtime.</summary>
internal sealed class Draws(ulong seed)
{
    private ulong state = seed;

    public Draws(int seed, int number)
        : this(((ulong)(uint)seed << 32) | (uint)number)
    {
    }

    public ulong Next()
    {
        var z = state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <summary>0 to <paramref name="limit"/> − 1.</summary>
    public int Below(int limit) => (int)Math.BigMul(Next(), (ulong)limit, out _);

    /// <summary>0 to 1, 1 not included.</summary>
    public double Part() => (Next() >> 11) * (1.0 / (1UL << 53));

    /// <summary>True in so many of a hundred.</summary>
    public bool Percent(int of) => Below(100) < of;

    public T Pick<T>(IReadOnlyList<T> from) => from[Below(from.Count)];

    /// <summary>Of the normal distribution with mean 0 and deviation 1 (Box and Muller).</summary>
    public double Normal() => Math.Sqrt(-2 * Math.Log(1 - Part())) * Math.Cos(Math.Tau * Part());
}
