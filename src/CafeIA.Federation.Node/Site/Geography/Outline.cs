using System.Reflection;
using System.Text.Json;
using CafeIA.Federation.Node.Directory.Search;

namespace CafeIA.Federation.Node.Site.Geography;

/// <summary>The coasts and borders of France, overseas included, as maps are drawn on: <c>france.json</c>, made by <c>deploy/outline</c> of Natural Earth (public domain) by way of world-atlas (ISC licence).</summary>
internal static class Outline
{
    private const string Resource = "site/france.geojson";

    private static readonly Lazy<IReadOnlyList<Coast>> Read = new(ReadAll);

    public static IReadOnlyList<Coast> Coasts => Read.Value;

    private static IReadOnlyList<Coast> ReadAll()
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(Resource)!;
        using var json = JsonDocument.Parse(stream);
        return
        [
            .. json.RootElement.GetProperty("coordinates").EnumerateArray()
                .Select(polygon => new Coast([.. polygon[0].EnumerateArray().Select(p => (MapGrid.East(p[0].GetDouble()), MapGrid.South(p[1].GetDouble())))])),
        ];
    }
}

/// <summary>One ring, in the units of <see cref="MapGrid"/>.</summary>
internal sealed class Coast(IReadOnlyList<(int East, int South)> points)
{
    public IReadOnlyList<(int East, int South)> Points => points;

    public int West { get; } = points.Min(p => p.East);

    public int East { get; } = points.Max(p => p.East);

    public int North { get; } = points.Min(p => p.South);

    public int South { get; } = points.Max(p => p.South);
}
