using CafeIA.Federation.Node.Directory.Places;
using CafeIA.Federation.Node.Directory.Places.Coordinates;
using Xunit;

namespace CafeIA.Federation.Tests.Directory.Places;

public sealed class PlaceCatalogTests
{
    private static readonly PlaceCatalog Places = PlaceCatalog.Official;

    [Theory]
    [InlineData("69123", "Lyon", 45.75, 4.85)]
    [InlineData("13055", "Marseille", 43.30, 5.38)]
    [InlineData("75056", "Paris", 48.86, 2.35)]
    [InlineData("97411", "Saint-Denis", -20.88, 55.45)]
    [InlineData("93066", "Saint-Denis", 48.94, 2.36)]
    [InlineData("2A004", "Ajaccio", 41.92, 8.74)]
    public void Great_towns_lie_where_they_lie(string code, string name, double latitude, double longitude)
    {
        var commune = Places.FindCommune(code)!;
        Assert.Equal(name, commune.Name);
        Assert.Equal(PlacePrecision.Commune, commune.Precision);
        Assert.InRange(commune.Centre!.Value.KilometresTo(new GeoPoint(latitude, longitude)), 0, 5);
    }

    [Fact]
    public void A_commune_knows_its_departement_region_intercommunality_postal_codes_and_people()
    {
        var lyon = Places.FindCommune("69123")!;
        Assert.Equal("Rhône", lyon.Departement.Name);
        Assert.Equal("Auvergne-Rhône-Alpes", lyon.Region.Name);
        Assert.Equal("Métropole de Lyon", lyon.Epci!.Name);
        Assert.Equal(9, lyon.PostalCodes.Count);
        Assert.InRange(lyon.Population!.Value, 500_000, 600_000);
    }

    [Fact]
    public void The_postal_code_of_an_arrondissement_is_its_communes() =>
        Assert.Equal(["69123"], Places.WithPostalCode("69007").Select(c => c.Code));

    [Fact]
    public void A_shared_postal_code_gives_every_commune_it_serves() => Assert.Equal(46, Places.WithPostalCode("51300").Count);

    [Theory]
    [InlineData("69387", "69123")] // Lyon 7e Arrondissement
    [InlineData("01120", "01262")] // Cordieux, associée
    [InlineData("20004", "2A004")] // Ajaccio before 1976
    [InlineData("2a004", "2A004")]
    public void A_former_code_leads_to_the_current_commune(string former, string current) =>
        Assert.Equal(current, Places.FindCommune(former)!.Code);

    [Fact]
    public void A_former_commune_that_was_divided_again_is_no_single_commune()
    {
        Assert.Null(Places.FindCommune("55273"));
        Assert.Equal(["55245", "55386"], Places.WithCode("55273").Select(c => c.Code));
    }

    [Fact]
    public void A_deleguee_resolves_by_its_name_to_its_commune() =>
        Assert.Equal(["Arboys en Bugey"], Places.Named("Arbignieu").Select(c => c.Name));

    [Theory]
    [InlineData("2A", "Corse-du-Sud", "Corse")]
    [InlineData("2b", "Haute-Corse", "Corse")]
    [InlineData("1", "Ain", "Auvergne-Rhône-Alpes")]
    [InlineData("cotes d armor", "Côtes-d'Armor", "Bretagne")]
    [InlineData("Réunion", "La Réunion", "La Réunion")]
    [InlineData("971", "Guadeloupe", "Guadeloupe")]
    [InlineData("VOSGES", "Vosges", "Grand Est")]
    public void A_departement_is_found_by_code_and_by_name_and_knows_its_region(string text, string name, string region)
    {
        var departement = Places.FindDepartement(text)!;
        Assert.Equal(name, departement.Name);
        Assert.Equal(region, departement.Region.Name);
    }

    [Fact]
    public void The_same_number_is_one_region_and_another_departement()
    {
        Assert.Equal("Nouvelle-Aquitaine", Places.FindRegion("75")!.Name);
        Assert.Equal("Paris", Places.FindDepartement("75")!.Name);
    }

    [Fact]
    public void A_region_lists_its_departements()
    {
        var brittany = Places.FindRegion("bretagne")!;
        Assert.Equal(["22", "29", "35", "56"], Places.DepartementsOf(brittany).Select(d => d.Code));
    }

    [Fact]
    public void A_departement_without_commune_has_a_centre_and_a_box_that_holds_its_towns()
    {
        var vosges = Places.FindDepartement("88")!;
        var epinal = Places.FindCommune("88160")!.Centre!.Value;
        Assert.InRange(Places.CentreOf(vosges)!.Value.KilometresTo(epinal), 0, 40);
        Assert.True(Places.BoundsOf(vosges)!.Value.Contains(epinal));
        Assert.False(Places.BoundsOf(vosges)!.Value.Contains(Places.FindCommune("69123")!.Centre!.Value));
        Assert.True(Places.BoundsOf(vosges.Region)!.Value.Contains(epinal));
        Assert.True(Places.BoundsOf(Places.FindDepartement("75")!)!.Value.Contains(new GeoPoint(48.88, 2.32)));
    }

    [Fact]
    public void Better_coordinates_make_another_snapshot_and_leave_the_first_alone()
    {
        var before = Places.FindCommune("01001")!;
        var after = Places.With([new("01001", new GeoPoint(46.153, 4.926)), new("99999", new GeoPoint(0, 0))]);
        Assert.Equal(new GeoPoint(46.153, 4.926), after.FindCommune("01001")!.Centre);
        Assert.Equal(PlacePrecision.Commune, after.FindCommune("01001")!.Precision);
        Assert.Same(before, Places.FindCommune("01001"));
        Assert.Same(Places.FindCommune("69123"), after.FindCommune("69123"));
        Assert.Equal(34_969, after.Communes.Count);
    }
}
