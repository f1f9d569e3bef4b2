using CafeIA.Federation.Protocol;

namespace CafeIA.Federation.Node.Directory.Places;

/// <summary>How five digits are read that may be one commune's postal code and another's INSEE code, as 3,003 pairs are.</summary>
internal enum Digits
{
    PostalCodeFirst,
    Ask,
}

/// <summary>Finds the one commune that a person means, or says what there is to choose from.</summary>
internal sealed class CommuneQuestion(PlaceCatalog catalog, Digits digits)
{
    public const string UnknownCommune = "unknown-commune";
    public const string AmbiguousCommune = "ambiguous-commune";
    public const string UnknownDepartement = "unknown-departement";

    /// <summary>Where the question stands in an event.</summary>
    private const string Field = "place.commune";

    /// <summary>One postal code covers up to 46 communes.</summary>
    private const int MaxChoices = 50;

    private const int MaxSuggestions = 5;

    /// <summary>The longest official name has 45 characters.</summary>
    private const int MaxLength = 200;

    public Result<Commune> Answer(string text, string? departementHint, string? postalCodeHint)
    {
        if (string.IsNullOrWhiteSpace(text))
            return new Refusal(UnknownCommune, "La commune n’est pas donnée.", Field);
        if (text.Length > MaxLength)
            return new Refusal(UnknownCommune, $"Un nom de commune de plus de {MaxLength} caractères n’existe pas.", Field);
        Departement? hint = null;
        if (!string.IsNullOrWhiteSpace(departementHint) && (hint = catalog.FindDepartement(departementHint)) is null)
            return new Refusal(UnknownDepartement, $"Le département « {departementHint} » n’existe pas.", "place.departement");

        var query = PlaceQuery.Parse(text, catalog);
        var among = new Among(catalog, [hint, query.Departement], string.IsNullOrWhiteSpace(postalCodeHint) ? null : postalCodeHint.Trim().PadLeft(5, '0'));
        return query switch
        {
            { Code: null } => ByName(text, query.Name, among),
            { Name: "" } => ByCode(text, query.Code, among),
            _ => ByCodeAndName(text, query.Code, query.Name, among),
        };
    }

    private Result<Commune> ByName(string text, string name, Among among)
    {
        List<Commune> elsewhere = [];
        foreach (var found in Readings(name))
        {
            var kept = among.Keep(found);
            if (kept.Count > 0)
                return Decide(text, kept, among);
            elsewhere.AddRange(found);
        }
        return Unknown(text, elsewhere.Count > 0 ? elsewhere : Suggestions(name));
    }

    private Result<Commune> ByCode(string text, string code, Among among)
    {
        if (digits == Digits.PostalCodeFirst && among.Keep(catalog.WithPostalCode(code)) is { Count: > 0 } served)
            return Decide(text, served, among);
        // Where the postal code stands beside it, a code that goes with it is an INSEE code (41220, which is its neighbours' postal code as well).
        if (digits == Digits.Ask && among.PostalCode is not null && among.Keep(catalog.WithCode(code)) is [var coded])
            return coded;
        return Decide(text, WithCode(code), among);
    }

    private Result<Commune> ByCodeAndName(string text, string code, string name, Among among)
    {
        var coded = WithCode(code);
        foreach (var found in Readings(name))
        {
            var kept = among.Keep(found.FindAll(coded.Contains));
            if (kept.Count > 0)
                return Decide(text, kept, among);
        }
        // 69000, 75000 and CEDEX codes are no commune's, yet say the département; some look like the INSEE code of another commune (38041 Grenoble).
        if (catalog.WithPostalCode(code).Count == 0)
            return ByName(text, name, among with { PostalCode = code });
        return Unknown(text, coded);
    }

    /// <summary>The ways to read a name, surest first: a commune's, a former commune's, and both with the article forgotten or added.</summary>
    private IEnumerable<List<Commune>> Readings(string name)
    {
        string[] spellings = PlaceName.WithoutArticle(name) is { } bare ? [bare] : [.. PlaceName.Articles.Select(article => article + name)];
        yield return catalog.Named(name, former: false);
        yield return [.. spellings.SelectMany(spelling => catalog.Named(spelling, former: false)).Distinct()];
        yield return catalog.Named(name, former: true);
        yield return [.. spellings.SelectMany(spelling => catalog.Named(spelling, former: true)).Distinct()];
    }

    private List<Commune> WithCode(string code) => [.. catalog.WithCode(code).Concat(catalog.WithPostalCode(code)).Distinct()];

    private static Result<Commune> Decide(string text, List<Commune> found, Among among)
    {
        var kept = among.Keep(found);
        if (kept.Count == 0)
            return Unknown(text, found);
        if (kept.Count == 1)
            return kept[0];
        return new Refusal(
            AmbiguousCommune,
            $"« {text.Trim()} » désigne {kept.Count} communes : précisez le département ou donnez le code Insee.",
            Field)
        {
            Choices = Labels(kept),
        };
    }

    private static Refusal Unknown(string text, IEnumerable<Commune> choices) =>
        new(UnknownCommune, $"Aucune commune ne correspond à « {text.Trim()} ».", Field) { Choices = Labels(choices) };

    private IEnumerable<Commune> Suggestions(string name) => catalog.Search(name, MaxSuggestions).Select(match => match.Commune);

    private static string[] Labels(IEnumerable<Commune> communes) =>
        [.. communes.Distinct().OrderByDescending(c => c.Population ?? 0).ThenBy(c => c.Code, StringComparer.Ordinal).Take(MaxChoices).Select(c => c.Label)];

    /// <summary>What else is known of the commune: départements and a postal code given beside it.</summary>
    private sealed record Among(PlaceCatalog Catalog, Departement?[] Departements, string? PostalCode)
    {
        public List<Commune> Keep(IReadOnlyList<Commune> communes)
        {
            var known = PostalCode is not null && Catalog.WithPostalCode(PostalCode).Count > 0;
            return [.. communes.Where(c => InDepartements(c) && (PostalCode is null || (known ? c.PostalCodes.Contains(PostalCode) : Near(c, PostalCode))))];
        }

        private bool InDepartements(Commune commune)
        {
            foreach (var departement in Departements)
            {
                if (departement is not null && departement != commune.Departement)
                    return false;
            }
            return true;
        }

        /// <summary>A postal code of no commune (CEDEX, 75000) begins like those of its département; some communes are served from the next one.</summary>
        private static bool Near(Commune commune, string postalCode)
        {
            var length = commune.Departement.Code.Length;
            return postalCode.Length == 5 && commune.PostalCodes.Any(own => own.AsSpan(0, length).SequenceEqual(postalCode.AsSpan(0, length)));
        }
    }
}
