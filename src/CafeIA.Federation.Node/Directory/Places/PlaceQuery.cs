using System.Text.RegularExpressions;

namespace CafeIA.Federation.Node.Directory.Places;

/// <summary>What a text about a commune says: a code before or after a name, and the département in brackets or after a comma.</summary>
/// <param name="Code">INSEE or postal code, as five characters; null where there is none.</param>
/// <param name="Name">What is left, as a key; empty when the code is all.</param>
/// <param name="Departement">Null where it says none.</param>
internal readonly partial record struct PlaceQuery(string? Code, string Name, Departement? Departement)
{
    public static PlaceQuery Parse(string text, PlaceCatalog catalog)
    {
        var rest = text.Trim();
        Departement? departement = null;
        if (QualifierAtEnd().Match(rest) is { Success: true } qualifier && catalog.FindDepartement(qualifier.Groups["departement"].Value) is { } named)
        {
            departement = named;
            rest = rest[..qualifier.Index];
        }
        var code = CodeAtEdge().Match(rest);
        if (!code.Success)
            return new PlaceQuery(null, PlaceName.Key(rest), departement);
        return new PlaceQuery(
            // A spreadsheet that took the code for a number has eaten its zero.
            code.Groups["code"].Value.ToUpperInvariant().PadLeft(5, '0'),
            PlaceName.Key(rest.Remove(code.Groups["code"].Index, code.Groups["code"].Length)),
            departement);
    }

    [GeneratedRegex(@"\s*(?:\((?<departement>[^()]+)\)|,\s*(?<departement>[^,()]+))$", RegexOptions.CultureInvariant)]
    private static partial Regex QualifierAtEnd();

    [GeneratedRegex(@"^\s*(?<code>[0-9]{4,5}|2[ABab][0-9]{3})(?=\W|$)|(?<=\W)(?<code>[0-9]{5})\s*$", RegexOptions.CultureInvariant)]
    private static partial Regex CodeAtEdge();
}
