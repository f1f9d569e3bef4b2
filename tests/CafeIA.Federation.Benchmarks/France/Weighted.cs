namespace CafeIA.Federation.Benchmarks.France;

/// <summary>Things that are drawn more or less often. A draw costs the same however many there are (alias method, Vose 1991).</summary>
internal sealed class Weighted<T>
{
    private readonly T[] items;
    private readonly int[] alias;
    private readonly double[] own;

    private Weighted(IEnumerable<T> items, int[] alias, double[] own, double total)
    {
        this.items = [.. items];
        this.alias = alias;
        this.own = own;
        Total = total;
    }

    /// <param name="items">At least one.</param>
    /// <param name="weight">Not negative, and not zero for all.</param>
    public Weighted(IEnumerable<T> items, Func<T, double> weight)
    {
        this.items = [.. items];
        var count = this.items.Length;
        alias = new int[count];
        own = [.. this.items.Select(weight)];
        Total = own.Sum();
        var (small, large) = (new Stack<int>(), new Stack<int>());
        for (var i = 0; i < count; i++)
        {
            own[i] *= count / Total;
            (own[i] < 1 ? small : large).Push(i);
        }
        while (small.Count > 0 && large.Count > 0)
        {
            var (less, more) = (small.Pop(), large.Pop());
            alias[less] = more;
            own[more] -= 1 - own[less];
            (own[more] < 1 ? small : large).Push(more);
        }
        // What is left over is 1 but for rounding.
        foreach (var left in small.Concat(large))
            own[left] = 1;
    }

    public IReadOnlyList<T> Items => items;

    /// <summary>The sum of all weights.</summary>
    public double Total { get; }

    /// <summary>Others, as often as these.</summary>
    public Weighted<TOther> Select<TOther>(Func<T, TOther> other) => new(items.Select(other), alias, own, Total);

    public T Draw(Draws draws)
    {
        var scaled = draws.Part() * items.Length;
        var i = (int)scaled;
        return scaled - i < own[i] ? items[i] : items[alias[i]];
    }
}

/// <summary>How words are spread in a language.</summary>
internal static class Zipf
{
    /// <summary>Ranks by which the first ones are held down (Mandelbrot), so that the very first does not stand in every sentence.</summary>
    private const double Shift = 2.7;

    /// <summary>The one of rank r weighs 1 / (r + shift): the first come all the time, the last seldom.</summary>
    public static Weighted<T> Of<T>(params IReadOnlyList<T> byRank)
    {
        var rank = 0;
        return new(byRank, _ => 1 / (++rank + Shift));
    }
}
