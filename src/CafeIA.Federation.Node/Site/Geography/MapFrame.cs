using System.Globalization;
using System.Text;
using CafeIA.Federation.Node.Directory.Places;
using CafeIA.Federation.Node.Directory.Search;

namespace CafeIA.Federation.Node.Site.Geography;

/// <summary>What a drawn map shows: a square of the Web Mercator projection (EPSG:3857), as its zoom levels are counted on the web.</summary>
/// <param name="Zoom">0 to <see cref="MaxZoom"/>: a tile of 256 pixels is the world at 0, and half as wide at each further one.</param>
internal sealed record MapFrame(GeoPoint Centre, int Zoom)
{
    /// <summary>Pixels of the drawing, along each side: France fills it at zoom level 6.</summary>
    public const int Size = 720;

    /// <summary>Streets.</summary>
    public const int MaxZoom = 16;

    /// <summary>Pixels of a tile.</summary>
    private const int Tile = 256;

    private const double World = 1 << 28;

    /// <summary>Mainland France and Corsica.</summary>
    public static MapFrame France { get; } = Around(new GeoBox(41.3, -5.2, 51.2, 9.6));

    private double West => MapGrid.East(Centre.Longitude) - (Span / 2);

    private double North => MapGrid.South(Centre.Latitude) - (Span / 2);

    /// <summary>Units of <see cref="MapGrid"/> along each side.</summary>
    private double Span => World * Size / Tile / (1 << Zoom);

    /// <summary>What it shows, cut at the ends of the world.</summary>
    public GeoBox Box => new(
        Math.Max(-85, MapGrid.Latitude(North + Span)), Math.Max(-180, MapGrid.Longitude(West)), Math.Min(85, MapGrid.Latitude(North)), Math.Min(180, MapGrid.Longitude(West + Span)));

    /// <summary>As the parameter <c>bbox</c> is written.</summary>
    public string Bbox => string.Create(CultureInfo.InvariantCulture, $"{Box.West:0.####},{Box.South:0.####},{Box.East:0.####},{Box.North:0.####}");

    /// <summary>The land in it, as the path of an SVG.</summary>
    public string LandPath
    {
        get
        {
            var path = new StringBuilder();
            foreach (var coast in Outline.Coasts)
            {
                if (coast.East < West || coast.West > West + Span || coast.South < North || coast.North > North + Span)
                    continue;
                var last = (X: int.MinValue, Y: int.MinValue);
                foreach (var (east, south) in coast.Points)
                {
                    var at = (X: (int)Math.Round(Pixels(east - West)), Y: (int)Math.Round(Pixels(south - North)));
                    if (at == last)
                        continue;
                    path.Append(CultureInfo.InvariantCulture, $"{(last.X == int.MinValue ? 'M' : 'L')}{at.X} {at.Y}");
                    last = at;
                }
                path.Append('Z');
            }
            return path.ToString();
        }
    }

    /// <summary>The closest frame that shows all of a box.</summary>
    public static MapFrame Around(GeoBox box)
    {
        var (west, east, north, south) = (MapGrid.East(box.West), MapGrid.East(box.East), MapGrid.South(box.North), MapGrid.South(box.South));
        var zoom = MaxZoom;
        // A hair of tolerance: the box of a frame gives the same frame again.
        while (zoom > 0 && Math.Max(east - west, south - north) > World * Size / Tile / (1 << zoom) * 1.001)
            zoom--;
        return new(new GeoPoint(MapGrid.Latitude((north + south) / 2.0), MapGrid.Longitude((west + east) / 2.0)), zoom);
    }

    /// <summary>Pixels from the upper left corner; outside for what it does not show.</summary>
    public (double X, double Y) Place(double latitude, double longitude) => (Pixels(MapGrid.East(longitude) - West), Pixels(MapGrid.South(latitude) - North));

    /// <summary>The same level further east and further south, in parts of what it shows.</summary>
    public MapFrame Moved(double east, double south) => this with
    {
        Centre = new(
            Math.Clamp(MapGrid.Latitude(MapGrid.South(Centre.Latitude) + (south * Span)), -85, 85),
            Math.Clamp(MapGrid.Longitude(MapGrid.East(Centre.Longitude) + (east * Span)), -180, 180)),
    };

    /// <summary>Closer, around a point.</summary>
    public MapFrame Closer(GeoPoint centre, int levels) => new(centre, Math.Clamp(Zoom + levels, 0, MaxZoom));

    private double Pixels(double units) => units / Span * Size;
}
