using CafeIA.Federation.Protocol;

namespace CafeIA.Federation.Node.Directory.Places.Coordinates;

/// <summary>What the rows of a source give for the communes of the catalogue.</summary>
/// <param name="Coordinates">One for each commune that the source places, by code.</param>
/// <param name="WithoutCoordinates">Communes that the source names and does not place.</param>
/// <param name="UnknownCodes">Each with its line: no code, current or former, of the catalogue.</param>
/// <param name="BadLines">Coordinates that cannot be the commune's.</param>
internal sealed record CoordinateMatch(
    IReadOnlyList<PlaceCoordinate> Coordinates,
    IReadOnlyList<Commune> WithoutCoordinates,
    IReadOnlyList<Refusal> UnknownCodes,
    IReadOnlyList<Refusal> BadLines)
{
    /// <summary>No commune of mainland France lies farther from its département's mean; swapped or mistyped coordinates do. Kilometres.</summary>
    private const double MaxDistance = 250;

    /// <summary>Polynesia spans 2,000 km, and Uvea lies 230 km from Futuna. Kilometres.</summary>
    private const double MaxDistanceOverseas = 2_500;

    public static CoordinateMatch Of(IReadOnlyList<CoordinateRow> rows, PlaceCatalog catalog)
    {
        var gathered = new SortedDictionary<string, Gathered>(StringComparer.Ordinal);
        var unknown = new List<Refusal>();
        var bad = new List<Refusal>();
        foreach (var row in rows)
        {
            if (catalog.FindCommune(row.Code) is not { } commune)
            {
                unknown.Add(new Refusal("unknown-commune", $"« {row.Code} » n’est le code d’aucune commune.") { Line = row.Line });
                continue;
            }
            if (!gathered.TryGetValue(commune.Code, out var points))
                gathered.Add(commune.Code, points = new Gathered(commune));
            if (row.Centre is not { } centre)
                continue;
            if (IsFar(centre, commune.Departement, catalog))
            {
                bad.Add(new Refusal("coordinate-out-of-departement", $"Les coordonnées données pour {commune.Label} sont hors de ce département.") { Line = row.Line });
                continue;
            }
            // Rows of the commune's own code tell best; those of its former communes and arrondissements stand in where there are none.
            (row.Code.Equals(commune.Code, StringComparison.OrdinalIgnoreCase) ? points.Own : points.Parts).Add(centre);
        }
        return new CoordinateMatch(
            [.. gathered.Values.Where(g => g.Mean is not null).Select(g => new PlaceCoordinate(g.Commune.Code, g.Mean!.Value))],
            [.. gathered.Values.Where(g => g.Mean is null).Select(g => g.Commune)],
            unknown,
            bad);
    }

    private static bool IsFar(GeoPoint point, Departement departement, PlaceCatalog catalog) =>
        catalog.CentreOf(departement) is { } centre
        && centre.KilometresTo(point) > (departement.Code.Length > 2 ? MaxDistanceOverseas : MaxDistance);

    private sealed record Gathered(Commune Commune)
    {
        public List<GeoPoint> Own { get; } = [];

        public List<GeoPoint> Parts { get; } = [];

        public GeoPoint? Mean => (Own.Count > 0 ? Own : Parts) is { Count: > 0 } points
            ? new GeoPoint(points.Average(p => p.Latitude), points.Average(p => p.Longitude))
            : null;
    }
}
