using System.Globalization;
using System.Text;
using CafeIA.Federation.Node.Directory.Places;
using CafeIA.Federation.Node.Directory.Search;

namespace CafeIA.Federation.Node.Site.Pages;

/// <summary>Cafés of one place on the drawn map of mainland France.</summary>
internal sealed record MapPoint(double X, double Y, IReadOnlyList<EventHit> Cafes)
{
    public const int Width = 520;
    public const int Height = 500;

    private const double West = -5.3;
    private const double North = 51.3;

    /// <summary>Units of the drawing in a degree of latitude.</summary>
    private const double Scale = 49.5;

    /// <summary>A degree of longitude against one of latitude at 46.6° north.</summary>
    private const double Narrowing = 0.687;

    /// <summary>Units between two dots of the background.</summary>
    private const int Grid = 9;

    private static readonly Lazy<string> Land = new(DrawLand);

    /// <summary>The land, as an SVG path of dots: a dot where there is a commune.</summary>
    public static string LandPath => Land.Value;

    public double Radius => Math.Min(14, 5 + (1.6 * Math.Sqrt(Cafes.Count)));

    /// <summary>Where an event stands; null where it has no point, or one that is not on this map. The middle of a département is a point here: the map is a glance.</summary>
    public static (double X, double Y)? Of(EventHit hit) => hit.Place.Point is { } point ? Project(point) : null;

    /// <summary>Events of one commune or one département are one point.</summary>
    public static IReadOnlyList<MapPoint> Group(IEnumerable<EventHit> hits) =>
    [
        .. hits.Select(h => (Hit: h, At: Of(h))).Where(h => h.At is not null)
            .GroupBy(h => h.Hit.Place.Commune?.Code ?? h.Hit.Place.Departement?.Code ?? h.Hit.Entry.ToString())
            .Select(g => new MapPoint(g.First().At!.Value.X, g.First().At!.Value.Y, [.. g.Select(h => h.Hit)]))
            .OrderByDescending(p => p.Cafes.Count),
    ];

    private static (double X, double Y)? Project(GeoPoint point)
    {
        var x = (point.Longitude - West) * Narrowing * Scale;
        var y = (North - point.Latitude) * Scale;
        return x is >= 0 and <= Width && y is >= 0 and <= Height ? (Math.Round(x, 1), Math.Round(y, 1)) : null;
    }

    private static string DrawLand()
    {
        var cells = new SortedSet<(int Y, int X)>();
        foreach (var commune in PlaceCatalog.Official.Communes)
        {
            if (commune is { Centre: { } centre, Precision: > PlacePrecision.Departement } && Project(centre) is { } at)
                cells.Add(((int)(at.Y / Grid), (int)(at.X / Grid)));
        }
        var path = new StringBuilder();
        foreach (var (y, x) in cells)
            path.Append(CultureInfo.InvariantCulture, $"M{(x * Grid) + (Grid / 2)} {(y * Grid) + (Grid / 2)}h0");
        return path.ToString();
    }
}
