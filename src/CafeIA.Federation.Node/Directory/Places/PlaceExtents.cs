namespace CafeIA.Federation.Node.Directory.Places;

/// <summary>Where départements and régions lie: the mean and the box of their communes' centres.</summary>
internal sealed class PlaceExtents
{
    /// <summary>Added around a box, so that communes are not cut at their centre and Paris is no point. Degrees, about 5 km.</summary>
    private const double Margin = 0.05;

    private readonly Dictionary<string, Sum> departements = [];
    private readonly Dictionary<string, Sum> regions = [];

    public PlaceExtents(IReadOnlyList<Commune> communes)
    {
        // A commune placed at its département's mean says nothing, unless nothing better is known there.
        foreach (var known in communes.Where(c => c.Precision >= PlacePrecision.PostalCode))
            Add(known);
        foreach (var vague in communes.Where(c => c.Precision == PlacePrecision.Departement).GroupBy(c => c.Departement))
        {
            if (!departements.ContainsKey(vague.Key.Code))
                Add(vague.First());
        }
    }

    public GeoPoint? Centre(Departement departement) => departements.GetValueOrDefault(departement.Code)?.Mean;

    public GeoPoint? Centre(Region region) => regions.GetValueOrDefault(region.Code)?.Mean;

    public GeoBox? Bounds(Departement departement) => departements.GetValueOrDefault(departement.Code)?.Box(Margin);

    public GeoBox? Bounds(Region region) => regions.GetValueOrDefault(region.Code)?.Box(Margin);

    private void Add(Commune commune)
    {
        if (commune.Centre is not { } centre)
            return;
        Add(departements, commune.Departement.Code, centre);
        Add(regions, commune.Region.Code, centre);
    }

    private static void Add(Dictionary<string, Sum> sums, string code, GeoPoint centre)
    {
        if (!sums.TryGetValue(code, out var sum))
            sums.Add(code, sum = new Sum());
        sum.Add(centre);
    }

    private sealed class Sum
    {
        private int count;
        private double latitude;
        private double longitude;
        private GeoBox box = new(90, 180, -90, -180);

        public GeoPoint Mean => new(latitude / count, longitude / count);

        public void Add(GeoPoint point)
        {
            count++;
            latitude += point.Latitude;
            longitude += point.Longitude;
            box = new GeoBox(
                Math.Min(box.South, point.Latitude),
                Math.Min(box.West, point.Longitude),
                Math.Max(box.North, point.Latitude),
                Math.Max(box.East, point.Longitude));
        }

        public GeoBox Box(double margin) => new(box.South - margin, box.West - margin, box.North + margin, box.East + margin);
    }
}
