using CafeIA.Federation.Node.Directory.Places;
using Microsoft.Extensions.Primitives;

namespace CafeIA.Federation.Node.Site.Asking;

/// <summary>One box for words and places: « atelier deepfake Lyon », « 69007 », « vosges ». What stands there for a place becomes the filter that names it, so that addresses, feeds and forms have one way to say it.</summary>
internal static class OneBox
{
    /// <summary>The box of the forms.</summary>
    public const string Field = "chercher";

    /// <summary>Words that the longest name of a commune has, written apart.</summary>
    private const int LongestName = 8;

    /// <summary>Words of a text in which a place is looked for.</summary>
    private const int LongestText = 20;

    /// <summary>Inhabitants from which a commune's name beside other words is taken for it; a smaller one is a place with « à » before it, or alone.</summary>
    private const int KnownTown = 2_000;

    /// <summary>Inhabitants from which a commune is meant and not the département that bears its name.</summary>
    private const int LargeTown = 100_000;

    /// <summary>Names that are everyday words in what cafés are about: a place when written as a name, with « à » before it, or alone.</summary>
    private static readonly HashSet<string> Everyday = 
    [
        "bonne", "centre", "cher", "cognac", "contes", "cours", "creuse", "die", "eu", "grasse", "guise", "lot", "lure", "manche", "mer", "nord", "orange", "rives", "rue", "sens", "somme",
        "tours", "vertus", "vif", "vire", "vitre",
    ];

    /// <summary>Words that lead to a place.</summary>
    private static readonly HashSet<string> Leading = ["a", "around", "at", "au", "autour", "aux", "dans", "en", "in", "near", "pres", "vers"];

    /// <summary>Words that stand between those and the place.</summary>
    private static readonly HashSet<string> Linking = ["d", "de", "des", "du", "l", "la", "le", "les", "the"];

    /// <summary>The form of a page, with the box read, and what was typed into it.</summary>
    public static AgendaForm Form(IQueryCollection query, PlaceCatalog catalog) =>
        new(Read(query, catalog)) { Typed = query[Field].LastOrDefault(t => !string.IsNullOrWhiteSpace(t)) };

    /// <summary>What stands in the box of a page that shows this.</summary>
    public static string Shown(AgendaForm form, PlaceCatalog catalog) => form.Typed ?? Write(form, catalog);

    /// <summary>The query of a page, with the box read into the filters that pages, API and feeds share.</summary>
    public static IQueryCollection Read(IQueryCollection query, PlaceCatalog catalog)
    {
        if (!query.TryGetValue(Field, out var typed))
            return query;
        var all = query.Where(q => q.Key != Field).ToDictionary(StringComparer.Ordinal);
        if (typed.LastOrDefault(t => !string.IsNullOrWhiteSpace(t)) is not { } text)
            return new QueryCollection(all);
        var asked = Understand(text, catalog);
        foreach (var replaced in (ReadOnlySpan<string>)["q", "departement", "cursor"])
            all.Remove(replaced);
        // A position stays where the text names no other place.
        if (asked.Place is not null || (all.TryGetValue("near", out var near) && IsName(near.ToString())))
            all.Remove("near");
        if (asked.Words is { } words)
            all["q"] = new StringValues(words);
        if (asked.Place is var (field, value))
            all[field] = new StringValues(value);
        return new QueryCollection(all);
    }

    /// <summary>What a box shows of a search: the text that is read as the same search.</summary>
    public static string Write(AgendaForm form, PlaceCatalog catalog)
    {
        var place = form["near"] is { } near && IsName(near) ? near : form["departement"] is { } code ? catalog.FindDepartement(code)?.Name : null;
        return string.Join(' ', new[] { form["q"], place }.OfType<string>());
    }

    /// <summary>False for coordinates, which nobody types.</summary>
    public static bool IsName(string near) => near.Any(char.IsLetter) || near.All(char.IsAsciiDigit);

    /// <summary>The place is looked for at the end first, then at the beginning, then between; of all the one with the most words.</summary>
    public static Asked Understand(string text, PlaceCatalog catalog)
    {
        var words = text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        // A phrase is looked for as it stands.
        if (text.Contains('"', StringComparison.Ordinal) || words.Length > LongestText)
            return new(text.Trim(), null);
        for (var length = Math.Min(words.Length, LongestName); length > 0; length--)
        {
            foreach (var start in Starts(words.Length - length))
            {
                var before = start;
                var isLed = false;
                while (before > 0 && (Linking.Contains(Key(words[before - 1])) || (Leading.Contains(Key(words[before - 1])) && (isLed = true))))
                    before--;
                var isAlone = before == 0 && start + length == words.Length;
                if (PlaceOf(string.Join(' ', words[start..(start + length)]), isLed || isAlone, start == 0 || start + length == words.Length, catalog) is { } place)
                    return new(Joined([.. words[..before], .. words[(start + length)..]]), place);
            }
        }
        return new(text.Trim(), null);
    }

    private static IEnumerable<int> Starts(int last)
    {
        yield return last;
        for (var start = 0; start < last; start++)
            yield return start;
    }

    /// <param name="text">Some words.</param>
    /// <param name="isSure">Nothing but a place is expected there.</param>
    /// <param name="isAtEdge">They stand at the beginning or the end.</param>
    /// <param name="catalog">The places there are.</param>
    private static (string Field, string Value)? PlaceOf(string text, bool isSure, bool isAtEdge, PlaceCatalog catalog)
    {
        if (text.Length >= 4 && text.All(char.IsAsciiDigit))
            return text.Length == 5 && IsTown(text, catalog) ? ("near", text) : null;
        var key = Key(text);
        if (key.Length < 2 || (!isSure && Everyday.Contains(key) && !char.IsUpper(text[0])))
            return null;
        var town = catalog.Named(text).Max(c => (int?)(c.Population ?? 0));
        if (catalog.FindRegion(key) is { } region && !char.IsAsciiDigit(key[0]) && !(town >= LargeTown))
            return ("region", region.Code);
        if (Departement(key, catalog) is { } departement && (!char.IsAsciiDigit(key[0]) || isAtEdge) && !(town >= LargeTown))
            return ("departement", departement.Code);
        if (town is { } inhabitants && (isSure || inhabitants >= KnownTown))
            return ("near", text);
        // « Saint-Denis (93) », « 93066 Saint-Denis », « La Rochelle » without its article.
        return (isSure || text.Contains('(', StringComparison.Ordinal) || char.IsAsciiDigit(text[0])) && text.Any(char.IsLetter) && IsTown(text, catalog) ? ("near", text) : null;
    }

    /// <summary>One or several: the page asks which.</summary>
    private static bool IsTown(string text, PlaceCatalog catalog) => catalog.Resolve(text) is { IsOk: true } or { Refusal.Code: CommuneQuestion.AmbiguousCommune };

    private static Departement? Departement(string key, PlaceCatalog catalog) =>
        catalog.FindDepartement(key) ?? (PlaceName.WithoutArticle(key) is { } bare ? catalog.FindDepartement(bare) : null);

    private static string Key(string word) => PlaceName.Key(word);

    private static string? Joined(string[] words) => words.Length == 0 ? null : string.Join(' ', words);
}

/// <summary>What a text in the box asks for.</summary>
/// <param name="Words">What is left beside the place; null when nothing is.</param>
/// <param name="Place">The filter that names it, and its value.</param>
internal sealed record Asked(string? Words, (string Field, string Value)? Place);
