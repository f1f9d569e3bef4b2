namespace CafeIA.Federation.Node.Directory.Places.Coordinates;

/// <summary>Where a commune lies, as one source says.</summary>
/// <param name="Commune">Code of a current commune.</param>
internal readonly record struct PlaceCoordinate(string Commune, GeoPoint Centre);

/// <summary>One line of a source that gives a code.</summary>
/// <param name="Line">Counted from 1; in JSON the rank of the commune in its list.</param>
/// <param name="Code">As given, trimmed.</param>
/// <param name="Centre">Null where the source has none for this code.</param>
internal readonly record struct CoordinateRow(int Line, string Code, GeoPoint? Centre);
