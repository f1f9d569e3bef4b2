using CafeIA.Federation.Node.Directory.Index;
using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Protocol.Identifiers;
using Npgsql;

namespace CafeIA.Federation.Node.Directory.Search;

/// <summary>How many occurrences of a search begin on each day, so that a month is seen at a glance however many there are.</summary>
internal sealed class DayCounts(NpgsqlDataSource database, HubRegister hubs, IndexUpkeep index, WordQueries words)
{
    /// <summary>A day begins at midnight in mainland France. What began before the first one is not counted, though it may still run.</summary>
    /// <param name="filter">Its own period, order and page do not matter.</param>
    /// <param name="first">The first day.</param>
    /// <param name="days">1 or more.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>One number a day, in their order.</returns>
    public async Task<IReadOnlyList<int>> CountAsync(DirectoryFilter filter, DateOnly first, int days, CancellationToken cancellation)
    {
        var keys = filter.Hubs.Select(hubs.Find).OfType<KnownHub>().Select(h => h.Key).ToArray();
        if ((filter.Kinds.Count > 0 && !filter.Kinds.Contains(EntryKind.Event)) || (filter.Hubs.Count > 0 && keys.Length == 0))
            return new int[days];
        DateTimeOffset[] bounds = [.. Enumerable.Range(0, days + 1).Select(d => FilterTime.Midnight(first.AddDays(d)))];
        filter = filter with { From = bounds[0], To = bounds[^1], Each = Each.Occurrence, Sort = SortOrder.Date, After = null };
        if (index.Current is { } current)
        {
            var query = filter.Text is { } text ? await words.ReadAsync(text, cancellation) : null;
            if (IndexSearch.CanAnswer(filter, query))
            {
                index.Answered(fromMemory: true);
                return IndexSearch.Begin(current, filter, [.. bounds.Select(b => b.UtcTicks)], keys, hubs.HiddenKeys, query);
            }
        }
        index.Answered(fromMemory: false);
        var counts = new int[days];
        await using var batch = new EventQuery(filter, keys, hubs.HiddenKeys).Begin(database, bounds);
        await using var reader = await batch.ExecuteReaderAsync(cancellation);
        await reader.NextResultAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
            counts[reader.GetInt32(0) - 1] = reader.GetInt32(1);
        return counts;
    }
}
