namespace CafeIA.Federation.Node.Directory.Index;

/// <summary>An event's row in the directory with its occurrences, as the index takes it.</summary>
/// <param name="Version">The <c>xmin</c> of its row: another one after each transaction that touched it.</param>
/// <param name="Facets">What it is filtered by, such as its format.</param>
/// <param name="Longitude">With <paramref name="Latitude"/>; NaN: it has no point.</param>
/// <param name="Words">Its text vector as <c>tsvectorsend</c> writes it.</param>
internal sealed record IndexedEvent(
    int HubKey, Guid Entry, uint Version, IReadOnlyList<(Facet Facet, string Value)> Facets, double Longitude, double Latitude, byte[] Words, IReadOnlyList<IndexedOccurrence> Occurrences);

/// <summary>One occurrence of it, UTC; start and end are the greatest time there is where the event has no date.</summary>
internal readonly record struct IndexedOccurrence(DateTime Start, DateTime End, string Status);

/// <summary>What events are filtered by besides words, time and place on the ground.</summary>
internal enum Facet : byte
{
    Format,
    Mode,
    Language,
    Audience,
    Theme,
    Accessibility,
    Free,
    Commune,
    Departement,
    Region,
}
