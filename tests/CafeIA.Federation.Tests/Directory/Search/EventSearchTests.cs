using CafeIA.Federation.Node.Directory.Content;
using CafeIA.Federation.Node.Directory.Places;
using CafeIA.Federation.Node.Directory.Search;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Tests.Fixtures;
using Xunit;
using static CafeIA.Federation.Tests.Directory.Search.DirectoryFixture;

namespace CafeIA.Federation.Tests.Directory.Search;

public sealed class EventSearchTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private const string Lyon = "69123";
    private const string Grenoble = "38185";
    private const string Bordeaux = "33063";

    private static readonly NearFilter AroundLyon = new(new GeoPoint(45.76, 4.84), 30, "Lyon");

    [Theory]
    [InlineData("mediatheque")]
    [InlineData("MÉDIATHÈQUE")]
    [InlineData("intelligences artificielles")]
    [InlineData("Saint Étienne")]
    [InlineData("saint-etienne")]
    [InlineData("loire")]
    [InlineData("auvergne rhone alpes")]
    [InlineData("« hypertrucage »")]
    [InlineData("robots -cuisine")]
    public async Task Accents_plurals_and_hyphens_are_forgiven_and_places_are_found_by_name(string text)
    {
        using var directory = await OpenAsync(postgres);
        await directory.Journal.PutAsync(Cafe("Les médiathèques et l’intelligence artificielle", commune: "42218") with
        {
            Description = "On y parle d’**hypertrucages** et de robots.",
        });
        await directory.Journal.PutAsync(Cafe("Atelier de cuisine"));

        Assert.Equal(["Les médiathèques et l’intelligence artificielle"], await directory.TitlesAsync(directory.Mine with { Text = text }));
    }

    [Theory]
    [InlineData("mediatehque")]
    [InlineData("médiathèqe")]
    public async Task A_mistyped_word_finds_what_was_meant_and_says_so(string text)
    {
        using var directory = await OpenAsync(postgres);
        await directory.Journal.PutAsync(Cafe("Café à la médiathèque"));

        var page = await directory.PageAsync(directory.Mine with { Text = text });

        Assert.Equal("Café à la médiathèque", Assert.Single(page.Items).Content.Title);
        Assert.Equal("médiathèque", page.Corrected);
    }

    [Fact]
    public async Task A_period_keeps_what_overlaps_it_and_leaves_out_what_has_no_date()
    {
        using var directory = await OpenAsync(postgres);
        await directory.Journal.PutAllAsync(
        [
            Cafe("ended", "2026-04-02T08:00", "2026-04-02T10:00"),
            Cafe("running", "2026-04-02T11:00", "2026-04-02T13:00"),
            Cafe("week", "2026-03-30", "2026-04-05") with { AllDay = true },
            Cafe("moment", "2026-04-02T12:00", null),
            Cafe("later", "2026-04-02T18:30", "2026-04-02T20:00"),
            Cafe("next day", "2026-04-03T09:00", null),
            Cafe("no date", null, null),
        ]);

        var period = directory.Mine with { From = new(2026, 4, 2, 10, 0, 0, TimeSpan.Zero), To = new(2026, 4, 2, 22, 0, 0, TimeSpan.Zero) };

        Assert.Equal(["week", "running", "moment", "later"], await directory.TitlesAsync(period));
        Assert.Equal("no date", (await directory.TitlesAsync(directory.Mine))[^1]);
        Assert.DoesNotContain("no date", await directory.TitlesAsync(directory.Mine with { From = period.From }));
        Assert.DoesNotContain("no date", await directory.TitlesAsync(directory.Mine with { To = period.To }));
    }

    [Fact]
    public async Task An_event_is_listed_once_at_its_first_match_and_in_the_agenda_at_each()
    {
        using var directory = await OpenAsync(postgres);
        await directory.Journal.PutAsync(Cafe("weekly", "2026-04-02T18:30", "2026-04-02T20:30") with { Recurrence = new() { Rule = "FREQ=WEEKLY;COUNT=4" } });
        var filter = directory.Mine with { From = new(2026, 4, 5, 0, 0, 0, TimeSpan.Zero) };

        var once = Assert.Single((await directory.PageAsync(filter)).Items);
        var each = await directory.AllAsync(filter with { Each = Each.Occurrence });

        Assert.Equal(new DateOnly(2026, 4, 9), once.Occurrence!.Value.Date);
        Assert.Equal([new(2026, 4, 9), new(2026, 4, 16), new DateOnly(2026, 4, 23)], each.Select(h => h.Occurrence!.Value.Date));
    }

    [Theory]
    [InlineData(nameof(SortOrder.Date), true)]
    [InlineData(nameof(SortOrder.Date), false)]
    [InlineData(nameof(SortOrder.Distance), true)]
    [InlineData(nameof(SortOrder.Relevance), false)]
    public async Task Pages_follow_each_other_without_a_gap_or_a_repetition(string order, bool period)
    {
        var sort = Enum.Parse<SortOrder>(order);
        using var directory = await OpenAsync(postgres);
        // Many at one moment, some that run for days, some without a date, one series: every tie and every run is crossed.
        await directory.Journal.PutAllAsync(Enumerable.Range(0, 30).Select(i => Cafe(
            $"café {i} {(i % 3 == 0 ? "café" : "")}",
            (i % 6) switch { 0 => "2026-04-02", 1 => null, _ => $"2026-04-0{(i % 4) + 1}T18:30" },
            i % 6 == 0 ? "2026-04-08" : null,
            i % 2 == 0 ? Lyon : "69266")));
        await directory.Journal.PutAsync(Cafe("café daily", commune: Lyon) with { Recurrence = new() { Rule = "FREQ=DAILY;COUNT=5" } });
        var filter = directory.Mine with
        {
            Sort = sort,
            Each = Each.Occurrence,
            Text = sort == SortOrder.Relevance ? "café" : null,
            Near = sort == SortOrder.Distance ? AroundLyon : null,
            From = period ? new DateTimeOffset(2026, 4, 3, 0, 0, 0, TimeSpan.Zero) : null,
        };

        var agenda = await directory.AllAsync(filter with { Limit = 200 });
        var events = await directory.AllAsync(filter with { Limit = 200, Each = Each.Event });

        Assert.True(events.Count > 10);
        Assert.Equal(agenda.Select(h => h.Entry).Distinct(), events.Select(h => h.Entry));
        Assert.Equal(agenda.Count, agenda.Select(Key).Distinct().Count());
        Assert.Equal(agenda.Select(Key), (await directory.AllAsync(filter with { Limit = 3 })).Select(Key));
        Assert.Equal(events.Select(Key), (await directory.AllAsync(filter with { Limit = 3, Each = Each.Event })).Select(Key));

        static string Key(EventHit hit) => $"{hit.Entry} {hit.Occurrence?.StartUtc}";
    }

    [Fact]
    public async Task Near_a_point_the_nearest_come_first_when_asked_and_a_departement_has_its_middle()
    {
        using var directory = await OpenAsync(postgres);
        await directory.Journal.PutAllAsync(
        [
            Cafe("Villeurbanne", commune: "69266"),
            Cafe("Lyon", "2026-04-03T18:30", null, Lyon),
            Cafe("Grenoble", commune: Grenoble),
            Cafe("here") with { Start = "2026-04-04T18:30", Place = new() { Latitude = 45.76, Longitude = 4.8401 } },
            Cafe("nowhere"),
            Cafe("somewhere in the Rhône") with { Place = new() { Departement = "69" } },
        ]);

        var near = directory.Mine with { Near = AroundLyon with { RadiusKm = 8 } };

        Assert.Equal(["Villeurbanne", "Lyon", "here"], await directory.TitlesAsync(near));
        var nearest = (await directory.PageAsync(near with { Sort = SortOrder.Distance })).Items;
        Assert.Equal("here", nearest[0].Content.Title);
        Assert.Equal(PointPrecision.Place, nearest[0].Place.Precision);
        Assert.InRange(nearest[0].DistanceKm!.Value, 0.001, 0.1);
        var wide = (await directory.PageAsync(near with { Near = AroundLyon with { RadiusKm = 60 } })).Items;
        Assert.Equal(PointPrecision.Departement, wide.Single(h => h.Content.Title.StartsWith("some", StringComparison.Ordinal)).Place.Precision);
    }

    [Fact]
    public async Task Each_filter_keeps_what_it_names()
    {
        using var directory = await OpenAsync(postgres);
        await directory.Journal.PutAllAsync(
        [
            Cafe("full", commune: Lyon) with
            {
                Format = "atelier", Mode = "hybrid", Audiences = ["seniors", "jeunes"], Themes = ["travail"], Languages = ["fr-BE"], Free = true, Status = "cancelled",
                Place = new() { Commune = Lyon, Accessibility = ["wheelchair", "quiet"] },
            },
            Cafe("plain", commune: Bordeaux) with { Free = false },
        ]);
        var mine = directory.Mine;
        DirectoryFilter[] full =
        [
            mine with { Regions = ["84"] }, mine with { Regions = ["84", "11"] }, mine with { Departements = ["69"] }, mine with { Communes = [Lyon] },
            mine with { Box = new GeoBox(45, 4, 46, 5) }, mine with { Formats = ["atelier"] }, mine with { Modes = ["hybrid"] }, mine with { Audiences = ["jeunes", "enfants"] },
            mine with { Themes = ["travail"] }, mine with { Languages = ["fr"] }, mine with { Accessible = true }, mine with { Accessibilities = ["quiet"] },
            mine with { Free = true }, mine with { Statuses = ["cancelled"] },
        ];
        foreach (var filter in full)
            Assert.Equal(["full"], await directory.TitlesAsync(filter));
        foreach (var filter in new[] { mine with { Regions = ["75"] }, mine with { Free = false }, mine with { Statuses = ["confirmed"] } })
            Assert.Equal(["plain"], await directory.TitlesAsync(filter));
        Assert.Empty(await directory.TitlesAsync(mine with { Kinds = [EntryKind.Resource] }));
        Assert.Equal(2, (await directory.TitlesAsync(mine)).Count);
    }

    [Fact]
    public async Task A_cancelled_date_of_a_series_is_listed_as_cancelled()
    {
        using var directory = await OpenAsync(postgres);
        await directory.Journal.PutAsync(Cafe("weekly") with
        {
            Recurrence = new() { Rule = "FREQ=WEEKLY;COUNT=3", Changed = [new() { Occurrence = "2026-04-09T18:30", Status = "cancelled" }] },
        });

        var statuses = (await directory.AllAsync(directory.Mine with { Each = Each.Occurrence })).Select(h => h.Occurrence!.Value.Status);

        Assert.Equal(["confirmed", "cancelled", "confirmed"], statuses);
    }
}
