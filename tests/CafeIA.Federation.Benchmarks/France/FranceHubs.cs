using System.Globalization;
using System.Text;
using CafeIA.Federation.Node.Directory.Places;

namespace CafeIA.Federation.Benchmarks.France;

/// <summary>One hub for each of the 18 régions, and one for each of twelve départements around a large city: 30, from the most to the least peopled.</summary>
internal static class FranceHubs
{
    /// <summary>A région's code has two digits, three are an overseas territory that is none.</summary>
    private const int RegionCodeLength = 2;

    /// <summary>Nord, Paris, Bouches-du-Rhône, Rhône, Gironde, Loire-Atlantique, Haute-Garonne, Hérault, Ille-et-Vilaine, Finistère, Isère, Bas-Rhin.</summary>
    private static readonly string[] OnTheirOwn = ["59", "75", "13", "69", "33", "44", "31", "34", "35", "29", "38", "67"];

    /// <summary>By the région's code; all others have the time of Paris.</summary>
    private static readonly Dictionary<string, string> OverseasTime = new()
    {
        ["01"] = "America/Guadeloupe", ["02"] = "America/Martinique", ["03"] = "America/Cayenne", ["04"] = "Indian/Reunion", ["06"] = "Indian/Mayotte",
    };

    public static IReadOnlyList<FranceHub> All { get; } = [.. Make(PlaceCatalog.Official).OrderByDescending(hub => hub.Weight)];

    /// <summary>Each as often as its territory has inhabitants.</summary>
    public static Weighted<FranceHub> ByPopulation { get; } = new(All, hub => hub.Weight);

    private static IEnumerable<FranceHub> Make(PlaceCatalog places) => places.Communes
        .Where(commune => commune is { Population: > 0, PostalCodes.Count: > 0, Region.Code.Length: RegionCodeLength })
        .Where(commune => !IsAsked(places, commune))
        .GroupBy(commune => (commune.Region, Departement: OnTheirOwn.Contains(commune.Departement.Code) ? commune.Departement : null))
        .Select(own => new FranceHub(
            Slug(own.Key.Departement?.Name ?? own.Key.Region.Name),
            $"Hub {own.Key.Departement?.Name ?? own.Key.Region.Name}",
            own.Key.Region,
            own.Key.Departement,
            OverseasTime.GetValueOrDefault(own.Key.Region.Code, "Europe/Paris"),
            new Weighted<Commune>(own, commune => commune.Population!.Value)));

    /// <summary>A hub that is given digits which are a commune's code and a neighbour's postal code asks which one is meant, even beside a postal code that both have.</summary>
    private static bool IsAsked(PlaceCatalog places, Commune commune) =>
        places.WithPostalCode(commune.Code).Any(other => other != commune && other.PostalCodes.Intersect(commune.PostalCodes).Any());

    private static string Slug(string name)
    {
        var letters = name.Normalize(NormalizationForm.FormD).Where(c => CharUnicodeInfo.GetUnicodeCategory(c) != UnicodeCategory.NonSpacingMark);
        return string.Concat(letters.Select(c => char.IsAsciiLetterOrDigit(c) ? char.ToLowerInvariant(c) : '-'));
    }
}
