using CafeIA.Federation.Node.Site;
using Microsoft.Playwright;

namespace CafeIA.Federation.Browser;

/// <summary>The map that moves: the dots and the list are those of the drawn one, whatever is done to it.</summary>
public sealed class MapTests(BrowserNode node) : IClassFixture<BrowserNode>
{
    [Theory]
    [InlineData(BrowserNode.Phone)]
    [InlineData(BrowserNode.Desk)]
    public async Task The_map_moves_and_the_list_follows(int width)
    {
        Assert.SkipWhen(node.Api.Node.Get<PageFrame>().Map is null, "This program was built without npm: the drawn map stands alone.");
        await using var visitor = await node.VisitAsync(width);
        await visitor.Page.GotoAsync("/carte?chercher=Lyon");
        var canvas = visitor.Page.Locator("#carte-vive canvas");
        await Assertions.Expect(canvas).ToBeVisibleAsync();
        await Assertions.Expect(visitor.Page.Locator("#carte-dessin svg.map")).ToBeHiddenAsync();
        var drawn = await visitor.Page.Locator("#carte-dessin svg.map a").CountAsync();
        Assert.True(drawn > 0);
        await Assertions.Expect(visitor.Page.Locator("#carte-vive a.dot")).ToHaveCountAsync(drawn);
        await Assertions.Expect(visitor.Page.Locator("#carte-liste").GetByRole(AriaRole.Link, new() { Name = "Atelier deepfake" })).ToBeVisibleAsync();

        // By the keyboard, as far away as the list is of other cafés.
        await canvas.FocusAsync();
        for (var i = 0; i < 8; i++)
            await visitor.Page.Keyboard.PressAsync("ArrowLeft");

        await Assertions.Expect(visitor.Page.Locator("#carte-liste").GetByRole(AriaRole.Link, new() { Name = "Atelier deepfake" })).ToHaveCountAsync(0);
        await Assertions.Expect(visitor.Page.Locator("#carte-vive a.dot[aria-label*='deepfake']")).ToHaveCountAsync(0);
        await visitor.Page.WaitForURLAsync("**bbox=**");

        // What the address says now, the server draws as well.
        await visitor.Page.ReloadAsync();
        await Assertions.Expect(visitor.Page.Locator("#carte-liste").GetByRole(AriaRole.Link, new() { Name = "Atelier deepfake" })).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task A_dot_stands_where_its_café_is_and_leads_to_it()
    {
        Assert.SkipWhen(node.Api.Node.Get<PageFrame>().Map is null, "This program was built without npm: the drawn map stands alone.");
        await using var visitor = await node.VisitAsync(BrowserNode.Desk);
        await visitor.Page.GotoAsync("/carte");
        var dot = visitor.Page.Locator("#carte-vive a.dot[aria-label='Débat de la médiathèque, près de Bordeaux']");
        await Assertions.Expect(dot).ToBeVisibleAsync();
        var (at, box) = ((await dot.BoundingBoxAsync())!, (await visitor.Page.Locator("#carte-vive").BoundingBoxAsync())!);
        var svg = visitor.Page.Locator("#carte-dessin a[aria-label='Débat de la médiathèque, près de Bordeaux'] circle");
        var (x, y) = (float.Parse((await svg.GetAttributeAsync("cx"))!, System.Globalization.CultureInfo.InvariantCulture), float.Parse((await svg.GetAttributeAsync("cy"))!, System.Globalization.CultureInfo.InvariantCulture));

        // The same place in the same frame, within a finger's width.
        Assert.InRange(at.X + (at.Width / 2) - box.X, (x / 720 * box.Width) - 10, (x / 720 * box.Width) + 10);
        Assert.InRange(at.Y + (at.Height / 2) - box.Y, (y / 720 * box.Height) - 10, (y / 720 * box.Height) + 10);
        await dot.ClickAsync();
        await Assertions.Expect(visitor.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("Débat de la médiathèque");
    }

    [Fact]
    public async Task What_is_published_appears_on_the_moving_map()
    {
        Assert.SkipWhen(node.Api.Node.Get<PageFrame>().Map is null, "This program was built without npm: the drawn map stands alone.");
        await using var visitor = await node.VisitAsync(BrowserNode.Desk);
        await visitor.Page.GotoAsync("/carte?q=brestois");
        await Assertions.Expect(visitor.Page.Locator("#carte-vive canvas")).ToBeVisibleAsync();
        await node.Api.CreateAsync(BrowserNode.Cafe("Café brestois", 6, "atelier", commune: "29019"));

        await Assertions.Expect(visitor.Page.Locator("#carte-vive a.dot[aria-label='Café brestois, près de Brest']")).ToBeVisibleAsync();
    }
}
