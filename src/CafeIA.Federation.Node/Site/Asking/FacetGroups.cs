using CafeIA.Federation.Node.Directory.Content;
using CafeIA.Federation.Node.Directory.Index;
using CafeIA.Federation.Node.Directory.Places;
using CafeIA.Federation.Node.Directory.Search;
using CafeIA.Federation.Node.Site.Text;
using static CafeIA.Federation.Node.Site.Text.PageLanguage;

namespace CafeIA.Federation.Node.Site.Asking;

/// <param name="Count">Events that are left.</param>
/// <param name="Address">The same search, narrowed to this.</param>
internal sealed record FacetLink(string Label, int Count, string Address);

internal sealed record FacetGroup(string Title, IReadOnlyList<FacetLink> Links);

/// <summary>What a search can be narrowed to, and what would be left of it.</summary>
internal static class FacetGroups
{
    /// <summary>Values of one kind that are offered.</summary>
    private const int MaxLinks = 8;

    public static IReadOnlyList<Facet> Counted { get; } = [Facet.Format, Facet.Theme, Facet.Audience, Facet.Mode, Facet.Region, Facet.Accessibility, Facet.Free];

    public static string Accessible => In("Accessibilité précisée", "Accessibility told");

    public static string Free => In("Gratuit", "Free");

    /// <summary>The same of the catalogue.</summary>
    public static IReadOnlyList<FacetGroup> OfResources(AgendaForm form, ILookup<string, (string Value, int Count)> counts)
    {
        (string Title, string Field, Func<string, string> Label)[] kinds =
        [
            ("Type", "type", v => Words.Label(Vocabulary.ResourceTypes, v)), (In("Niveau", "Level"), "level", v => Words.Label(Vocabulary.Levels, v)),
            (In("Public", "Audience"), "audience", v => Words.Label(Vocabulary.Audiences, v)), (In("Thème", "Theme"), "theme", v => Words.Label(Vocabulary.Themes, v)), (In("Aussi", "Also"), "free", _ => Free),
        ];
        return
        [
            .. kinds
                .Where(k => form[k.Field] is null)
                .Select(k => new FacetGroup(k.Title, [.. counts[k.Field].Take(MaxLinks).Select(c => new FacetLink(k.Label(c.Value), c.Count, form.With("/ressources", [(k.Field, c.Value), ("cursor", null)])))]))
                .Where(g => g.Links.Count > 0),
        ];
    }

    /// <summary>Kinds that are chosen already are left out, and so is a value that all have.</summary>
    public static IReadOnlyList<FacetGroup> Of(AgendaForm form, DirectoryFilter filter, ILookup<Facet, FacetCount> counts, PlaceCatalog catalog)
    {
        var groups = new List<FacetGroup>();
        Add("Format", "format", Facet.Format, v => Words.Label(Vocabulary.Formats, v));
        Add(In("Thème", "Theme"), "theme", Facet.Theme, v => Words.Label(Vocabulary.Themes, v));
        Add(In("Public", "Audience"), "audience", Facet.Audience, v => Words.Label(Vocabulary.Audiences, v));
        Add("Mode", "mode", Facet.Mode, v => Words.Label(Vocabulary.Modes, v));
        if (filter is { Near: null, Box: null, Departements.Count: 0, Communes.Count: 0 })
            Add(In("Région", "Region"), "region", Facet.Region, v => catalog.FindRegion(v)?.Name ?? v);
        List<FacetLink> more = [.. Narrowed("accessible", "true", Facet.Accessibility, "", Accessible), .. Narrowed("free", "true", Facet.Free, bool.TrueString, Free)];
        if (more.Count > 0)
            groups.Add(new(In("Aussi", "Also"), more));
        return groups;

        void Add(string title, string field, Facet facet, Func<string, string> label)
        {
            if (form[field] is not null)
                return;
            var links = counts[facet].Take(MaxLinks).Select(c => new FacetLink(label(c.Value), c.Count, form.With("/agenda", field, c.Value))).ToArray();
            if (links.Length > 1)
                groups.Add(new(title, links));
        }

        IEnumerable<FacetLink> Narrowed(string field, string value, Facet facet, string counted, string label) =>
            form[field] is not null ? [] : counts[facet].Where(c => c.Value == counted).Select(c => new FacetLink(label, c.Count, form.With("/agenda", field, value)));
    }
}
