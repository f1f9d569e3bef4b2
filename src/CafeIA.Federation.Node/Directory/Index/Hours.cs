using System.Collections.Concurrent;

namespace CafeIA.Federation.Node.Directory.Index;

/// <summary>All occurrences in the order of their start, by the hour: an occurrence is added to one short list, not to one of millions.</summary>
/// <remarks>Lists are replaced, never changed, and what is gone stays in them: a reader leaves out what it must not see.</remarks>
internal sealed class Hours(IComparer<int> order)
{
    private readonly ConcurrentDictionary<long, int[]> lists = new();
    private volatile long[] keys = [];

    /// <summary>The hours that have an occurrence, in order.</summary>
    public long[] Keys => keys;

    public long Bytes => lists.Values.Sum(l => 24 + (l.Length * 4L)) + (keys.Length * 80L);

    public static long KeyOf(long ticks) => ticks / TimeSpan.TicksPerHour;

    public int[] At(long key) => lists.TryGetValue(key, out var list) ? list : [];

    /// <summary>Adds occurrences, whatever their hours.</summary>
    /// <param name="occurrences">Numbers with the ticks of their start.</param>
    public void Add(IEnumerable<(int Occurrence, long Ticks)> occurrences)
    {
        foreach (var hour in occurrences.GroupBy(o => KeyOf(o.Ticks), o => o.Occurrence))
        {
            var added = hour.ToArray();
            Array.Sort(added, order);
            lists[hour.Key] = lists.TryGetValue(hour.Key, out var held) ? Merge(held, added) : added;
        }
        if (lists.Count != keys.Length)
            keys = [.. lists.Keys.Order()];
    }

    private int[] Merge(int[] held, int[] added)
    {
        var merged = new int[held.Length + added.Length];
        var (i, j) = (0, 0);
        for (var k = 0; k < merged.Length; k++)
            merged[k] = j == added.Length || (i < held.Length && order.Compare(held[i], added[j]) <= 0) ? held[i++] : added[j++];
        return merged;
    }
}
