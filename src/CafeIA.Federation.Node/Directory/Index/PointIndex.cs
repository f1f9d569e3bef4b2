using System.Collections.Concurrent;
using CafeIA.Federation.Node.Directory.Places;

namespace CafeIA.Federation.Node.Directory.Index;

/// <summary>Where events stand: the coordinates of each, and once more by the cell of a tenth of a degree, one after the other, so that a part of the map is read in a row.</summary>
internal sealed class PointIndex
{
    private const double CellsPerDegree = 10;
    private const int CellsAround = 3600;

    private readonly ConcurrentDictionary<int, Cell> cells = new();
    private readonly Column<double> longitudes = new();
    private readonly Column<double> latitudes = new();

    public long Bytes => longitudes.Bytes + latitudes.Bytes + cells.Values.Sum(c => 96L + c.Bytes);

    /// <summary>Not a number where it stands nowhere.</summary>
    public double Longitude(int document) => longitudes[document];

    /// <inheritdoc cref="Longitude"/>
    public double Latitude(int document) => latitudes[document];

    /// <summary>Called once for each document, in their order.</summary>
    /// <param name="document">The event.</param>
    /// <param name="longitude">Degrees; not a number: nowhere.</param>
    /// <param name="latitude">Degrees.</param>
    public void Add(int document, double longitude, double latitude)
    {
        longitudes.Add(longitude);
        latitudes.Add(latitude);
        if (!double.IsNaN(longitude))
            cells.GetOrAdd(CellOf(longitude, latitude), static _ => new Cell()).Add(new(document, longitude, latitude));
    }

    /// <summary>How many events stand in the cells that a box touches.</summary>
    public int CountAbout(GeoBox box) => Cells(box).Sum(c => c.Count);

    /// <summary>The events of the cells that a box touches, cell by cell: all that stand in it and some beside it. Those added since the reader began may be among them.</summary>
    public IEnumerable<ReadOnlyMemory<Standing>> About(GeoBox box) => Cells(box).Select(c => c.Documents);

    private IEnumerable<Cell> Cells(GeoBox box)
    {
        var (x0, x1) = (Of(box.West, 180), Of(box.East, 180));
        var (y0, y1) = (Of(box.South, 90), Of(box.North, 90));
        // A box of half the world has more cells than there are with an event in them.
        if ((long)(x1 - x0 + 1) * (y1 - y0 + 1) > cells.Count)
        {
            foreach (var (key, cell) in cells)
            {
                var (y, x) = Math.DivRem(key, CellsAround + 1);
                if (x >= x0 && x <= x1 && y >= y0 && y <= y1)
                    yield return cell;
            }
            yield break;
        }
        for (var y = y0; y <= y1; y++)
        {
            for (var x = x0; x <= x1; x++)
            {
                if (cells.TryGetValue((y * (CellsAround + 1)) + x, out var cell))
                    yield return cell;
            }
        }
    }

    private static int CellOf(double longitude, double latitude) => (Of(latitude, 90) * (CellsAround + 1)) + Of(longitude, 180);

    private static int Of(double degrees, double offset) => (int)Math.Floor((degrees + offset) * CellsPerDegree);

    /// <summary>The list is replaced by a larger one before its count grows: a reader who takes the count first finds at least as many.</summary>
    private sealed class Cell
    {
        private volatile Standing[] list = new Standing[1];
        private volatile int count;

        public int Count => count;

        public long Bytes => list.Length * (long)System.Runtime.CompilerServices.Unsafe.SizeOf<Standing>();

        public ReadOnlyMemory<Standing> Documents
        {
            get
            {
                var known = count;
                return list.AsMemory(0, known);
            }
        }

        public void Add(Standing document)
        {
            if (count == list.Length)
            {
                var grown = new Standing[count + Math.Max(count / 2, 1)];
                list.CopyTo(grown, 0);
                list = grown;
            }
            list[count] = document;
            count++;
        }
    }
}

/// <summary>An event and where it stands, in degrees.</summary>
internal readonly record struct Standing(int Document, double Longitude, double Latitude);
