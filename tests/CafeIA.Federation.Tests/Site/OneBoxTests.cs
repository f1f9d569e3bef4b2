using CafeIA.Federation.Node.Directory.Places;
using CafeIA.Federation.Node.Site.Asking;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Xunit;

namespace CafeIA.Federation.Tests.Site;

/// <summary>What a person means who types words and a place into one box.</summary>
public sealed class OneBoxTests
{
    [Theory]
    [InlineData("atelier deepfake Lyon", "atelier deepfake", "near", "Lyon")]
    [InlineData("lyon atelier", "atelier", "near", "lyon")]
    [InlineData("atelier à Lyon deepfake", "atelier deepfake", "near", "Lyon")]
    [InlineData("un café près de villeurbanne", "un café", "near", "villeurbanne")]
    [InlineData("69007", null, "near", "69007")]
    [InlineData("robots 69007", "robots", "near", "69007")]
    [InlineData("Lyon 7e", null, "near", "Lyon 7e")]
    [InlineData("vosges", null, "departement", "88")]
    [InlineData("santé dans les Vosges", "santé", "departement", "88")]
    [InlineData("l’Ain", null, "departement", "01")]
    [InlineData("69", null, "departement", "69")]
    [InlineData("en Bretagne", null, "region", "53")]
    [InlineData("ile de france", null, "region", "11")]
    [InlineData("débat La Réunion", "débat", "region", "04")]
    [InlineData("Paris", null, "near", "Paris")]
    [InlineData("saint denis", null, "near", "saint denis")]
    [InlineData("atelier Saint-Denis (93)", "atelier", "near", "Saint-Denis (93)")]
    [InlineData("rochelle", null, "near", "rochelle")]
    [InlineData("tours", null, "near", "tours")]
    [InlineData("atelier à tours", "atelier", "near", "tours")]
    [InlineData("atelier Tours", "atelier", "near", "Tours")]
    public void A_place_is_taken_out_of_the_words(string text, string? words, string field, string value)
    {
        Assert.Equal(new Asked(words, (field, value)), OneBox.Understand(text, PlaceCatalog.Official));
    }

    [Theory]
    [InlineData("deepfake")]
    [InlineData("cours pas cher")]
    [InlineData("donner du sens aux données")]
    [InlineData("\"atelier Lyon\"")]
    [InlineData("12345678")]
    [InlineData("IA 2026")]
    [InlineData("robots et emploi")]
    public void Words_that_name_no_place_stay_words(string text)
    {
        Assert.Equal(new Asked(text, null), OneBox.Understand(text, PlaceCatalog.Official));
    }

    [Fact]
    public void The_box_takes_the_place_of_what_it_showed()
    {
        var read = OneBox.Read(Query(("chercher", "robots Lyon"), ("q", "avant"), ("near", "Nice"), ("departement", "06"), ("cursor", "x"), ("format", "atelier")), PlaceCatalog.Official);

        Assert.Equal(["format=atelier", "near=Lyon", "q=robots"], read.Select(q => $"{q.Key}={q.Value}").Order());
    }

    [Fact]
    public void A_position_stays_where_no_other_place_is_typed()
    {
        Assert.Equal("45.76,4.84", OneBox.Read(Query(("chercher", "robots"), ("near", "45.76,4.84")), PlaceCatalog.Official)["near"]);
        Assert.Equal("Nice", OneBox.Read(Query(("chercher", "robots Nice"), ("near", "45.76,4.84")), PlaceCatalog.Official)["near"]);
        Assert.False(OneBox.Read(Query(("chercher", "robots"), ("near", "Lyon")), PlaceCatalog.Official).ContainsKey("near"));
    }

    [Theory]
    [InlineData("atelier deepfake Lyon")]
    [InlineData("santé Vosges")]
    public void What_the_box_shows_of_a_search_is_read_as_the_same_search(string text)
    {
        var form = new AgendaForm(OneBox.Read(Query(("chercher", text)), PlaceCatalog.Official));

        Assert.Equal(text, OneBox.Write(form, PlaceCatalog.Official));
    }

    private static QueryCollection Query(params (string Name, string Value)[] fields) => new(fields.ToDictionary(f => f.Name, f => new StringValues(f.Value)));
}
