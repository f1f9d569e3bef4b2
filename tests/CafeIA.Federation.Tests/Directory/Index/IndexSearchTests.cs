using CafeIA.Federation.Node.Directory.Content;
using CafeIA.Federation.Node.Directory.Index;
using CafeIA.Federation.Node.Directory.Places;
using CafeIA.Federation.Node.Directory.Search;
using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Tests.Directory.Search;
using CafeIA.Federation.Tests.Fixtures;
using CsCheck;
using Npgsql;
using Xunit;

namespace CafeIA.Federation.Tests.Directory.Index;

/// <summary>The index in memory never answers otherwise than the database.</summary>
public sealed class IndexSearchTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private const int Events = 250;
    private const int Searches = 400;

    /// <summary>Pages of one search that are held against each other.</summary>
    private const int Pages = 4;

    /// <summary>The ways that a large directory takes, in a small one: long walks, most that are given up, and parts of the map that hold too much.</summary>
    private static readonly SearchLimits Tight = new(FewEvents: 3, LongWalk: 60, ManyOnTheGround: 40);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_page_of_every_search_is_the_same_from_memory_and_from_the_database()
    {
        using var directory = await DirectoryFixture.OpenAsync(postgres);
        using var other = await TestJournal.OpenAsync(postgres.Database, $"h{Guid.NewGuid():N}", directory.Time, directory.Index);
        var ids = await PutAsync(directory.Journal, null);
        await PutAsync(other, null);
        await CompareAsync(directory, other, []);

        // Half of one hub's events are changed, some are gone, and a hub is hidden.
        await PutAsync(directory.Journal, [.. ids.Where((_, i) => i % 2 == 0)]);
        foreach (var gone in ids.Where((_, i) => i % 5 == 1))
            await directory.Journal.WithdrawAsync(gone);
        await CompareAsync(directory, other, []);
        await CompareAsync(directory, other, [other.Hub.Key]);
    }

    [Fact]
    public async Task What_was_read_at_a_start_is_what_was_followed_change_by_change()
    {
        using var directory = await DirectoryFixture.OpenAsync(postgres);
        var ids = await PutAsync(directory.Journal, null);
        await PutAsync(directory.Journal, [.. ids.Take(100)]);
        await directory.Journal.WithdrawAsync(ids[3]);
        using var started = await DirectoryFixture.OpenAsync(postgres);

        var filter = new DirectoryFilter { Each = Each.Occurrence, Limit = 5_000, Hubs = [directory.Journal.Hub.Id] };
        var followed = Page(directory.Index, filter, [directory.Journal.Hub.Key], []);
        Assert.Equal(followed, Page(started.Index, filter, [directory.Journal.Hub.Key], []));
        Assert.True(followed.Count > Events, $"Only {followed.Count} occurrences were found.");
        Assert.Equal(Events - 1, followed.Select(h => h.Entry).Distinct().Count());
    }

    [Fact]
    public async Task A_row_that_is_not_the_version_the_index_meant_is_answered_by_the_database()
    {
        using var directory = await DirectoryFixture.OpenAsync(postgres);
        await directory.Journal.PutAllAsync([DirectoryFixture.Cafe("Avant"), DirectoryFixture.Cafe("Après", "2026-04-03T18:30", null)]);
        await using var behind = directory.Database.CreateCommand(
            "update occurrence set starts_at = starts_at + interval '5 days', ends_at = ends_at + interval '5 days' where hub_key = $1 and starts_at < '2026-04-03'");
        behind.Parameters.Add(new NpgsqlParameter { Value = directory.Journal.Hub.Key });
        await behind.ExecuteNonQueryAsync(Cancelled);

        Assert.Equal(["Après", "Avant"], await directory.TitlesAsync(directory.Mine));
    }

    [Fact]
    public async Task A_row_that_was_fetched_is_shown_again_until_it_is_changed()
    {
        using var directory = await DirectoryFixture.OpenAsync(postgres);
        var kept = await directory.Journal.PutAsync(DirectoryFixture.Cafe("Gardé"));
        await directory.Journal.PutAsync(DirectoryFixture.Cafe("Autre", "2026-04-03T18:30", null));
        var near = directory.Mine with { Limit = 1 };
        var before = await directory.Events.SearchAsync(near, Cancelled);
        await using var bodies = directory.Database.CreateCommand("update change set body = null where hub_key = $1");
        bodies.Parameters.Add(new NpgsqlParameter { Value = directory.Journal.Hub.Key });
        await bodies.ExecuteNonQueryAsync(Cancelled);

        // Who looks at the database finds no body to show; the second row was never fetched.
        Assert.Equal(["Gardé"], (await directory.Events.SearchAsync(near, Cancelled)).Items.Select(h => h.Content.Title));
        Assert.Equal(before.NextCursor, (await directory.Events.SearchAsync(near, Cancelled)).NextCursor);
        Assert.Equal(["Gardé"], (await directory.Events.SearchAsync(directory.Mine, Cancelled)).Items.Select(h => h.Content.Title));

        await directory.Journal.PutAsync(DirectoryFixture.Cafe("Changé"), kept);
        Assert.Equal(["Changé"], await directory.TitlesAsync(directory.Mine));
        await directory.Journal.EraseAsync(kept);
        Assert.Empty(await directory.TitlesAsync(directory.Mine));
    }

    [Fact]
    public async Task An_index_with_too_much_that_is_dead_answers_until_another_is_read()
    {
        using var directory = await DirectoryFixture.OpenAsync(postgres);
        using var index = DirectoryFixture.NewIndex(postgres.Database, directory.Time, wornFrom: 20);
        using var journal = await TestJournal.OpenAsync(postgres.Database, $"h{Guid.NewGuid():N}", directory.Time, index);
        await index.StartAsync(Cancelled);
        await Eventually.TrueAsync(() => index.Current is not null, "the index is read", Cancelled);
        var first = index.Current;
        var id = await journal.PutAsync(DirectoryFixture.Cafe("0"));
        var changes = 0;
        while (index.Current == first)
        {
            await journal.PutAsync(DirectoryFixture.Cafe($"{++changes}"), id);
            Assert.NotNull(index.Current);
        }

        var entry = new DirectoryFilter { Hubs = [journal.Hub.Id] };
        var hit = Assert.Single(Page(index, entry, [journal.Hub.Key], []));
        await using var row = directory.Database.CreateCommand("select xmin from event where entry_id = $1");
        row.Parameters.Add(new NpgsqlParameter { Value = id.Value });
        Assert.Equal((uint)(await row.ExecuteScalarAsync(Cancelled))!, hit.Version);
        await index.StopAsync(Cancelled);
    }

    [Fact]
    public async Task A_commit_whose_outcome_is_not_known_makes_the_index_be_read_anew()
    {
        using var directory = await DirectoryFixture.OpenAsync(postgres);
        await directory.Journal.PutAsync(DirectoryFixture.Cafe("Avant"));

        directory.Index.RowsUnknown();

        Assert.Null(directory.Index.Current);
        Assert.Equal(["Avant"], await directory.TitlesAsync(directory.Mine));
        await directory.Index.ReadAllAsync(Cancelled);
        Assert.Single(Page(directory.Index, directory.Mine, [directory.Journal.Hub.Key], []));
    }

    private static async Task<IReadOnlyList<EntryId>> PutAsync(TestJournal journal, IReadOnlyList<EntryId>? entries)
    {
        var contents = SearchCases.Event.Array[entries?.Count ?? Events].Single();
        var intents = contents.Select((c, i) => journal.Put(entries?[i], EntryKind.Event, ContentBody.Write(c))).ToArray();
        return [.. (await journal.AppendAsync(intents)).Select(o => o.Value.Entry)];
    }

    private async Task CompareAsync(DirectoryFixture directory, TestJournal other, int[] hidden)
    {
        var words = new WordQueries(directory.Database);
        var hubs = new Dictionary<HubId, int> { [directory.Journal.Hub.Id] = directory.Journal.Hub.Key, [other.Hub.Id] = other.Hub.Key };
        var (found, further, clustered, begun, counted) = (0, 0, 0, 0, 0);
        await SearchCases.Filter([.. hubs.Keys]).SampleAsync(
            async filter =>
            {
                var keys = filter.Hubs.Select(h => hubs[h]).ToArray();
                if (filter.Box is { } box)
                    clustered += await CompareClustersAsync(directory, filter with { Sort = SortOrder.Date }, box, keys, hidden, words);
                begun += await CompareDaysAsync(directory, filter, keys, hidden, words);
                counted += await CompareFacetsAsync(directory, filter, keys, hidden, words);
                for (var page = 0; page < Pages; page++)
                {
                    var query = filter.Text is { } text ? await words.ReadAsync(text, Cancelled) : null;
                    Assert.True(IndexSearch.CanAnswer(filter, query));
                    var recalled = IndexSearch.Page(directory.Index.Current!, filter, keys, hidden, query);
                    var queried = await QueryAsync(filter, keys, hidden);
                    Assert.Equal(queried, recalled);
                    Assert.Equal(queried, IndexSearch.Page(directory.Index.Current!, filter, keys, hidden, query, Tight));
                    Interlocked.Add(ref found, recalled.Count);
                    if (recalled.Count <= filter.Limit)
                        break;
                    Interlocked.Increment(ref further);
                    var last = recalled[filter.Limit - 1];
                    filter = filter with { After = new(filter.Sort, last.Rank, PageCursor.Microseconds(last.Start), last.Entry, last.HubKey) };
                }
            },
            iter: Searches,
            threads: 1);
        Assert.True(found > Searches && further > Searches / 10 && clustered > Searches / 10 && begun > Searches && counted > Searches, $"{found} rows, {further} further pages, {clustered} clusters, {begun} beginnings and {counted} values were found: too few to tell.");
    }

    /// <returns>Clusters of more than one event.</returns>
    private static async Task<int> CompareClustersAsync(DirectoryFixture directory, DirectoryFilter filter, GeoBox box, int[] keys, int[] hidden, WordQueries words)
    {
        var found = 0;
        foreach (var zoom in Enumerable.Range(0, MapGrid.MaxZoom + 1))
        {
            var grid = new MapGrid(box, zoom);
            if (grid.IsTooFine)
                return found;
            var asked = filter with { Box = grid.Outline };
            var expected = new List<MapCell>();
            await using (var batch = new EventQuery(asked, keys, hidden).Clusters(directory.Database, grid))
            {
                await using var reader = await batch.ExecuteReaderAsync(Cancelled);
                await reader.NextResultAsync(Cancelled);
                while (await reader.ReadAsync(Cancelled))
                    expected.Add(new(reader.GetInt32(0), reader.GetInt32(1), reader.GetInt64(2), reader.GetInt64(3), reader.GetInt32(1) == 1 ? reader.GetGuid(4) : Guid.Empty));
            }
            var query = filter.Text is { } text ? await words.ReadAsync(text, Cancelled) : null;
            Assert.Equal(expected, IndexSearch.Clusters(directory.Index.Current!, asked, grid, keys, hidden, query));
            Assert.Equal(expected, IndexSearch.Clusters(directory.Index.Current!, asked, grid, keys, hidden, query, Tight));
            found += expected.Count(c => c.Count > 1);
        }
        return found;
    }

    /// <returns>Occurrences that begin on the days that are counted.</returns>
    private static async Task<int> CompareDaysAsync(DirectoryFixture directory, DirectoryFilter filter, int[] keys, int[] hidden, WordQueries words)
    {
        DateTimeOffset[] bounds = [.. Enumerable.Range(-3, 12).Select(d => DirectoryFixture.Now.AddDays(d))];
        var asked = filter with { From = bounds[0], To = bounds[^1], Each = Each.Occurrence, Sort = SortOrder.Date, After = null };
        var expected = new int[bounds.Length - 1];
        await using (var batch = new EventQuery(asked, keys, hidden).Begin(directory.Database, bounds))
        {
            await using var reader = await batch.ExecuteReaderAsync(Cancelled);
            await reader.NextResultAsync(Cancelled);
            while (await reader.ReadAsync(Cancelled))
                expected[reader.GetInt32(0) - 1] = reader.GetInt32(1);
        }
        var query = filter.Text is { } text ? await words.ReadAsync(text, Cancelled) : null;
        Assert.Equal(expected, IndexSearch.Begin(directory.Index.Current!, asked, [.. bounds.Select(b => b.UtcTicks)], keys, hidden, query));
        return expected.Sum();
    }

    /// <returns>Values that some event has.</returns>
    private static async Task<int> CompareFacetsAsync(DirectoryFixture directory, DirectoryFilter filter, int[] keys, int[] hidden, WordQueries words)
    {
        var all = Enum.GetValues<Facet>();
        var asked = filter with { Each = Each.Event, Sort = SortOrder.Date, After = null };
        var expected = new List<FacetCount>();
        await using (var batch = new EventQuery(asked, keys, hidden).Facets(directory.Database, all))
        {
            await using var reader = await batch.ExecuteReaderAsync(Cancelled);
            await reader.NextResultAsync(Cancelled);
            while (await reader.ReadAsync(Cancelled))
                expected.Add(new(all[reader.GetInt32(0)], reader.GetString(1), reader.GetInt32(2)));
        }
        var query = filter.Text is { } text ? await words.ReadAsync(text, Cancelled) : null;
        var ordered = expected.OrderBy(c => (c.Facet, c.Value));
        Assert.Equal(ordered, IndexSearch.Facets(directory.Index.Current!, asked, all, keys, hidden, query).OrderBy(c => (c.Facet, c.Value)));
        Assert.Equal(ordered, IndexSearch.Facets(directory.Index.Current!, asked, all, keys, hidden, query, Tight).OrderBy(c => (c.Facet, c.Value)));
        return expected.Count;
    }

    private async Task<IReadOnlyList<IndexHit>> QueryAsync(DirectoryFilter filter, int[] keys, int[] hidden)
    {
        var hits = new List<IndexHit>();
        await using var batch = new EventQuery(filter, keys, hidden).Page(postgres.Database);
        var versions = new Dictionary<(Guid, int), uint>();
        await using (var command = postgres.Database.CreateCommand("select entry_id, hub_key, xmin from event"))
        {
            await using var rows = await command.ExecuteReaderAsync(Cancelled);
            while (await rows.ReadAsync(Cancelled))
                versions[(rows.GetGuid(0), rows.GetInt32(1))] = rows.GetFieldValue<uint>(2);
        }
        await using var reader = await batch.ExecuteReaderAsync(Cancelled);
        await reader.NextResultAsync(Cancelled);
        while (await reader.ReadAsync(Cancelled))
            hits.Add(new(reader.GetDouble(0), reader.GetInt32(9), reader.GetGuid(10), reader.GetDateTime(1), versions[(reader.GetGuid(10), reader.GetInt32(9))]));
        return hits;
    }

    private static IReadOnlyList<IndexHit> Page(IndexUpkeep index, DirectoryFilter filter, int[] keys, int[] hidden) => IndexSearch.Page(index.Current!, filter, keys, hidden, null);
}
