using CafeIA.Federation.Node.Directory.Places;
using CafeIA.Federation.Node.Directory.Places.Coordinates;
using CafeIA.Federation.Node.National;
using CafeIA.Federation.Tests.Directory.Search;
using CafeIA.Federation.Tests.Fixtures;
using Microsoft.AspNetCore.WebUtilities;
using Xunit;
using static CafeIA.Federation.Tests.Directory.Search.DirectoryFixture;

namespace CafeIA.Federation.Tests.National;

public sealed class ActivityBoardTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private static readonly DateOnly Today = new(2026, 3, 2);

    [Fact]
    public async Task Activity_is_counted_by_place_month_hub_and_format_without_examples_and_cancelled_dates()
    {
        using var directory = await OpenAsync(postgres);
        await directory.Journal.PutAllAsync(
        [
            Cafe("series", "2026-04-02T18:30", null, "69123") with { Format = "cafe-ia", Recurrence = new() { Rule = "FREQ=MONTHLY;COUNT=3" } },
            Cafe("once", "2026-04-03T18:30", null, "33063") with { Format = "atelier" },
            Cafe("online", "2026-05-03T18:30", null),
            Cafe("last minute of April", "2026-04-30T23:30", null, "33063"),
            Cafe("cancelled", "2026-04-03T18:30", null, "33063") with { Status = "cancelled" },
            Cafe("example", "2026-04-03T18:30", null, "33063") with { Example = true },
            Cafe("too early", "2024-04-03T18:30", null, "33063"),
            Cafe("no date", null, null, "33063"),
        ]);
        var places = new CurrentPlaces(new PlaceCoordinateStore(postgres.Database, directory.Time));
        var board = new ActivityBoard(postgres.Database, places);

        var activity = await board.ReadAsync(ActivityRequest.Around(Today), TestContext.Current.CancellationToken);

        Assert.Equal((4, 6), (activity.Total.Cafes, activity.Total.Occurrences));
        Assert.Equal((1, 3), Count(activity.ByRegion, "84"));
        Assert.Equal((2, 2), Count(activity.ByDepartement, "33"));
        Assert.Equal((1, 1), Count(activity.ByRegion, ""));
        Assert.Equal((0, 0), Count(activity.ByRegion, "94"));
        Assert.Equal((3, 3), Count(activity.ByMonth, "2026-04"));
        Assert.Equal((0, 0), Count(activity.ByMonth, "2025-03"));
        Assert.Equal((1, 1), Count(activity.ByFormat, "atelier"));
        Assert.Equal((4, 6), Count(activity.ByHub, directory.Journal.Hub.Id.ToString()));
        Assert.Equal("avril 2026", activity.ByMonth.Single(m => m.Key == "2026-04").Label);
        Assert.Equal(19, activity.ByMonth.Count);
        Assert.Equal(18, activity.ByRegion.Count(r => r.Key.Length > 0));
        Assert.Equal(5, (await board.ReadAsync(ActivityRequest.Around(Today) with { WithExamples = true }, TestContext.Current.CancellationToken)).Total.Cafes);
    }

    [Theory]
    [InlineData("year=abc", "bad-year")]
    [InlineData("from=2026-13", "bad-month")]
    [InlineData("from=2026-05&to=2026-04", "to-before-from")]
    [InlineData("from=2001-01&to=2026-04", "period-too-long")]
    [InlineData("examples=maybe", "bad-flag")]
    public void A_period_that_is_none_is_refused(string query, string code) =>
        Assert.Equal(code, ActivityRequest.Parse(QueryHelpers.ParseQuery(query), Today).Refusal?.Code);

    [Fact]
    public void A_year_and_a_run_of_months_are_read()
    {
        Assert.Equal(new(new DateOnly(2025, 1, 1), new DateOnly(2026, 1, 1), true), ActivityRequest.Parse(QueryHelpers.ParseQuery("year=2025&examples=true"), Today).Value);
        Assert.Equal(new(new DateOnly(2026, 1, 1), new DateOnly(2026, 4, 1), false), ActivityRequest.Parse(QueryHelpers.ParseQuery("from=2026-01&to=2026-03"), Today).Value);
    }

    private static (int, int) Count(IReadOnlyList<ActivityCount> counts, string key) => counts.Where(c => c.Key == key).Select(c => (c.Cafes, c.Occurrences)).Single();
}
