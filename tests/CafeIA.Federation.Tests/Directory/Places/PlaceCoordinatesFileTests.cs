using System.Text;
using CafeIA.Federation.Node.Directory.Places;
using CafeIA.Federation.Node.Directory.Places.Coordinates;
using Xunit;

namespace CafeIA.Federation.Tests.Directory.Places;

public sealed class PlaceCoordinatesFileTests
{
    private const string LaPoste = """
        Code_commune_INSEE;Nom_commune;Code_postal;Ligne_5;Libellé_d_acheminement;coordonnees_gps
        69387;LYON 07;69007;;LYON;45.73,4.83
        69388;LYON 08;69008;;LYON;45.75,4.87
        01015;ARBOYS EN BUGEY;01300;ARBIGNIEU;ARBOYS EN BUGEY;45.72,5.65
        01015;ARBOYS EN BUGEY;01300;ST BOIS;ARBOYS EN BUGEY;45.70,5.67
        98712;ARUE;98701;;ARUE;
        88160;EPINAL;88000;;EPINAL;48.17
        88160;"EPINAL;88000;;EPINAL;48.1
        ;SANS CODE;88000;;RIEN;48.17,6.45
        99138;MONACO;98000;;MONACO;43.7384176,7.4246158
        35238;RENNES;35000;;RENNES;-1.68,48.11
        """;

    [Theory]
    [InlineData("utf-8")]
    [InlineData("iso-8859-1")]
    public async Task La_Poste_is_read_in_both_encodings_and_its_bad_lines_are_named(string encoding)
    {
        var file = await Read(Encoding.GetEncoding(encoding).GetBytes(LaPoste.ReplaceLineEndings("\r\n")));
        Assert.Equal(7, file.Rows.Count);
        Assert.Equal([7, 8, 9], file.BadLines.Select(bad => bad.Line!.Value));
        Assert.Equal(["bad-coordinate", "short-line", "missing-code"], file.BadLines.Select(bad => bad.Code));
    }

    [Fact]
    public async Task Rows_of_one_commune_and_of_its_arrondissements_give_their_mean()
    {
        var match = CoordinateMatch.Of((await Read(LaPoste)).Rows, PlaceCatalog.Official);
        Assert.Equal(["01015", "69123"], match.Coordinates.Select(c => c.Commune));
        Assert.Equal(new GeoPoint(45.71, 5.66), Rounded(match.Coordinates[0].Centre));
        Assert.Equal(new GeoPoint(45.74, 4.85), Rounded(match.Coordinates[1].Centre));
    }

    [Fact]
    public async Task A_missing_coordinate_is_no_match_an_unknown_code_and_swapped_ones_are_told_by_line()
    {
        var match = CoordinateMatch.Of((await Read(LaPoste)).Rows, PlaceCatalog.Official);
        Assert.Equal(["Arue", "Rennes"], match.WithoutCoordinates.Select(c => c.Name).Order());
        Assert.Equal([10], match.UnknownCodes.Select(unknown => unknown.Line!.Value));
        Assert.Equal([(11, "coordinate-out-of-departement")], match.BadLines.Select(bad => (bad.Line!.Value, bad.Code)));
    }

    [Fact]
    public async Task The_communes_own_row_goes_before_those_of_its_former_communes()
    {
        var match = CoordinateMatch.Of((await Read("code_insee,lat,lon\n01120,45.93,5.07\n01262,45.90,5.05\n")).Rows, PlaceCatalog.Official);
        Assert.Equal([new PlaceCoordinate("01262", new GeoPoint(45.90, 5.05))], match.Coordinates);
    }

    [Fact]
    public async Task The_newer_heading_of_La_Poste_is_read()
    {
        var file = await Read("#Code_commune_INSEE;Nom_de_la_commune;Code_postal;Libellé_d_acheminement;Ligne_5;_geopoint\n69123;LYON;69001;LYON;;\"45.76, 4.83\"\n");
        Assert.Equal([new CoordinateRow(2, "69123", new GeoPoint(45.76, 4.83))], file.Rows);
    }

    [Fact]
    public async Task The_API_gives_longitude_first_and_a_missing_centre_is_no_match()
    {
        var file = await Read("""
            [{"nom":"Lyon","code":"69123","centre":{"type":"Point","coordinates":[4.8351,45.758]}},
             {"nom":"Arue","code":"98712","centre":null},
             {"nom":"Arue","code":"98712","centre":{"type":"Point","coordinates":[]}},
             {"nom":"Sans code"},
             {"nom":"Rennes","code":"35238","centre":{"type":"Point","coordinates":["-1.68",48.11]}}]
            """);
        Assert.Equal([new(1, "69123", new GeoPoint(45.758, 4.8351)), new(2, "98712", null), new(3, "98712", null)], file.Rows);
        Assert.Equal([4, 5], file.BadLines.Select(bad => bad.Line!.Value));
    }

    [Fact]
    public async Task GeoJSON_is_read_and_an_outline_is_no_centre()
    {
        var file = await Read("""
            {"type":"FeatureCollection","features":[
             {"type":"Feature","properties":{"nom":"Lyon","code":"69123"},"geometry":{"type":"Point","coordinates":[4.8351,45.758]}},
             {"type":"Feature","properties":{"nom":"Rennes","code":"35238"},"geometry":{"type":"Polygon","coordinates":[[[1,2],[3,4],[1,2]]]}}]}
            """);
        Assert.Equal([new CoordinateRow(1, "69123", new GeoPoint(45.758, 4.8351))], file.Rows);
        Assert.Equal(["not-a-point"], file.BadLines.Select(bad => bad.Code));
    }

    [Theory]
    [InlineData("<!DOCTYPE html><html><body>404</body></html>")]
    [InlineData("#Code_commune_INSEE;Nom_de_la_commune;Code_postal\n69123;LYON;69001\n")]
    [InlineData("[{\"code\":\"69123\"")]
    [InlineData("{\"error\":\"nothing here\"}")]
    [InlineData("")]
    public async Task What_is_no_source_of_coordinates_is_refused_whole(string content)
    {
        var result = await PlaceCoordinatesFile.ReadAsync(new MemoryStream(Encoding.UTF8.GetBytes(content)), TestContext.Current.CancellationToken);
        Assert.Equal("unknown-places-file", result.Refusal!.Code);
    }

    private static GeoPoint Rounded(GeoPoint point) => new(Math.Round(point.Latitude, 6), Math.Round(point.Longitude, 6));

    private static Task<CoordinateRows> Read(string content) => Read(Encoding.UTF8.GetBytes(content));

    private static async Task<CoordinateRows> Read(byte[] content) =>
        (await PlaceCoordinatesFile.ReadAsync(new MemoryStream(content), TestContext.Current.CancellationToken)).Value;
}
