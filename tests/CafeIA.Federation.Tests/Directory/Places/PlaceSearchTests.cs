using CafeIA.Federation.Node.Directory.Places;
using Xunit;

namespace CafeIA.Federation.Tests.Directory.Places;

public sealed class PlaceSearchTests
{
    private static readonly PlaceCatalog Places = PlaceCatalog.Official;

    private static string[] Names(string text, int limit) => [.. Places.Search(text, limit).Select(match => match.Commune.Name)];

    [Fact]
    public void Beginnings_come_with_the_most_peopled_first() => Assert.Equal(["Marseille", "Martigues"], Names("mar", 2));

    [Fact]
    public void An_exact_name_comes_before_greater_towns_that_begin_with_it() => Assert.Equal("Lyon", Names("lyon", 3)[0]);

    [Fact]
    public void A_word_within_the_name_is_found_after_beginnings()
    {
        var names = Names("havre", 5);
        Assert.Contains("Le Havre", names);
        Assert.Contains("Saint-Denis", Names("st den", 3));
    }

    [Fact]
    public void A_part_of_a_commune_is_found_under_its_own_name()
    {
        var match = Places.Search("Lyon 7", 1)[0];
        Assert.Equal("69123", match.Commune.Code);
        Assert.Equal("Lyon 7e Arrondissement", match.FormerName);
    }

    [Fact]
    public void Digits_complete_postal_codes_and_codes()
    {
        Assert.Equal(["Lyon"], Names("6900", 5));
        Assert.Equal("Ajaccio", Names("2a004", 1)[0]);
        Assert.Equal(["Marseille", "Aix-en-Provence"], Names("13001", 2).Order().Reverse());
    }

    [Theory]
    [InlineData("", 10, 0)]
    [InlineData("s", 0, 1)]
    [InlineData("s", 10_000, 200)]
    public void The_limit_is_kept(string text, int limit, int count) => Assert.Equal(count, Places.Search(text, limit).Count);

    [Fact]
    public void A_commune_with_two_matching_names_is_listed_once() =>
        Assert.Equal(200, Places.Search("saint", 200).DistinctBy(match => match.Commune).Count());
}
