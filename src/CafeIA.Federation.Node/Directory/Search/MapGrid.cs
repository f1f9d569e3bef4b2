using CafeIA.Federation.Node.Directory.Places;

namespace CafeIA.Federation.Node.Directory.Search;

/// <summary>The cells that a part of the map is divided in at a zoom level: 64 pixels wide where a tile of the Web Mercator projection (EPSG:3857) has 256, and all of each cell that the box touches.</summary>
internal sealed class MapGrid
{
    public const int MaxZoom = 20;

    /// <summary>Cells of one answer: more than any screen shows at its zoom level.</summary>
    public const int MaxCells = 4_096;

    /// <summary>Bits of a coordinate: the world is 2^28 units wide and high, 15 cm at the equator.</summary>
    private const int UnitBits = 28;

    /// <summary>Cells of a tile along one side, as a power of two.</summary>
    private const int CellBits = 2;

    /// <summary>The projection's northern and southern end, in degrees.</summary>
    private const double MaxLatitude = 85.05112877980659;

    private const double Units = 1 << UnitBits;

    public MapGrid(GeoBox box, int zoom)
    {
        Shift = UnitBits - CellBits - zoom;
        West = East(box.West) >> Shift;
        North = South(box.North) >> Shift;
        Columns = (East(box.East) >> Shift) - West + 1;
        Rows = (South(box.South) >> Shift) - North + 1;
    }

    /// <summary>A coordinate in units, shifted right by this, is a cell's.</summary>
    public int Shift { get; }

    /// <summary>The first column.</summary>
    public int West { get; }

    /// <summary>The first row.</summary>
    public int North { get; }

    public int Columns { get; }

    public int Rows { get; }

    public bool IsTooFine => (long)Columns * Rows > MaxCells;

    /// <summary>The cells' outline, with a hair around it: whoever looks in it asks each point for its cell.</summary>
    public GeoBox Outline
    {
        get
        {
            const double Hair = 1e-6;
            return new(
                Math.Max(-90, Latitude((long)(North + Rows) << Shift) - Hair),
                Math.Max(-180, Longitude((long)West << Shift) - Hair),
                Math.Min(90, Latitude((long)North << Shift) + Hair),
                Math.Min(180, Longitude((long)(West + Columns) << Shift) + Hair));
        }
    }

    /// <summary>Units from 180° west; the SQL of <see cref="EventQuery.Clusters"/> counts in the same way.</summary>
    public static int East(double longitude) => Clamp((longitude + 180) / 360 * Units);

    /// <summary>Units from the northern end.</summary>
    public static int South(double latitude)
    {
        var inside = Math.Clamp(latitude, -MaxLatitude, MaxLatitude);
        return Clamp((0.5 - (Math.Log(Math.Tan((Math.PI / 4) + (inside * Math.PI / 360))) / (2 * Math.PI))) * Units);
    }

    public static double Longitude(double east) => (east / Units * 360) - 180;

    public static double Latitude(double south) => (Math.Atan(Math.Exp((0.5 - (south / Units)) * 2 * Math.PI)) * 360 / Math.PI) - 90;

    /// <summary>The cell of a point, counted row by row; -1 outside.</summary>
    public int CellOf(int east, int south)
    {
        var (column, row) = ((east >> Shift) - West, (south >> Shift) - North);
        return (uint)column < (uint)Columns && (uint)row < (uint)Rows ? (row * Columns) + column : -1;
    }

    private static int Clamp(double units) => (int)Math.Clamp(Math.Floor(units), 0, Units - 1);
}
