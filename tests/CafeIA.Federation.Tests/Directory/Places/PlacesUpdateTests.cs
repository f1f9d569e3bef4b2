using System.Net;
using System.Text;
using CafeIA.Federation.Node.Directory.Places;
using CafeIA.Federation.Node.Directory.Places.Coordinates;
using CafeIA.Federation.Tests.Fixtures;
using Xunit;

namespace CafeIA.Federation.Tests.Directory.Places;

public sealed class PlacesUpdateTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private readonly PlacesUpdate update = new(postgres.Database, TimeProvider.System);
    private readonly CurrentPlaces places = new(new PlaceCoordinateStore(postgres.Database, TimeProvider.System));

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_update_is_in_the_next_snapshot_and_the_same_one_again_changes_nothing()
    {
        const string Source = "code_insee,latitude,longitude\n26108,44.7,5.4\n26108,44.9,5.6\n99999,1,1\n26113,x,y\n";
        var summary = await Apply(Source);
        Assert.Equal((3, 1, 1), (summary.Rows, summary.Placed, summary.Updated));
        Assert.Equal([4], summary.UnknownCodes.Select(unknown => unknown.Line!.Value));
        Assert.Equal([5], summary.BadLines.Select(bad => bad.Line!.Value));
        Assert.True(await places.RefreshAsync(Cancellation));
        var crest = places.Catalog.FindCommune("26108")!;
        Assert.Equal(PlacePrecision.Commune, crest.Precision);
        Assert.InRange(crest.Centre!.Value.KilometresTo(new GeoPoint(44.8, 5.5)), 0, 0.001);

        Assert.Equal(0, (await Apply(Source)).Updated);
        Assert.False(await places.RefreshAsync(Cancellation));
    }

    [Fact]
    public async Task A_second_source_moves_what_it_tells_and_keeps_the_rest()
    {
        await Apply("""[{"code":"88160","centre":{"coordinates":[6.45,48.17]}},{"code":"88413","centre":{"coordinates":[6.95,48.28]}}]""");
        var summary = await Apply("""[{"code":"88160","centre":{"coordinates":[6.46,48.18]}},{"code":"88413","centre":null}]""");
        Assert.Equal(1, summary.Updated);
        Assert.Equal(["88413"], summary.WithoutCoordinates.Select(c => c.Code));
        await places.RefreshAsync(Cancellation);
        Assert.Equal(new GeoPoint(48.18, 6.46), places.Catalog.FindCommune("88160")!.Centre);
        Assert.Equal(new GeoPoint(48.28, 6.95), places.Catalog.FindCommune("88413")!.Centre);
    }

    [Fact]
    public async Task A_file_is_read_by_its_path_and_a_missing_one_is_refused()
    {
        using var http = new HttpClient();
        var path = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(path, "code_insee;coordonnees_gps\n29019;48.4,-4.5\n", Cancellation);
            Assert.Equal(1, (await update.ApplyAsync(path, http, Cancellation)).Value.Placed);
        }
        finally
        {
            File.Delete(path);
        }
        Assert.Equal("places-file-unreachable", (await update.ApplyAsync(path, http, Cancellation)).Refusal!.Code);
        Assert.Equal("places-file-unreachable", (await update.ApplyAsync("", http, Cancellation)).Refusal!.Code);
    }

    [Fact]
    public async Task An_address_is_fetched_and_one_that_answers_with_an_error_is_refused()
    {
        using var http = new HttpClient(new Answers("""[{"code":"56121","centre":{"coordinates":[-3.36,47.75]}}]"""));
        Assert.Equal(1, (await update.ApplyAsync("https://geo.example/communes", http, Cancellation)).Value.Placed);
        Assert.Equal("places-file-unreachable", (await update.ApplyAsync("https://geo.example/none", http, Cancellation)).Refusal!.Code);
    }

    private async Task<PlacesUpdateSummary> Apply(string content) =>
        (await update.ApplyAsync(new MemoryStream(Encoding.UTF8.GetBytes(content)), "essai", Cancellation)).Value;

    private sealed class Answers(string content) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(request.RequestUri!.AbsolutePath == "/communes"
                ? new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent(content) }
                : new HttpResponseMessage(HttpStatusCode.NotFound));
    }
}
