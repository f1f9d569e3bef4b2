using Microsoft.Playwright;

namespace CafeIA.Federation.Browser;

/// <summary>An animator finds a kit with its length and licence, and prints the poster with a QR code that leads back.</summary>
public sealed class AnimatorTests(BrowserNode node) : IClassFixture<BrowserNode>
{
    [Theory]
    [InlineData(BrowserNode.Phone, true)]
    [InlineData(BrowserNode.Phone, false)]
    [InlineData(BrowserNode.Desk, true)]
    [InlineData(BrowserNode.Desk, false)]
    public async Task A_kit_is_found_and_a_poster_printed(int width, bool script)
    {
        await using var visitor = await node.VisitAsync(width, script);
        await visitor.Page.GotoAsync("/");
        await visitor.Page.GetByRole(AriaRole.Navigation, new() { Name = "Principal" }).GetByRole(AriaRole.Link, new() { Name = "Ressources" }).ClickAsync();
        await visitor.Page.GetByRole(AriaRole.Link, new() { Name = "Kit d’animation" }).ClickAsync();
        await Assertions.Expect(visitor.Page.Locator(".facts")).ToContainTextAsync(new System.Text.RegularExpressions.Regex(@"1\s*h"));

        await visitor.Page.GotoAsync($"/evenements/{node.Coming}");
        await visitor.Page.GetByRole(AriaRole.Link, new() { Name = "Affiche à imprimer, avec son QR code" }).ClickAsync();
        await Assertions.Expect(visitor.Page.Locator(".qr svg")).ToBeVisibleAsync();
        await visitor.Page.EmulateMediaAsync(new() { Media = Media.Print });
        await Assertions.Expect(visitor.Page.Locator(".poster")).ToBeVisibleAsync();
        await Assertions.Expect(visitor.Page.Locator(".screen").First).ToBeHiddenAsync();
    }
}
