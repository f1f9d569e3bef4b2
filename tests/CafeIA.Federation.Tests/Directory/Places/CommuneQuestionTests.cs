using CafeIA.Federation.Node.Directory.Content;
using CafeIA.Federation.Node.Directory.Places;
using Xunit;

namespace CafeIA.Federation.Tests.Directory.Places;

public sealed class CommuneQuestionTests
{
    private static readonly PlaceCatalog Places = PlaceCatalog.Official;

    [Theory]
    [InlineData("Lyon")]
    [InlineData("69007")]
    [InlineData("69123")]
    [InlineData("69387")]
    [InlineData("69007 Lyon")]
    [InlineData("Lyon 69007")]
    [InlineData("69000 LYON")]
    [InlineData("69326 Lyon Cedex 03")]
    [InlineData("Lyon 7e")]
    [InlineData("lyon 7ème arrondissement")]
    [InlineData("Lyon (69)")]
    [InlineData("Lyon, Rhône")]
    [InlineData("69123 Lyon (Rhône)")]
    public void Every_way_to_write_Lyon_means_Lyon(string text) => Assert.Equal("69123", Places.Resolve(text).Value.Code);

    [Theory]
    [InlineData("le havre", "76351")]
    [InlineData("Havre", "76351")]
    [InlineData("st etienne", null, "42")]
    [InlineData("Arbignieu", "01015")]
    [InlineData("Saint-Denis (La Réunion)", "97411")]
    [InlineData("1400", null)] // two communes share 01400
    [InlineData("38041 Grenoble Cedex", "38185")] // 38041 is also the code of Beaucroissant
    public void Spellings_are_forgiven_as_long_as_one_commune_is_meant(string text, string? code, string? departement = null)
    {
        var answer = Places.Resolve(text, departement);
        if (code is not null)
            Assert.Equal(code, answer.Value.Code);
        else if (departement is not null)
            Assert.Equal(departement, answer.Value.Departement.Code);
        else
            Assert.Equal("ambiguous-commune", answer.Refusal!.Code);
    }

    [Fact]
    public void A_commune_s_own_code_beside_its_own_postal_code_is_that_commune()
    {
        var wrong = Places.Communes
            .SelectMany(c => c.PostalCodes.Select(p => (c.Code, Postal: p, Found: Places.Lookup(new PlaceContent { Commune = c.Code, PostalCode = p }))))
            .Where(l => !l.Found.IsOk || l.Found.Value != l.Code)
            .Select(l => $"{l.Code} {l.Postal}: {(l.Found.IsOk ? l.Found.Value : l.Found.Refusal.Code)}");
        Assert.Empty(wrong);
    }

    [Fact]
    public void Namesakes_are_asked_and_the_most_peopled_come_first()
    {
        var refusal = Places.Resolve("saint denis").Refusal!;
        Assert.Equal("ambiguous-commune", refusal.Code);
        Assert.Equal("place.commune", refusal.Field);
        Assert.Equal(4, refusal.Choices.Count);
        Assert.Equal("97411 Saint-Denis (La Réunion)", refusal.Choices[0]);
        Assert.Equal("93066 Saint-Denis (Seine-Saint-Denis)", refusal.Choices[1]);
    }

    [Theory]
    [InlineData("saint denis")]
    [InlineData("51300")]
    [InlineData("Bors")]
    [InlineData("55273")]
    public void Each_choice_that_is_offered_is_understood(string text)
    {
        var refusal = Places.Resolve(text).Refusal!;
        Assert.Equal("ambiguous-commune", refusal.Code);
        Assert.All(refusal.Choices, choice => Assert.Equal(choice, Places.Resolve(choice).Value.Label));
    }

    [Theory]
    [InlineData("93", "93066")]
    [InlineData("Seine-Saint-Denis", "93066")]
    [InlineData("974", "97411")]
    public void A_departement_settles_namesakes(string departement, string code) =>
        Assert.Equal(code, Places.Resolve("St Denis", departement).Value.Code);

    [Fact]
    public void A_postal_code_beside_the_name_settles_namesakes()
    {
        Assert.Equal("93066", Places.Resolve("Saint-Denis", postalCodeHint: "93200").Value.Code);
    }

    [Fact]
    public void A_person_means_a_postal_code_by_digits_that_are_also_a_code()
    {
        Assert.Equal("Marseille", Places.Resolve("13001").Value.Name);
        Assert.Equal("Aix-en-Provence", Places.Resolve("13001 Aix-en-Provence").Value.Name);
        Assert.Equal("Lyon", Places.Resolve("69007").Value.Name);
    }

    [Fact]
    public void A_document_with_digits_that_are_code_and_postal_code_is_asked_unless_it_says_more()
    {
        var refusal = Places.Lookup(new PlaceContent { Commune = "13001" }).Refusal!;
        Assert.Equal("ambiguous-commune", refusal.Code);
        Assert.Equal(["13055 Marseille (Bouches-du-Rhône)", "13001 Aix-en-Provence (Bouches-du-Rhône)"], refusal.Choices);
        Assert.Equal("13055", Places.Lookup(new PlaceContent { Commune = "13001", PostalCode = "13001" }).Value);
        Assert.Equal("13001", Places.Lookup(new PlaceContent { Commune = "13001", PostalCode = "13100" }).Value);
        Assert.Equal("69123", Places.Lookup(new PlaceContent { PostalCode = "69007" }).Value);
    }

    [Fact]
    public void A_documents_code_that_is_no_postal_code_stands_whatever_its_address_says()
    {
        Assert.Equal("69123", Places.Lookup(new PlaceContent { Commune = "69123", PostalCode = "69100" }).Value);
        Assert.Equal("69123", Places.Lookup(new PlaceContent { Commune = "69387" }).Value);
        Assert.Equal("unknown-commune", Places.Lookup(new PlaceContent { Commune = "99999" }).Refusal!.Code);
    }

    [Fact]
    public void A_current_commune_goes_before_a_former_one_of_the_same_name_but_not_out_of_its_departement()
    {
        Assert.Equal("21054", Places.Resolve("Beaune").Value.Code);
        Assert.Equal("73", Places.Resolve("Beaune", "73").Value.Departement.Code);
    }

    [Theory]
    [InlineData("Lyon", "33")]
    [InlineData("69007 Villeurbanne", null)]
    [InlineData("Villeneuve-sur-Nulle-Part", null)]
    [InlineData("99999", null)]
    [InlineData("", null)]
    public void What_no_commune_matches_is_refused_and_never_bent_to_fit(string text, string? departement) =>
        Assert.Equal("unknown-commune", Places.Resolve(text, departement).Refusal!.Code);

    [Fact]
    public void A_commune_looked_for_in_the_wrong_departement_is_offered_where_it_is() =>
        Assert.Equal(["69123 Lyon (Rhône)"], Places.Resolve("Lyon", "33").Refusal!.Choices);

    [Fact]
    public void A_beginning_is_refused_with_what_it_may_become() =>
        Assert.Contains("01053 Bourg-en-Bresse (Ain)", Places.Resolve("Bourg-en-Br").Refusal!.Choices);

    [Fact]
    public void An_unknown_departement_is_refused_at_its_own_field()
    {
        var refusal = Places.Resolve("Lyon", "Gévaudan").Refusal!;
        Assert.Equal("unknown-departement", refusal.Code);
        Assert.Equal("place.departement", refusal.Field);
    }

    [Fact]
    public void A_text_of_any_length_is_answered() =>
        Assert.Equal("unknown-commune", Places.Resolve(new string('(', 100_000)).Refusal!.Code);

    [Fact]
    public void Every_commune_is_found_by_its_own_label() =>
        Assert.All(Places.Communes, commune => Assert.Equal(commune.Code, Places.Resolve(commune.Label).Value.Code));
}
