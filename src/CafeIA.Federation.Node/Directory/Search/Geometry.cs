using CafeIA.Federation.Node.Directory.Places;

namespace CafeIA.Federation.Node.Directory.Search;

/// <summary>Circles on the ground, as boxes of degrees that an index can look in.</summary>
internal static class Geometry
{
    private const double KilometresPerDegree = 111.19;

    /// <summary>The box around a circle. Near a pole it goes all around; over the antimeridian it is cut, since no French place lies on both sides of it.</summary>
    public static GeoBox Around(GeoPoint centre, double radiusKm)
    {
        var latitude = radiusKm / KilometresPerDegree;
        var furthest = Math.Min(89, Math.Abs(centre.Latitude) + latitude);
        var longitude = latitude / Math.Cos(double.DegreesToRadians(furthest));
        return new GeoBox(
            Math.Max(-90, centre.Latitude - latitude),
            Math.Max(-180, centre.Longitude - longitude),
            Math.Min(90, centre.Latitude + latitude),
            Math.Min(180, centre.Longitude + longitude));
    }
}
