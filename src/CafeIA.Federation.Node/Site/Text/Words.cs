using CafeIA.Federation.Node.Directory.Content;
using CafeIA.Federation.Node.Directory.Search;

namespace CafeIA.Federation.Node.Site.Text;

/// <summary>Short phrases about an event, a place or a hub.</summary>
internal static class Words
{
    public const string NoPlace = "Lieu non précisé";

    /// <summary>« Médiathèque, Lyon (Rhône) », « Vosges », « En ligne ».</summary>
    public static string Place(EventHit hit)
    {
        var place = Where(hit);
        if (hit.Content.Mode == "online")
            return "En ligne";
        return hit.Content.Mode == "hybrid" ? $"{place ?? NoPlace}, et en ligne" : place ?? NoPlace;
    }

    /// <summary>« Lyon (Rhône) »; null where neither is known.</summary>
    public static string? Territory(DerivedPlace place) => place switch
    {
        { Commune: { } commune } => commune.Name == commune.Departement.Name ? commune.Name : $"{commune.Name} ({commune.Departement.Name})",
        { Departement: { } departement } => departement.Name,
        _ => null,
    };

    /// <summary>« à 3,2 km ».</summary>
    public static string Distance(double kilometres) => kilometres < 1
        ? "à moins d’un kilomètre"
        : $"à {kilometres.ToString(kilometres < 10 ? "0.#" : "0", System.Globalization.CultureInfo.GetCultureInfo("fr-FR"))}{French.Space}km";

    /// <summary>The status where people must not miss it; null for what is simply confirmed.</summary>
    public static string? Status(string status) => status == "confirmed" ? null : Vocabulary.Label(Vocabulary.Statuses, status);

    /// <summary>True when nobody should come at that hour.</summary>
    public static bool IsOff(string status) => status is "cancelled" or "postponed";

    public static string HubKind(string kind) => kind switch
    {
        "prefecture" => "Préfecture",
        "collectivite" => "Collectivité",
        "association" => "Association",
        "national" => "Instance nationale",
        _ => "Autre structure",
    };

    private static string? Where(EventHit hit)
    {
        var territory = Territory(hit.Place);
        return hit.Content.Place?.Name is { Length: > 0 } name ? (territory is null ? name : $"{name}, {territory}") : territory;
    }
}
