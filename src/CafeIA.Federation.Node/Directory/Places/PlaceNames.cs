namespace CafeIA.Federation.Node.Directory.Places;

/// <summary>A name that leads to a commune.</summary>
/// <param name="Key">As <see cref="PlaceName.Key"/> gives it.</param>
/// <param name="Commune">Index in the catalogue.</param>
/// <param name="FormerName">The name of a déléguée, an associée or an arrondissement; null for the commune's own.</param>
internal readonly record struct NameEntry(string Key, int Commune, string? FormerName);

/// <summary>All names in the order of their keys: equal keys and keys with the same beginning lie side by side.</summary>
internal sealed class PlaceNames
{
    private readonly NameEntry[] entries;

    public PlaceNames(IEnumerable<NameEntry> names)
    {
        entries = [.. names];
        Array.Sort(entries, static (a, b) => string.CompareOrdinal(a.Key, b.Key));
    }

    public ReadOnlySpan<NameEntry> Exactly(string key)
    {
        var from = FirstAtOrAfter(key);
        var to = from;
        while (to < entries.Length && entries[to].Key == key)
            to++;
        return entries.AsSpan(from..to);
    }

    public ReadOnlySpan<NameEntry> Beginning(string prefix)
    {
        var from = FirstAtOrAfter(prefix);
        var to = from;
        while (to < entries.Length && entries[to].Key.StartsWith(prefix, StringComparison.Ordinal))
            to++;
        return entries.AsSpan(from..to);
    }

    public ReadOnlySpan<NameEntry> All => entries;

    private int FirstAtOrAfter(string key)
    {
        var (low, high) = (0, entries.Length);
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (string.CompareOrdinal(entries[middle].Key, key) < 0)
                low = middle + 1;
            else
                high = middle;
        }
        return low;
    }
}
