using CafeIA.Federation.Node.Directory.Index;
using CafeIA.Federation.Node.Directory.Places;
using Microsoft.Extensions.Caching.Memory;

namespace CafeIA.Federation.Node.Directory.Search;

/// <summary>Rows that pages of the index in memory were made of, by the version of the event's row: the pages of one day show mostly the same events, and what was fetched once is not fetched again.</summary>
/// <remarks>A change of an event is another version, which the index names before the change is acknowledged; so a row that is kept here is never shown after it. What is derived from the places of France is kept as long as they are the same.</remarks>
internal sealed class FetchedHits : IDisposable
{
    /// <summary>Bytes of memory, about.</summary>
    private const long MostBytes = 64 * 1024 * 1024;

    /// <summary>Bytes of a row besides its long text, about.</summary>
    private const int BytesOfRow = 3_000;

    /// <summary>Then a row is forgotten, so that nothing of an erased entry stays in memory.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(15);

    private readonly MemoryCache kept = new(new MemoryCacheOptions { SizeLimit = MostBytes });

    public EventHit? Find(in IndexHit row, PlaceCatalog catalog) =>
        kept.TryGetValue(Key.Of(row), out Kept? found) && ReferenceEquals(found!.Catalog, catalog) ? found.Hit : null;

    public void Keep(in IndexHit row, EventHit hit, PlaceCatalog catalog)
    {
        using var entry = kept.CreateEntry(Key.Of(row));
        entry.Value = new Kept(hit, catalog);
        entry.AbsoluteExpirationRelativeToNow = Longest;
        entry.Size = BytesOfRow + (2 * (hit.Content.Description?.Length ?? 0)) + (2 * (hit.Content.Summary?.Length ?? 0));
    }

    public void Dispose() => kept.Dispose();

    private sealed record Kept(EventHit Hit, PlaceCatalog Catalog);

    private readonly record struct Key(int HubKey, Guid Entry, DateTime Start, uint Version)
    {
        public static Key Of(in IndexHit row) => new(row.HubKey, row.Entry, row.Start, row.Version);
    }
}
