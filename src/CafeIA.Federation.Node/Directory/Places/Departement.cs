namespace CafeIA.Federation.Node.Directory.Places;

/// <summary>A région, or an overseas territory that stands as its own.</summary>
/// <param name="Code">Two digits, or three such as <c>987</c>. Not a département's: 75 is Nouvelle-Aquitaine here.</param>
internal sealed record Region(string Code, string Name);

/// <param name="Code">Two characters, such as <c>01</c> or <c>2A</c>, or three overseas.</param>
internal sealed record Departement(string Code, string Name, Region Region);

/// <summary>An intercommunality with its own taxation.</summary>
/// <param name="Code">Its SIREN.</param>
internal sealed record Epci(string Code, string Name);
