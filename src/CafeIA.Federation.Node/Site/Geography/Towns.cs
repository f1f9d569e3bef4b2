using CafeIA.Federation.Node.Directory.Places;

namespace CafeIA.Federation.Node.Site.Geography;

/// <summary>Towns that people know, to say where something on a map is.</summary>
internal static class Towns
{
    /// <summary>Inhabitants.</summary>
    private const int Known = 20_000;

    private static readonly Lazy<IReadOnlyList<Commune>> All =
        new(() => [.. PlaceCatalog.Official.Communes.Where(c => c is { Population: >= Known, Centre: not null, Precision: PlacePrecision.Commune })]);

    /// <summary>The nearest of them.</summary>
    public static Commune Nearest(GeoPoint point) => All.Value.MinBy(c => point.KilometresTo(c.Centre!.Value))!;
}
