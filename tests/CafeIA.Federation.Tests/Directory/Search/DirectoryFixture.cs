using CafeIA.Federation.Node.Directory;
using CafeIA.Federation.Node.Directory.Content;
using CafeIA.Federation.Node.Directory.Index;
using CafeIA.Federation.Node.Directory.Places;
using CafeIA.Federation.Node.Directory.Places.Coordinates;
using CafeIA.Federation.Node.Directory.Search;
using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Tests.Fixtures;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Xunit;

namespace CafeIA.Federation.Tests.Directory.Search;

/// <summary>One hub's directory, and the searches over it. Tests of a class share a database, each has a hub of its own.</summary>
internal sealed class DirectoryFixture : IDisposable
{
    public static readonly DateTimeOffset Now = new(2026, 3, 2, 9, 0, 0, TimeSpan.Zero);

    private readonly Spelling spelling;
    private readonly FetchedHits fetched = new();

    private readonly EventSearch byPostgres;
    private readonly IndexUpkeep none;

    private DirectoryFixture(NpgsqlDataSource database, TestJournal journal, IndexUpkeep index, ManualTime time)
    {
        var places = new CurrentPlaces(new PlaceCoordinateStore(database, time));
        spelling = new Spelling(database, places, time);
        Database = database;
        Journal = journal;
        Time = time;
        Index = index;
        none = NewIndex(database, time);
        Events = new EventSearch(database, journal.Hubs, places, spelling, index, new(database), fetched);
        byPostgres = new EventSearch(database, journal.Hubs, places, spelling, none, new(database), fetched);
        Event = new EventLookup(database, journal.Hubs, places, time);
        Resources = new ResourceSearch(database, journal.Hubs);
        Resource = new ResourceLookup(database, journal.Hubs);
    }

    public NpgsqlDataSource Database { get; }

    public TestJournal Journal { get; }

    public ManualTime Time { get; }

    /// <summary>Answers from memory.</summary>
    public EventSearch Events { get; }

    /// <summary>Holds whatever the database held when this was opened, and follows its hub.</summary>
    public IndexUpkeep Index { get; }

    public EventLookup Event { get; }

    public ResourceSearch Resources { get; }

    public ResourceLookup Resource { get; }

    public DirectoryFilter Mine => new() { Hubs = [Journal.Hub.Id] };

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public static async Task<DirectoryFixture> OpenAsync(PostgresFixture postgres)
    {
        var time = new ManualTime(Now);
        var index = NewIndex(postgres.Database, time);
        await index.ReadAllAsync(Cancelled);
        return new DirectoryFixture(postgres.Database, await TestJournal.OpenAsync(postgres.Database, $"h{Guid.NewGuid():N}", time, index), index, time);
    }

    public static IndexUpkeep NewIndex(NpgsqlDataSource database, TimeProvider time, int wornFrom = EventIndex.UsuallyWornFrom) =>
        new(new IndexRows(database), new DirectoryOptions(), new TestMeters(), time, NullLogger<IndexUpkeep>.Instance, wornFrom);

    public static EventContent Cafe(string title, string? start = "2026-04-02T18:30", string? end = "2026-04-02T20:30", string? commune = null) =>
        new() { Title = title, Start = start, End = end, Place = commune is null ? null : new PlaceContent { Commune = commune } };

    public async Task<IReadOnlyList<string>> TitlesAsync(DirectoryFilter filter) =>
        [.. (await PageAsync(filter)).Items.Select(h => h.Content.Title)];

    /// <summary>One page, which memory and PostgreSQL give alike.</summary>
    public async Task<SearchPage<EventHit>> PageAsync(DirectoryFilter filter)
    {
        var page = await Events.SearchAsync(filter, Cancelled);
        var expected = await byPostgres.SearchAsync(filter, Cancelled);
        Assert.Equal(expected.Items.Select(Shown), page.Items.Select(Shown));
        Assert.Equal((expected.NextCursor, expected.Corrected), (page.NextCursor, page.Corrected));
        return page;
    }

    private static object Shown(EventHit hit) =>
        (hit.Entry, hit.Hub, hit.Position, hit.FirstAt, hit.ChangedAt, hit.Content.Title, hit.Place, hit.Occurrence, hit.DistanceKm);

    /// <summary>Every page, from the first to the last.</summary>
    public async Task<List<EventHit>> AllAsync(DirectoryFilter filter)
    {
        var hits = new List<EventHit>();
        while (true)
        {
            var page = await PageAsync(filter);
            hits.AddRange(page.Items);
            if (page.NextCursor is null)
                return hits;
            Assert.True(PageCursor.TryParse(page.NextCursor, out var after));
            filter = filter with { After = after };
        }
    }

    public void Dispose()
    {
        spelling.Dispose();
        fetched.Dispose();
        Index.Dispose();
        none.Dispose();
        Journal.Dispose();
    }
}
