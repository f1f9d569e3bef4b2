using Microsoft.Playwright;

namespace CafeIA.Federation.Browser;

/// <summary>A citizen's moments, from start to end: a café near me next week, on a phone and at a desk, with and without JavaScript.</summary>
public sealed class CitizenTests(BrowserNode node) : IClassFixture<BrowserNode>
{
    /// <summary>What is published stands on an open page within this.</summary>
    private const float Second = 1000;

    [Theory]
    [InlineData(BrowserNode.Phone, true)]
    [InlineData(BrowserNode.Phone, false)]
    [InlineData(BrowserNode.Desk, true)]
    [InlineData(BrowserNode.Desk, false)]
    public async Task A_café_is_found_by_a_word_and_a_town_and_taken_to_the_calendar(int width, bool script)
    {
        await using var visitor = await node.VisitAsync(width, script);
        await visitor.Page.GotoAsync("/");
        await visitor.Page.GetByLabel("Un mot, un thème, une ville").FillAsync("deepfake lyon");
        await visitor.Page.GetByRole(AriaRole.Button, new() { Name = "Chercher un café" }).ClickAsync();
        await visitor.Page.GetByRole(AriaRole.Link, new() { Name = "Atelier deepfake" }).ClickAsync();
        await Assertions.Expect(visitor.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("Atelier deepfake");
        await Assertions.Expect(visitor.Page.GetByText("1 rue des Essais")).ToBeVisibleAsync();

        var download = await visitor.Page.RunAndWaitForDownloadAsync(() => visitor.Page.GetByRole(AriaRole.Link, new() { Name = "Ajouter à mon agenda" }).ClickAsync());

        var calendar = await File.ReadAllTextAsync(await download.PathAsync(), TestContext.Current.CancellationToken);
        Assert.Contains("SUMMARY:Atelier deepfake", calendar, StringComparison.Ordinal);
        Assert.Contains($"UID:", calendar, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_town_is_completed_while_it_is_typed()
    {
        await using var visitor = await node.VisitAsync();
        await visitor.Page.GotoAsync("/agenda");
        await visitor.Page.GetByLabel("Un mot, un thème, une ville").PressSequentiallyAsync("atelier villeurb");

        await Assertions.Expect(visitor.Page.Locator("datalist#communes option[value='atelier Villeurbanne (69)']")).ToHaveCountAsync(1);
    }

    [Fact]
    public async Task Near_me_asks_for_the_position_and_keeps_a_kilometre_of_it()
    {
        await using var visitor = await node.VisitAsync(at: new() { Latitude = 45.76421f, Longitude = 4.83567f });
        await visitor.Page.GotoAsync("/");
        await visitor.Page.GetByRole(AriaRole.Button, new() { Name = "Près de moi" }).ClickAsync();
        await visitor.Page.WaitForURLAsync("**/agenda?near=45.76%2C4.84");

        await Assertions.Expect(visitor.Page.GetByRole(AriaRole.Link, new() { Name = "Atelier deepfake" })).ToBeVisibleAsync();
        await Assertions.Expect(visitor.Page.GetByText("Autour de vous")).ToBeVisibleAsync();
        Assert.Empty(await visitor.Context.CookiesAsync());
        Assert.Equal(0, await visitor.Page.EvaluateAsync<int>("localStorage.length + sessionStorage.length"));
    }

    [Fact]
    public async Task Who_does_not_want_to_be_found_is_told_what_to_do()
    {
        await using var visitor = await node.VisitAsync();
        await visitor.Page.GotoAsync("/");
        await visitor.Page.GetByRole(AriaRole.Button, new() { Name = "Près de moi" }).ClickAsync();

        await Assertions.Expect(visitor.Page.Locator("#position")).ToHaveTextAsync("Votre position n’a pas pu être trouvée : écrivez votre commune.");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_map_leads_closer_and_to_a_café(bool script)
    {
        await using var visitor = await node.VisitAsync(BrowserNode.Desk, script);
        await visitor.Page.GotoAsync("/carte");
        var moves = script && node.Api.Node.Get<CafeIA.Federation.Node.Site.PageFrame>().Map is not null;
        await visitor.Page.Locator($"{(moves ? "#carte-vive" : "svg.map")} a[aria-label='Débat de la médiathèque, près de Bordeaux']").ClickAsync(new() { Force = true });
        await Assertions.Expect(visitor.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("Débat de la médiathèque");

        await visitor.Page.GotoAsync("/carte?chercher=Lyon");
        await Assertions.Expect(visitor.Page.GetByRole(AriaRole.Heading, new() { NameRegex = new("^[2-9] cafés sur cette carte$") })).ToBeVisibleAsync();
        await visitor.Page.GetByRole(AriaRole.Link, new() { Name = "Zoomer", Exact = true }).ClickAsync();
        await visitor.Page.WaitForURLAsync("**bbox=**");
        await visitor.Page.GetByRole(AriaRole.Link, new() { Name = "Vers l’ouest" }).ClickAsync();
        await visitor.Page.GetByRole(AriaRole.Link, new() { Name = "La Réunion" }).ClickAsync();
        await Assertions.Expect(visitor.Page.GetByText("0 café sur cette carte")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task What_is_published_stands_on_an_open_page_within_a_second()
    {
        await using var visitor = await node.VisitAsync();
        await visitor.Page.GotoAsync("/agenda?q=nouveau");
        await visitor.Page.WaitForFunctionAsync("performance.getEntriesByType('resource').some(e => e.name.endsWith('/streams/v1/pulse')) || document.readyState === 'complete'");
        await node.Api.CreateAsync(BrowserNode.Cafe("Café nouveau d’avant", 5, "atelier"));
        await Assertions.Expect(visitor.Page.GetByRole(AriaRole.Link, new() { Name = "Café nouveau d’avant" })).ToBeVisibleAsync();
        await node.Api.CreateAsync(BrowserNode.Cafe("Café nouveau", 5, "atelier"));

        await Assertions.Expect(visitor.Page.GetByRole(AriaRole.Link, new() { Name = "Café nouveau", Exact = true })).ToBeVisibleAsync(new() { Timeout = Second });
    }
}
