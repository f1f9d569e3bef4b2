using CafeIA.Federation.Node.Directory.Places;
using CafeIA.Federation.Node.Directory.Places.Coordinates;
using CafeIA.Federation.Node.Directory.Search;
using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Protocol;
using CafeIA.Federation.Tests.Fixtures;
using Microsoft.AspNetCore.WebUtilities;
using Npgsql;
using Xunit;

namespace CafeIA.Federation.Tests.Directory.Search;

public sealed class FilterParserTests
{
    [Theory]
    [InlineData("from=demain", "bad-date", "from")]
    [InlineData("to=2026-02-30", "bad-date", "to")]
    [InlineData("from=2026-04-02&to=2026-04-01", "to-before-from", "to")]
    [InlineData("bbox=4,45,5", "bad-bbox", "bbox")]
    [InlineData("bbox=5,45,4,46", "bad-bbox", "bbox")]
    [InlineData("bbox=NaN,45,5,46", "bad-bbox", "bbox")]
    [InlineData("bbox=4,45,5,46&zoom=21", "bad-zoom", "zoom")]
    [InlineData("bbox=4,45,5,46&zoom=-1", "bad-zoom", "zoom")]
    [InlineData("zoom=8", "zoom-needs-bbox", "zoom")]
    [InlineData("bbox=-5,41,10,51&zoom=14", "zoom-too-fine", "zoom")]
    [InlineData("near=91,4", "bad-near", "near")]
    [InlineData("near=Saint-Denis", "ambiguous-commune", "near")]
    [InlineData("near=Atlantis", "unknown-commune", "near")]
    [InlineData("near=45.7,4.8&radius=-3", "bad-radius", "radius")]
    [InlineData("near=45.7,4.8&radius=1000", "bad-radius", "radius")]
    [InlineData("region=Gaule", "unknown-region", "region")]
    [InlineData("departement=99", "unknown-departement", "departement")]
    [InlineData("commune=00000", "unknown-commune", "commune")]
    [InlineData("hub=personne", "unknown-hub", "hub")]
    [InlineData("kind=recette", "bad-kind", "kind")]
    [InlineData("free=perhaps", "bad-flag", "free")]
    [InlineData("limit=0", "bad-limit", "limit")]
    [InlineData("limit=201", "bad-limit", "limit")]
    [InlineData("sort=random", "bad-sort", "sort")]
    [InlineData("sort=distance", "sort-needs-near", "sort")]
    [InlineData("sort=relevance", "sort-needs-text", "sort")]
    [InlineData("cursor=abc", "bad-cursor", "cursor")]
    [InlineData("cursor=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "bad-cursor", "cursor")]
    public void What_cannot_be_understood_is_refused_by_its_field(string query, string code, string field)
    {
        var refusal = Parse(query).Refusal;

        Assert.Equal((code, field), (refusal?.Code, refusal?.Field));
    }

    [Fact]
    public void A_text_that_is_too_long_is_refused() => Assert.Equal("text-too-long", Parse("q=" + new string('a', 201)).Refusal?.Code);

    [Fact]
    public void Everything_that_a_form_sends_is_read()
    {
        var filter = Parse(
            "q=+robots&near=Lyon&radius=12.5&bbox=4,45,5,46&from=2026-04-02&to=2026-04-02&region=84,Bretagne&departement=2a&commune=69387&commune="
            + "&format=atelier&format=cafe-ia&accessible=quiet,wheelchair&free=true&language=FR&sort=distance&limit=200&vue=carte").Value;

        Assert.Equal("robots", filter.Text);
        Assert.Equal(("Lyon", 12.5), (filter.Near!.Label, filter.Near.RadiusKm));
        Assert.Equal(new GeoBox(45, 4, 46, 5), filter.Box);
        // A day in France: it begins at 22:00 UTC of the day before in summer, and as an end it is meant whole.
        Assert.Equal(new DateTimeOffset(2026, 4, 1, 22, 0, 0, TimeSpan.Zero), filter.From);
        Assert.Equal(new DateTimeOffset(2026, 4, 2, 22, 0, 0, TimeSpan.Zero), filter.To);
        Assert.Equal(["84", "53"], filter.Regions);
        Assert.Equal(["2A"], filter.Departements);
        Assert.Equal(["69123"], filter.Communes);
        Assert.Equal(["atelier", "cafe-ia"], filter.Formats);
        Assert.Equal(["quiet", "wheelchair"], filter.Accessibilities);
        Assert.Equal((true, SortOrder.Distance, 200), (filter.Free, filter.Sort, filter.Limit));
        Assert.Equal(["fr"], filter.Languages);
    }

    [Theory]
    [InlineData("2026-04-02T18:30", "2026-04-02T16:30:00Z")]
    [InlineData("2026-04-02T18:30:00Z", "2026-04-02T18:30:00Z")]
    [InlineData("2026-04-02T18:30:00+02:00", "2026-04-02T16:30:00Z")]
    public void A_moment_may_be_local_or_carry_its_offset(string text, string moment) =>
        Assert.Equal(DateTimeOffset.Parse(moment, System.Globalization.CultureInfo.InvariantCulture), Parse("from=" + text).Value.From);

    [Fact]
    public void A_cursor_reads_back_and_holds_for_its_order_only()
    {
        var cursor = new PageCursor(SortOrder.Distance, 3.25, 1_775_147_400_000_000, Guid.NewGuid(), 7);

        Assert.True(PageCursor.TryParse(cursor.ToString(), out var read));
        Assert.Equal(cursor, read);
        Assert.Equal(cursor, Parse($"near=45,4&sort=distance&cursor={cursor}").Value.After);
        Assert.Equal("bad-cursor", Parse($"cursor={cursor}").Refusal?.Code);
        Assert.Equal(DateTime.MaxValue, (cursor with { StartMicroseconds = PageCursor.NoDate }).Start);
    }

    private static Result<DirectoryFilter> Parse(string query)
    {
        // Nothing here asks the database: places ship with the program and no hub is loaded.
        using var database = NpgsqlDataSource.Create("Host=/nowhere");
        var time = new ManualTime(DirectoryFixture.Now);
        return new FilterParser(new CurrentPlaces(new PlaceCoordinateStore(database, time)), new HubRegister(database, time)).Parse(QueryHelpers.ParseQuery(query));
    }
}
