using System.Collections.Concurrent;

namespace CafeIA.Federation.Node.Directory.Index;

/// <summary>All occurrences in the order of their start, by the hour: an occurrence is added to one short list, not to one of millions.</summary>
/// <remarks>Lists are replaced, never changed, and what is gone stays in them: a reader leaves out what it must not see.</remarks>
internal sealed class Hours(IComparer<InHour> order)
{
    private readonly ConcurrentDictionary<long, InHour[]> lists = new();
    private volatile long[] keys = [];

    /// <summary>The hours that have an occurrence, in order.</summary>
    public long[] Keys => keys;

    public long Bytes => lists.Values.Sum(l => 24 + (l.Length * 8L)) + (keys.Length * 80L);

    public static long KeyOf(long ticks) => ticks / TimeSpan.TicksPerHour;

    public InHour[] At(long key) => lists.TryGetValue(key, out var list) ? list : [];

    /// <summary>Adds occurrences, whatever their hours.</summary>
    /// <param name="occurrences">With the ticks of their start.</param>
    public void Add(IEnumerable<(InHour Occurrence, long Ticks)> occurrences)
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

    private InHour[] Merge(InHour[] held, InHour[] added)
    {
        var merged = new InHour[held.Length + added.Length];
        var (i, j) = (0, 0);
        for (var k = 0; k < merged.Length; k++)
            merged[k] = j == added.Length || (i < held.Length && order.Compare(held[i], added[j]) <= 0) ? held[i++] : added[j++];
        return merged;
    }
}

/// <summary>An occurrence and its event, by their numbers: who walks the hours asks for the event first, and most are passed over.</summary>
internal readonly record struct InHour(int Occurrence, int Document);
