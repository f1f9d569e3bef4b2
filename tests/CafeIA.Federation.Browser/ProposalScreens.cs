using Microsoft.Playwright;

namespace CafeIA.Federation.Browser;

/// <summary>Fills the form of <c>/proposer</c> screen by screen, as a person does, and sends it.</summary>
internal static class ProposalScreens
{
    /// <param name="page">Anywhere on the node.</param>
    /// <param name="title">Of the café.</param>
    /// <param name="isFrench">The language of the pages.</param>
    /// <param name="look">Asked at each screen, also where something is wrong on it.</param>
    public static async Task FillAsync(IPage page, string title, bool isFrench = true, Func<string, Task>? look = null)
    {
        look ??= _ => Task.CompletedTask;
        var goOn = page.GetByRole(AriaRole.Button, new() { Name = isFrench ? "Continuer" : "Go on" });
        await page.GotoAsync("/proposer");
        await goOn.ClickAsync();
        await look("empty title");
        await page.Locator("#titre").FillAsync(title);
        await page.Locator("#description").FillAsync("On y parle **d’IA**.");
        await look("what");
        await goOn.ClickAsync();
        await page.Locator("#date").FillAsync("31 février");
        await goOn.ClickAsync();
        await Assertions.Expect(page.Locator("#date-erreur")).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator("#date")).ToHaveValueAsync("31 février");
        await look("wrong date");
        await page.Locator("#date").FillAsync(TimeProvider.System.GetUtcNow().AddDays(20).ToString("dd/MM/yyyy", System.Globalization.CultureInfo.InvariantCulture));
        await page.Locator("#debut").FillAsync("18h30");
        await page.Locator("#fin").FillAsync("20h");
        await goOn.ClickAsync();
        await page.Locator("#lieu").FillAsync("Halle");
        await page.Locator("#commune").FillAsync("Saint-Denis");
        await goOn.ClickAsync();
        await look("which town");
        await page.GetByRole(AriaRole.Button, new() { Name = "93066 Saint-Denis (Seine-Saint-Denis)" }).ClickAsync();
        await look("you");
        await page.Locator("#organisateur").FillAsync("Les Amis de la halle");
        await page.Locator("#courriel").FillAsync("lea@example.org");
        await goOn.ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Level = 3, Name = title })).ToBeVisibleAsync();
        await look("preview");
        await page.GetByRole(AriaRole.Button, new() { Name = isFrench ? "Envoyer" : "Send", Exact = true }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync(isFrench ? "Merci !" : "Thank you!");
        await look("thanks");
    }
}
