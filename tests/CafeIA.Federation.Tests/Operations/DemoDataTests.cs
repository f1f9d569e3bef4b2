using System.Text.RegularExpressions;
using CafeIA.Federation.Node.Directory.Places;
using CafeIA.Federation.Node.Intake.Sources;

namespace CafeIA.Federation.Tests.Operations;

/// <summary>What deploy/demo loads is taken by the same rules as anybody's file.</summary>
public sealed partial class DemoDataTests
{
    private static readonly string Folder = Path.Combine(new ComposeFile().Folder.FullName, "deploy/demo-data");

    [Fact]
    public async Task The_letter_is_taken_whole_and_says_no_hour_or_address_that_the_letter_does_not()
    {
        var drafts = await ReadAsync(await File.ReadAllTextAsync(Path.Combine(Folder, "lettre-2024-07-26.json"), TestContext.Current.CancellationToken));

        Assert.All(drafts, d => Assert.Null(d.Refusal));
        var events = drafts.Where(d => d.Event is not null).Select(d => d.Event!).ToArray();
        Assert.Equal(18, events.Length);
        Assert.Equal(3, drafts.Count(d => d.Resource is not null));
        Assert.All(events, e =>
        {
            Assert.DoesNotContain('T', e.Start ?? "");
            Assert.Null(e.Place?.Street);
            Assert.Null(e.OnlineLink);
            Assert.False(e.Example);
        });
        foreach (var departement in new[] { "88", "56", "39" })
            Assert.Single(events, e => e.Place is { Commune: null } place && place.Departement == departement);
    }

    [Theory]
    [InlineData("exemples-conseil.json")]
    [InlineData("exemples-auvergne-rhone-alpes.json")]
    [InlineData("exemples-nouvelle-aquitaine.json")]
    public async Task Every_example_is_taken_and_plainly_an_example(string file)
    {
        var text = await File.ReadAllTextAsync(Path.Combine(Folder, file), TestContext.Current.CancellationToken);

        var drafts = await ReadAsync(Offset().Replace(text, "2027-03-15T"));

        Assert.NotEmpty(drafts);
        Assert.All(drafts, d =>
        {
            Assert.Null(d.Refusal);
            Assert.True(d.Event!.Example);
            Assert.StartsWith("Exemple", d.Event.Title, StringComparison.Ordinal);
        });
    }

    private static async Task<List<ImportedDraft>> ReadAsync(string text)
    {
        using var stream = new MemoryStream(System.Text.Encoding.UTF8.GetBytes(text));
        var drafts = new List<ImportedDraft>();
        await foreach (var draft in ImportFile.ReadAsync(stream, new ImportSettings("demo") { Communes = PlaceCatalog.Official.Lookup }, TestContext.Current.CancellationToken))
            drafts.Add(draft);
        return drafts;
    }

    [GeneratedRegex("@[+-][0-9]+T")]
    private static partial Regex Offset();
}
