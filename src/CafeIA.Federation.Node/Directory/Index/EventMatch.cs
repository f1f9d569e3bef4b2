using CafeIA.Federation.Node.Directory.Search;
using NpgsqlTypes;

namespace CafeIA.Federation.Node.Directory.Index;

/// <summary>The events that a search keeps by what they are, whatever their time and their place on the map. Dead versions are among them.</summary>
internal static class EventMatch
{
    /// <summary>Stands for any accessibility at all: no name is empty.</summary>
    public const string AnyAccessibility = "";

    public static Bits Of(EventIndex index, int documents, DirectoryFilter filter, IReadOnlyList<int> hubKeys, int[] hiddenKeys, NpgsqlTsQuery? words)
    {
        var matching = words is null ? Bits.RentFull(documents) : WordQuery.Match(words, index.Words, documents);
        if (filter.Hubs.Count > 0)
            KeepAny(matching, hubKeys.Select(index.FindHub));
        foreach (var hidden in hiddenKeys)
            index.FindHub(hidden)?.Remove(matching);
        Keep(Facet.Region, filter.Regions);
        Keep(Facet.Departement, filter.Departements);
        Keep(Facet.Commune, filter.Communes);
        Keep(Facet.Format, filter.Formats);
        Keep(Facet.Mode, filter.Modes);
        Keep(Facet.Audience, filter.Audiences);
        Keep(Facet.Theme, filter.Themes);
        Keep(Facet.Language, filter.Languages);
        if (filter.Accessible)
            Keep(Facet.Accessibility, [AnyAccessibility]);
        foreach (var name in filter.Accessibilities)
            Keep(Facet.Accessibility, [name]);
        if (filter.Free is { } free)
            Keep(Facet.Free, [free ? bool.TrueString : bool.FalseString]);
        return matching;

        void Keep(Facet facet, IReadOnlyList<string> values)
        {
            if (values.Count > 0)
                KeepAny(matching, values.Select(v => index.Find(facet, v)));
        }
    }

    private static void KeepAny(Bits matching, IEnumerable<Postings?> sets)
    {
        using var any = Bits.Rent(matching.Length);
        foreach (var set in sets)
            set?.AddTo(any);
        matching.And(any);
    }
}
