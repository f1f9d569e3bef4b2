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
    private readonly GeoBox? box;
    private readonly GeoBox? around;

    /// <summary>The one of the two boxes that has fewer events in it and about it.</summary>
    private readonly GeoBox smaller;

    private Ground(PointIndex points, NearFilter? near, GeoBox? box)
    {
        this.points = points;
        this.near = near;
        this.box = box;
        around = near is null ? null : Geometry.Around(near.Point, near.RadiusKm);
        var (inBox, inCircle) = (CountAbout(box), CountAbout(around));
        (Count, smaller) = inCircle <= inBox ? (inCircle, around!.Value) : (inBox, box!.Value);
    }

    /// <summary>Null where the search names none.</summary>
    public static Ground? Of(DirectoryFilter filter, PointIndex points) => filter.Box is null && filter.Near is null ? null : new(points, filter.Near, filter.Box);

    /// <summary>How many events stand in it or beside it: as many are looked at by <see cref="SetBoxes"/>.</summary>
    public int Count { get; }

    /// <summary>Kilometres.</summary>
    public double Radius => near!.RadiusKm;

    /// <summary>Sets the bits of the events in its box, or in the one around its circle: all that it keeps, and those in the corners.</summary>
    public void SetBoxes(Bits bits)
    {
        foreach (var cell in points.About(smaller))
        {
            foreach (ref readonly var one in cell.Span)
            {
                if (KeepsBoxes(one.Longitude, one.Latitude))
                    bits.Set(one.Document);
            }
        }
    }

    /// <summary>The events that stand no further than this from the middle of the circle, and some beside them.</summary>
    public IEnumerable<ReadOnlyMemory<Standing>> Within(double kilometres) => points.About(Geometry.Around(near!.Point, kilometres));

    public bool Keeps(int document) => KeepsBoxes(points.Longitude(document), points.Latitude(document)) && (near is null || Distance(document) <= near.RadiusKm);

    /// <summary>Like <see cref="Keeps"/>, and how far it is.</summary>
    /// <param name="document">The event.</param>
    /// <param name="distance">Kilometres; without meaning where it is not kept.</param>
    public bool Keeps(int document, out double distance)
    {
        distance = 0;
        return KeepsBoxes(points.Longitude(document), points.Latitude(document)) && (distance = Distance(document)) <= near!.RadiusKm;
    }

    private int CountAbout(GeoBox? part) => part is { } given ? points.CountAbout(given) : int.MaxValue;

    /// <summary>What stands nowhere is in no box: no comparison with it holds.</summary>
    private bool KeepsBoxes(double longitude, double latitude)
    {
        var point = new GeoPoint(latitude, longitude);
        return box?.Contains(point) is not false && around?.Contains(point) is not false;
    }

    /// <summary>Kilometres from the middle of the circle, by the same formula as in PostgreSQL, so that both order alike.</summary>
    private double Distance(int document)
    {
        var (latitude, longitude) = (near!.Point.Latitude, near.Point.Longitude);
        return Diameter * Math.Asin(Math.Min(1, Math.Sqrt(
            Math.Pow(Math.Sin((points.Latitude(document) - latitude) * RadiansPerDegree / 2), 2)
            + (Math.Cos(latitude * RadiansPerDegree) * Math.Cos(points.Latitude(document) * RadiansPerDegree) * Math.Pow(Math.Sin((points.Longitude(document) - longitude) * RadiansPerDegree / 2), 2)))));
    }
}
