using CafeIA.Federation.Node.Directory.Content;
using CafeIA.Federation.Node.Directory.Search;

namespace CafeIA.Federation.Node.Site.Text;

/// <summary>Short phrases about an event, a place or a hub.</summary>
internal static class Words
{
    public static string NoPlace => PageLanguage.In("Lieu non précisé", "Place not given");

    public static string Online => PageLanguage.In("En ligne", "Online");

    /// <summary>The label of a name in the language of the page.</summary>
    public static string Label(IReadOnlyList<Term> terms, string name) => PageLanguage.IsEnglish ? Vocabulary.EnglishLabel(terms, name) : Vocabulary.Label(terms, name);

    /// <summary>« Médiathèque, Lyon (Rhône) », « Vosges », « En ligne ».</summary>
    public static string Place(EventHit hit)
    {
        var place = Where(hit);
        if (hit.Content.Mode == "online")
            return Online;
        return hit.Content.Mode == "hybrid" ? (place ?? NoPlace) + PageLanguage.In(", et en ligne", ", and online") : place ?? NoPlace;
    }

    /// <summary>« Lyon (Rhône) »; null where neither is known.</summary>
    public static string? Territory(DerivedPlace place) => place switch
    {
        { Commune: { } commune } => commune.Name == commune.Departement.Name ? commune.Name : $"{commune.Name} ({commune.Departement.Name})",
        { Departement: { } departement } => departement.Name,
        _ => null,
    };

    /// <summary>« à 3,2 km ».</summary>
    public static string Distance(double kilometres)
    {
        if (kilometres < 1)
            return PageLanguage.In("à moins d’un kilomètre", "less than a kilometre away");
        var number = kilometres.ToString(kilometres < 10 ? "0.#" : "0", System.Globalization.CultureInfo.GetCultureInfo(PageLanguage.In("fr-FR", "en-GB")));
        return PageLanguage.In($"à {number}{French.Space}km", $"{number}{French.Space}km away");
    }

    /// <summary>The status where people must not miss it; null for what is simply confirmed.</summary>
    public static string? Status(string status) => status == "confirmed" ? null : Label(Vocabulary.Statuses, status);

    /// <summary>True when nobody should come at that hour.</summary>
    public static bool IsOff(string status) => status is "cancelled" or "postponed";

    public static string HubKind(string kind) => kind switch
    {
        "prefecture" => PageLanguage.In("Préfecture", "Prefecture"),
        "collectivite" => PageLanguage.In("Collectivité", "Local authority"),
        "association" => PageLanguage.In("Association", "Association"),
        "national" => PageLanguage.In("Instance nationale", "National body"),
        _ => PageLanguage.In("Autre structure", "Other organisation"),
    };

    private static string? Where(EventHit hit)
    {
        var territory = Territory(hit.Place);
        return hit.Content.Place?.Name is { Length: > 0 } name ? (territory is null ? name : $"{name}, {territory}") : territory;
    }
}
