namespace CafeIA.Federation.Node.Directory.Index;

/// <summary>Where events stand: each distinct point once with the chain of its events, and the points of each cell of a tenth of a degree.</summary>
internal sealed class PointIndex
{
    private const double CellsPerDegree = 10;
    private const int CellsAround = 3600;

    private readonly Dictionary<(double, double), int> known = [];
    private readonly System.Collections.Concurrent.ConcurrentDictionary<int, Cell> cells = new();
    private readonly Column<double> longitudes = new();
    private readonly Column<double> latitudes = new();
    private readonly Column<int> nextPoint = new();
    private readonly Column<int> firstDocument = new();
    private readonly Column<int> documents = new();

    public long Bytes => longitudes.Bytes + latitudes.Bytes + nextPoint.Bytes + firstDocument.Bytes + documents.Bytes + (known.Count * 48L) + (cells.Count * 96L);

    public double Longitude(int point) => longitudes[point];

    public double Latitude(int point) => latitudes[point];

    /// <summary>Adds the event's place in its point's chain. Called once for each document, in their order.</summary>
    /// <returns>The point; -1 where there is none.</returns>
    public int Add(int document, double longitude, double latitude)
    {
        if (double.IsNaN(longitude))
        {
            documents.Add(-1);
            return -1;
        }
        var key = CellOf(longitude, latitude);
        var cell = cells.GetOrAdd(key, static _ => new Cell());
        if (!known.TryGetValue((longitude, latitude), out var point))
        {
            latitudes.Add(latitude);
            nextPoint.Add(cell.FirstPoint);
            firstDocument.Add(-1);
            point = known[(longitude, latitude)] = longitudes.Add(longitude);
            cell.FirstPoint = point;
        }
        documents.Add(firstDocument[point]);
        Volatile.Write(ref firstDocument[point], document);
        cell.Documents++;
        return point;
    }

    /// <summary>How many events stand in the cells that a box touches, about.</summary>
    public int CountAbout(double west, double south, double east, double north) => Cells(west, south, east, north).Sum(c => c.Documents);

    /// <summary>The points in a box, its border included.</summary>
    public IEnumerable<int> Inside(double west, double south, double east, double north)
    {
        foreach (var cell in Cells(west, south, east, north))
        {
            for (var point = cell.FirstPoint; point >= 0; point = nextPoint[point])
            {
                if (longitudes[point] >= west && longitudes[point] <= east && latitudes[point] >= south && latitudes[point] <= north)
                    yield return point;
            }
        }
    }

    /// <summary>The events of a point, the newest first.</summary>
    public int First(int point) => Volatile.Read(ref firstDocument[point]);

    /// <summary>The event that was added to the same point before; -1: none.</summary>
    public int Next(int document) => documents[document];

    private IEnumerable<Cell> Cells(double west, double south, double east, double north)
    {
        var (x0, x1) = (Of(west, 180), Of(east, 180));
        var (y0, y1) = (Of(south, 90), Of(north, 90));
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

    private sealed class Cell
    {
        public volatile int FirstPoint = -1;
        public volatile int Documents;
    }
}
