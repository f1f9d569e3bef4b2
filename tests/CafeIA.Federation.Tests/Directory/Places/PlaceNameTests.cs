using CafeIA.Federation.Node.Directory.Places;
using Xunit;

namespace CafeIA.Federation.Tests.Directory.Places;

public sealed class PlaceNameTests
{
    [Theory]
    [InlineData("L'Haÿ-les-Roses", "l hay les roses")]
    [InlineData("L’HAY LES ROSES", "l hay les roses")]
    [InlineData("St-Étienne", "saint etienne")]
    [InlineData("Ste Foy lès Lyon", "sainte foy les lyon")]
    [InlineData("Chalon s/ Saône", "chalon sur saone")]
    [InlineData("Chalon-s/Saône", "chalon sur saone")]
    [InlineData("Schœlcher", "schoelcher")]
    [InlineData("Lyon 7e Arrondissement", "lyon 7")]
    [InlineData("LYON 07", "lyon 7")]
    [InlineData("Paris 1er", "paris 1")]
    [InlineData("Marseille 16ème", "marseille 16")]
    [InlineData("LYON CEDEX 03", "lyon")]
    [InlineData("  ", "")]
    public void One_key_stands_for_every_spelling(string written, string key) => Assert.Equal(key, PlaceName.Key(written));

    [Fact]
    public void A_decomposed_accent_is_the_same_letter() =>
        Assert.Equal(PlaceName.Key("Épinal"), PlaceName.Key("E\u0301pinal"));
}
