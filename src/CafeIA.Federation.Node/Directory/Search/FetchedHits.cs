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

    /// <summary>Of a row besides what its body says.</summary>
    private const int BytesOfRow = 2_000;

    /// <summary>Of what is read from a byte of a body.</summary>
    private const int BytesOfByte = 3;

    /// <summary>Then a row is forgotten at the next search, so that nothing of an erased entry stays in memory.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(15);

    private readonly MemoryCache kept = new(new MemoryCacheOptions { SizeLimit = MostBytes });

    public EventHit? Find(in IndexHit row, PlaceCatalog catalog) =>
        kept.TryGetValue(Key.Of(row), out Kept? found) && ReferenceEquals(found!.Catalog, catalog) ? found.Hit : null;

    /// <param name="row">Where it was found.</param>
    /// <param name="hit">What was made of it.</param>
    /// <param name="catalog">The places it was made with.</param>
    /// <param name="bodySize">Bytes of its body.</param>
    public void Keep(in IndexHit row, EventHit hit, PlaceCatalog catalog, long bodySize)
    {
        var key = Key.Of(row);
        // Two who fetch the same row at once: the cache miscounts what is replaced while it is taken away.
        if (kept.TryGetValue(key, out Kept? other) && ReferenceEquals(other!.Catalog, catalog))
            return;
        using var entry = kept.CreateEntry(key);
        entry.Value = new Kept(hit, catalog);
        entry.AbsoluteExpirationRelativeToNow = Longest;
        entry.Size = BytesOfRow + (BytesOfByte * bodySize);
    }

    public void Dispose() => kept.Dispose();

    private sealed record Kept(EventHit Hit, PlaceCatalog Catalog);

    private readonly record struct Key(int HubKey, Guid Entry, DateTime Start, uint Version)
    {
        public static Key Of(in IndexHit row) => new(row.HubKey, row.Entry, row.Start, row.Version);
    }
}
