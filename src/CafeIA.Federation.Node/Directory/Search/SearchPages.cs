namespace CafeIA.Federation.Node.Directory.Search;

/// <summary>A search page after page.</summary>
internal static class SearchPages
{
    /// <summary>All results up to a number.</summary>
    public static async Task<IReadOnlyList<T>> AllAsync<T>(DirectoryFilter filter, int max, Func<DirectoryFilter, Task<SearchPage<T>>> search)
    {
        var hits = new List<T>();
        filter = filter with { Limit = DirectoryFilter.MaxLimit };
        while (true)
        {
            var page = await search(filter);
            hits.AddRange(page.Items.Take(max - hits.Count));
            if (hits.Count == max || !PageCursor.TryParse(page.NextCursor, out var next))
                return hits;
            filter = filter with { After = next };
        }
    }
}
