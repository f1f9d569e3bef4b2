using CafeIA.Federation.Node.Directory.Places;

namespace CafeIA.Federation.Node.Site.Text;

/// <summary>The territory a hub serves, by name.</summary>
internal static class TerritoryNames
{
    /// <summary>From <c>region:84</c> to « Auvergne-Rhône-Alpes »; a code nobody knows stays as it is.</summary>
    public static string Of(string territory, PlaceCatalog catalog)
    {
        var colon = territory.IndexOf(':', StringComparison.Ordinal);
        var code = territory[(colon + 1)..];
        return territory[..Math.Max(colon, 0)] switch
        {
            "region" => catalog.FindRegion(code)?.Name,
            "departement" => catalog.FindDepartement(code)?.Name,
            "commune" => catalog.FindCommune(code)?.Name,
            "epci" => catalog.Epcis.FirstOrDefault(e => e.Code == code)?.Name,
            _ => territory == "national" ? PageLanguage.In("France entière", "All of France") : null,
        } ?? territory;
    }
}
