using CafeIA.Federation.Node.Directory.Content;
using CafeIA.Federation.Node.Directory.Places;

namespace CafeIA.Federation.Node.Directory.Search;

/// <summary>From the place an event gives to its commune, département, région and point. They are derived, never typed.</summary>
internal static class PlaceDerivation
{
    public static DerivedPlace Derive(PlaceContent? place, PlaceCatalog catalog)
    {
        if (place is null)
            return DerivedPlace.None;
        var commune = IsCode(place.Commune) ? catalog.FindCommune(place.Commune) : null;
        var departement = commune?.Departement ?? (IsCode(place.Departement) ? catalog.FindDepartement(place.Departement) : null);
        var (point, precision) = Locate(place, commune, departement, catalog);
        return new DerivedPlace(commune, departement, point, precision);
    }

    private static (GeoPoint? Point, PointPrecision? Precision) Locate(PlaceContent place, Commune? commune, Departement? departement, PlaceCatalog catalog)
    {
        if (place is { Latitude: { } latitude, Longitude: { } longitude } && GeoPoint.IsValid(latitude, longitude))
            return (new GeoPoint(latitude, longitude), PointPrecision.Place);
        if (commune?.Centre is { } centre)
            return (centre, Precision(commune.Precision));
        return departement is not null && catalog.CentreOf(departement) is { } middle ? (middle, PointPrecision.Departement) : (null, null);
    }

    private static PointPrecision Precision(PlacePrecision known) => known switch
    {
        PlacePrecision.Commune => PointPrecision.Commune,
        PlacePrecision.PostalCode => PointPrecision.PostalCode,
        _ => PointPrecision.Departement,
    };

    /// <summary>Codes have two to five characters; what another hub wrote may be of any length.</summary>
    private static bool IsCode([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] string? text) => text is { Length: >= 1 and <= 8 };
}
