using CafeIA.Federation.Node.Directory.Places;
using CafeIA.Federation.Node.Directory.Search;

namespace CafeIA.Federation.Node.Directory.Index;

/// <summary>The part of the map that a search keeps: a box, a circle, or both.</summary>
internal sealed class Ground
{
    /// <summary>Twice the Earth's mean radius, in km.</summary>
    private const double Diameter = 12742;

    /// <summary>π / 180 as PostgreSQL has it.</summary>
    private const double RadiansPerDegree = 0.0174532925199432957692;

    private readonly PointIndex points;
    private readonly NearFilter? near;
    private readonly GeoBox[] boxes;

    private Ground(PointIndex points, NearFilter? near, GeoBox[] boxes)
    {
        this.points = points;
        this.near = near;
        this.boxes = boxes;
    }

    /// <summary>Null where the search names none.</summary>
    public static Ground? Of(DirectoryFilter filter, PointIndex points)
    {
        GeoBox?[] boxes = [filter.Box, filter.Near is { } near ? Geometry.Around(near.Point, near.RadiusKm) : null];
        return boxes.OfType<GeoBox>().ToArray() is { Length: > 0 } given ? new(points, filter.Near, given) : null;
    }

    /// <summary>How many events stand in it, about.</summary>
    public int CountAbout => boxes.Min(b => points.CountAbout(b.West, b.South, b.East, b.North));

    public IEnumerable<int> Points => points.Inside(boxes[^1].West, boxes[^1].South, boxes[^1].East, boxes[^1].North).Where(Keeps);

    /// <param name="point">-1: no point, which is nowhere.</param>
    public bool Keeps(int point)
    {
        if (point < 0)
            return false;
        var (longitude, latitude) = (points.Longitude(point), points.Latitude(point));
        foreach (var box in boxes)
        {
            if (longitude < box.West || longitude > box.East || latitude < box.South || latitude > box.North)
                return false;
        }
        return near is null || Distance(point) <= near.RadiusKm;
    }

    /// <summary>Kilometres from the middle of the circle, by the same formula as in PostgreSQL, so that both order alike.</summary>
    public double Distance(int point)
    {
        var (latitude, longitude) = (near!.Point.Latitude, near.Point.Longitude);
        return Diameter * Math.Asin(Math.Min(1, Math.Sqrt(
            Math.Pow(Math.Sin((points.Latitude(point) - latitude) * RadiansPerDegree / 2), 2)
            + (Math.Cos(latitude * RadiansPerDegree) * Math.Cos(points.Latitude(point) * RadiansPerDegree) * Math.Pow(Math.Sin((points.Longitude(point) - longitude) * RadiansPerDegree / 2), 2)))));
    }
}
