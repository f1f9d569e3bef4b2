using CafeIA.Federation.Node.Directory.Content;
using CafeIA.Federation.Node.Directory.Places;
using CafeIA.Federation.Node.Directory.Search;
using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Node.Site.Text;
using static CafeIA.Federation.Node.Site.Text.PageLanguage;

namespace CafeIA.Federation.Node.Site.Asking;

/// <param name="Without">Address of the same search without it.</param>
internal sealed record ChosenFilter(string Label, string Without);

/// <summary>What a search is narrowed to, in words.</summary>
internal static class ChosenFilters
{
    public static IReadOnlyList<ChosenFilter> Of(AgendaForm form, DirectoryFilter filter, string path, PlaceCatalog catalog, HubRegister hubs)
    {
        var chosen = new List<ChosenFilter>();
        if (filter.Text is { } text)
            Add(In($"« {text} »", $"“{text}”"), "q");
        if (filter.Near is { } near)
            Add(In($"{Around(near)}, {near.RadiusKm:0.#}{French.Space}km", $"{Around(near)}, {near.RadiusKm:0.#}{French.Space}km"), "near", "radius", "sort");
        if (filter.Box is not null)
            Add(In("Cadre de la carte", "Box of the map"), "bbox");
        if (form["from"] is not null && filter.From is { } from)
            Add(In("Du ", "From ") + Wording.DayAndMonth(When.Day(from)), "from");
        if (form["to"] is not null && filter.To is { } to)
            Add(In("Jusqu’au ", "Until ") + Wording.DayAndMonth(When.Day(to.AddTicks(-1))), "to");
        AddAll("region", filter.Regions, code => catalog.FindRegion(code)?.Name);
        AddAll("departement", filter.Departements, code => catalog.FindDepartement(code)?.Name);
        AddAll("commune", filter.Communes, code => catalog.FindCommune(code)?.Name);
        AddAll("hub", filter.Hubs, id => hubs.Find(id)?.Name);
        AddTerms("format", filter.Formats, Vocabulary.Formats);
        AddTerms("mode", filter.Modes, Vocabulary.Modes);
        AddTerms("audience", filter.Audiences, Vocabulary.Audiences);
        AddTerms("theme", filter.Themes, Vocabulary.Themes);
        AddTerms("status", filter.Statuses, Vocabulary.Statuses);
        AddAll("language", filter.Languages, tag => tag);
        AddTerms("accessible", filter.Accessibilities, Vocabulary.Accessibilities);
        if (filter.Accessible)
            Add(FacetGroups.Accessible, "accessible");
        if (filter.Free is { } free)
            Add(free ? FacetGroups.Free : In("Payant", "Not free"), "free");
        return chosen;

        void Add(string label, params string[] fields) => chosen.Add(new(label, form.With(path, [.. fields.Select(f => (f, (string?)null))])));

        void AddAll<T>(string field, IReadOnlyList<T> values, Func<T, string?> label)
        {
            if (values.Count > 0)
                Add(string.Join(In(" ou ", " or "), values.Select(v => label(v) ?? v!.ToString())), field);
        }

        void AddTerms(string field, IReadOnlyList<string> values, IReadOnlyList<Term> terms) => AddAll(field, values, v => Words.Label(terms, v));
    }

    private static string Around(NearFilter near) => near.Label is { } label ? In($"Autour de {label}", $"Around {label}") : In("Autour de vous", "Around you");
}
