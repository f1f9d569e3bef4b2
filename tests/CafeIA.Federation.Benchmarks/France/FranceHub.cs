using CafeIA.Federation.Node.Directory.Places;

namespace CafeIA.Federation.Benchmarks.France;

/// <summary>A hub and the communes whose events are its own.</summary>
/// <param name="Id">As it stands in addresses, such as <c>auvergne-rhone-alpes</c>.</param>
/// <param name="Name">With its article and accents, such as <c>Hub Auvergne-Rhône-Alpes</c>.</param>
/// <param name="Region">The région it is of.</param>
/// <param name="Departement">Null where it has the whole région, less the départements that have a hub of their own.</param>
/// <param name="TimeZone">IANA name of its clocks.</param>
/// <param name="Communes">Each as often as it has inhabitants.</param>
internal sealed record FranceHub(string Id, string Name, Region Region, Departement? Departement, string TimeZone, Weighted<Commune> Communes)
{
    /// <summary>Inhabitants.</summary>
    public double Weight => Communes.Total;
}
