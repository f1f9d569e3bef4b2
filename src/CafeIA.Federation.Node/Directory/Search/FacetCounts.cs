using CafeIA.Federation.Node.Directory.Index;
using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Protocol.Identifiers;
using Npgsql;

namespace CafeIA.Federation.Node.Directory.Search;

/// <summary>How many events of a search have each format, theme and so on, so that a person sees what a further filter would leave.</summary>
internal sealed class FacetCounts(NpgsqlDataSource database, HubRegister hubs, IndexUpkeep index, WordQueries words)
{
    /// <summary>Without the index in memory, as long as PostgreSQL may count: a page without the counts is better than one that is late.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <summary>An event counts once for each of its values, where any of its occurrences matches.</summary>
    /// <param name="filter">Its order and page do not matter.</param>
    /// <param name="facets">What is counted.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>The most frequent first in each kind; empty where PostgreSQL had to count and took longer than a second.</returns>
    public async Task<ILookup<Facet, FacetCount>> CountAsync(DirectoryFilter filter, IReadOnlyList<Facet> facets, CancellationToken cancellation) =>
        (await ReadAsync(filter, facets, cancellation)).OrderByDescending(c => c.Count).ThenBy(c => c.Value, StringComparer.Ordinal).ToLookup(c => c.Facet);

    private async Task<IReadOnlyList<FacetCount>> ReadAsync(DirectoryFilter filter, IReadOnlyList<Facet> facets, CancellationToken cancellation)
    {
        var keys = filter.Hubs.Select(hubs.Find).OfType<KnownHub>().Select(h => h.Key).ToArray();
        if ((filter.Kinds.Count > 0 && !filter.Kinds.Contains(EntryKind.Event)) || (filter.Hubs.Count > 0 && keys.Length == 0))
            return [];
        filter = filter with { Each = Each.Event, Sort = SortOrder.Date, After = null };
        if (index.Current is { } current)
        {
            var query = filter.Text is { } text ? await words.ReadAsync(text, cancellation) : null;
            if (IndexSearch.CanAnswer(filter, query))
                return IndexSearch.Facets(current, filter, facets, keys, hubs.HiddenKeys, query);
        }
        var counts = new List<FacetCount>();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        stop.CancelAfter(Patience);
        try
        {
            await using var batch = new EventQuery(filter, keys, hubs.HiddenKeys).Facets(database, facets);
            await using var reader = await batch.ExecuteReaderAsync(stop.Token);
            await reader.NextResultAsync(stop.Token);
            while (await reader.ReadAsync(stop.Token))
                counts.Add(new(facets[reader.GetInt32(0)], reader.GetString(1), reader.GetInt32(2)));
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return [];
        }
        return counts;
    }
}
