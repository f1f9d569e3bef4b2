namespace CafeIA.Federation.Node.Directory.Places;

/// <summary>A current commune of the Code officiel géographique.</summary>
/// <param name="Code">Five characters, such as <c>69123</c> or <c>2A004</c>.</param>
/// <param name="Name">With its article and accents, such as <c>L'Haÿ-les-Roses</c>.</param>
/// <param name="Departement">Always known.</param>
internal sealed record Commune(string Code, string Name, Departement Departement)
{
    /// <summary>In order; empty only for the southern and antarctic lands.</summary>
    public IReadOnlyList<string> PostalCodes { get; init; } = [];

    /// <summary>Inhabitants; null where the source has none.</summary>
    public int? Population { get; init; }

    /// <summary>Null for islands and territories in no intercommunality.</summary>
    public Epci? Epci { get; init; }

    /// <summary>Null where nothing is known; <see cref="Precision"/> says how well it is known otherwise.</summary>
    public GeoPoint? Centre { get; init; }

    public PlacePrecision Precision { get; init; }

    public Region Region => Departement.Region;

    /// <summary>What a person chooses among namesakes, such as <c>93066 Saint-Denis (Seine-Saint-Denis)</c>; <see cref="PlaceCatalog.Resolve"/> takes it back.</summary>
    public string Label => $"{Code} {Name} ({Departement.Name})";
}

/// <summary>What a commune's coordinates stand for, from the vaguest.</summary>
internal enum PlacePrecision
{
    None,

    /// <summary>The mean of the département's towns: off by 35 km in the median.</summary>
    Departement,

    /// <summary>Towns of the same postal code or a part of the commune: off by 6 km in the median.</summary>
    PostalCode,

    /// <summary>The commune itself.</summary>
    Commune,
}
