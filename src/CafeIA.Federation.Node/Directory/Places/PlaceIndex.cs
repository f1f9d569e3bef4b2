namespace CafeIA.Federation.Node.Directory.Places;

/// <summary>Ways to a commune that do not depend on its coordinates; every snapshot of the catalogue shares one. Communes are told by index.</summary>
internal sealed class PlaceIndex
{
    private readonly Dictionary<string, int[]> byCode;
    private readonly Dictionary<string, int[]> byPostalCode;
    private readonly string[] sortedPostalCodes;

    public PlaceIndex(PlaceTables tables)
    {
        byCode = new Dictionary<string, int[]>(tables.Communes.Count + tables.Former.Count);
        for (var i = 0; i < tables.Communes.Count; i++)
            byCode.Add(tables.Communes[i].Code, [i]);
        var names = new List<NameEntry>(tables.Communes.Count + tables.Former.Count);
        AddNames(tables, names);
        foreach (var former in tables.Former)
        {
            // A déléguée that carries its commune's own code adds a name only.
            if (!byCode.ContainsKey(former.Code))
                byCode.Add(former.Code, [.. former.Communes.Select(code => byCode[code][0])]);
        }
        Names = new PlaceNames(names);
        byPostalCode = PostalCodes(tables.Communes);
        sortedPostalCodes = [.. byPostalCode.Keys.Order(StringComparer.Ordinal)];
    }

    public PlaceNames Names { get; }

    /// <summary>Current or former code; several for a former commune that was divided.</summary>
    public ReadOnlySpan<int> WithCode(string code) => byCode.GetValueOrDefault(code);

    public ReadOnlySpan<int> WithPostalCode(string postalCode) => byPostalCode.GetValueOrDefault(postalCode);

    public IEnumerable<int> WithPostalCodeBeginning(string prefix)
    {
        var from = Array.BinarySearch(sortedPostalCodes, prefix, StringComparer.Ordinal);
        for (var i = from < 0 ? ~from : from; i < sortedPostalCodes.Length && sortedPostalCodes[i].StartsWith(prefix, StringComparison.Ordinal); i++)
        {
            foreach (var commune in byPostalCode[sortedPostalCodes[i]])
                yield return commune;
        }
    }

    private void AddNames(PlaceTables tables, List<NameEntry> names)
    {
        for (var i = 0; i < tables.Communes.Count; i++)
        {
            var name = tables.Communes[i].Name;
            names.Add(new NameEntry(PlaceName.Key(name), i, null));
            // 'Bors (Canton de Charente-Sud)' is called Bors, like its namesake.
            var bracket = name.IndexOf(" (", StringComparison.Ordinal);
            if (bracket > 0)
                names.Add(new NameEntry(PlaceName.Key(name[..bracket]), i, null));
        }
        foreach (var former in tables.Former)
        {
            if (former.Name.Length == 0)
                continue;
            var key = PlaceName.Key(former.Name);
            foreach (var code in former.Communes)
                names.Add(new NameEntry(key, byCode[code][0], former.Name));
        }
    }

    private static Dictionary<string, int[]> PostalCodes(IReadOnlyList<Commune> communes)
    {
        var lists = new Dictionary<string, List<int>>(7_000);
        for (var i = 0; i < communes.Count; i++)
        {
            foreach (var postalCode in communes[i].PostalCodes)
            {
                if (!lists.TryGetValue(postalCode, out var list))
                    lists.Add(postalCode, list = []);
                list.Add(i);
            }
        }
        return lists.ToDictionary(pair => pair.Key, pair => pair.Value.ToArray());
    }
}
