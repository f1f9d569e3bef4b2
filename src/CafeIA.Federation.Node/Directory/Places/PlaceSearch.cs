namespace CafeIA.Federation.Node.Directory.Places;

/// <param name="FormerName">The name that matched, where it is that of a part of the commune, such as <c>Lyon 7e Arrondissement</c>.</param>
internal sealed record PlaceMatch(Commune Commune, string? FormerName);

/// <summary>Completes what a person has typed so far.</summary>
internal sealed class PlaceSearch(PlaceIndex index, IReadOnlyList<Commune> communes)
{
    public const int MaxLimit = 200;

    // The name of a part of a commune comes after the names of communes that match as well: it is the odd rank.
    private const int Exact = 0;
    private const int Beginning = 2;
    private const int Within = 4;

    private readonly Dictionary<int, (int Rank, string? FormerName)> found = [];

    /// <param name="limit">1 to <see cref="MaxLimit"/>; other values are brought into it.</param>
    public IReadOnlyList<PlaceMatch> Find(string text, int limit)
    {
        limit = Math.Clamp(limit, 1, MaxLimit);
        var key = PlaceName.Key(text);
        if (key.Length == 0)
            return [];
        if (char.IsAsciiDigit(key[0]))
            AddCodes(text.Trim().ToUpperInvariant());
        foreach (var entry in index.Names.Beginning(key))
            Add(entry.Commune, entry.Key.Length == key.Length ? Exact : Beginning, entry.FormerName);
        if (found.Count < limit)
            AddWithin(key);
        return
        [
            .. found
                .OrderBy(pair => pair.Value.Rank)
                .ThenByDescending(pair => communes[pair.Key].Population ?? 0)
                .ThenBy(pair => pair.Key)
                .Take(limit)
                .Select(pair => new PlaceMatch(communes[pair.Key], pair.Value.FormerName)),
        ];
    }

    private void AddCodes(string text)
    {
        foreach (var commune in index.WithCode(text))
            Add(commune, Exact, null);
        foreach (var commune in index.WithPostalCodeBeginning(text))
            Add(commune, Beginning, null);
    }

    private void AddWithin(string key)
    {
        var word = " " + key;
        foreach (var entry in index.Names.All)
        {
            if (entry.Key.Contains(word, StringComparison.Ordinal))
                Add(entry.Commune, Within, entry.FormerName);
        }
    }

    private void Add(int commune, int rank, string? formerName)
    {
        if (formerName is not null)
            rank++;
        if (!found.TryGetValue(commune, out var known) || rank < known.Rank)
            found[commune] = (rank, formerName);
    }
}
