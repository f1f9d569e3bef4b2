using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;

namespace CafeIA.Federation.Browser;

/// <summary>axe finds nothing on any page, in either language and scheme; nothing scrolls sideways; the keyboard finds its way.</summary>
public sealed class AccessibilityTests(BrowserNode node) : IClassFixture<BrowserNode>
{
    /// <summary>WCAG 2.2 AA and what axe holds for good practice.</summary>
    private static readonly AxeRunOptions All = new() { RunOnly = new() { Type = "tag", Values = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] } };

    /// <summary>What differs between the schemes.</summary>
    private static readonly AxeRunOptions Contrast = new() { RunOnly = new() { Type = "rule", Values = ["color-contrast"] } };

    [Theory]
    [InlineData("fr-FR", ColorScheme.Light, BrowserNode.Phone)]
    [InlineData("fr-FR", ColorScheme.Dark, BrowserNode.Desk)]
    [InlineData("en-GB", ColorScheme.Light, BrowserNode.Desk)]
    [InlineData("en-GB", ColorScheme.Dark, BrowserNode.Phone)]
    public async Task Axe_finds_nothing(string language, ColorScheme scheme, int width)
    {
        await using var visitor = await node.VisitAsync(width, scheme: scheme, language: language);
        var found = new List<string>();
        foreach (var path in node.Pages)
        {
            await visitor.Page.GotoAsync(path);
            foreach (var opened in await visitor.Page.Locator("details > summary").AllAsync())
                await opened.EvaluateAsync("summary => summary.parentElement.open = true");
            var result = await visitor.Page.RunAxe(scheme == ColorScheme.Light ? All : Contrast);
            Assert.NotEmpty(result.Passes);
            found.AddRange(result.Violations.SelectMany(v => v.Nodes.Select(n => $"{path}: {v.Id}, {v.Help}: {n.Html}")));
        }

        Assert.True(found.Count == 0, string.Join('\n', found));
    }

    /// <summary>The screens of the form, right and wrong, and what stands behind the door.</summary>
    [Theory]
    [InlineData("fr-FR", ColorScheme.Light)]
    [InlineData("en-GB", ColorScheme.Dark)]
    public async Task Axe_finds_nothing_in_the_form_nor_in_the_console(string language, ColorScheme scheme)
    {
        await using var visitor = await node.VisitAsync(BrowserNode.Phone, scheme: scheme, language: language);
        var found = new List<string>();
        await ProposalScreens.FillAsync(visitor.Page, "Café accessible", language == "fr-FR", screen => LookAsync("/proposer " + screen));
        await node.EnterAsync(visitor);
        foreach (var path in new[] { "/console", "/console/fiches", "/console/decisions" })
        {
            await visitor.Page.GotoAsync(path);
            await LookAsync(path);
        }
        await visitor.Page.GotoAsync("/console");
        await visitor.Page.Locator("a[href*='/console/propositions/']").First.ClickAsync();
        await LookAsync("/console/propositions");
        await visitor.Page.Locator("button[value=refuser]").ClickAsync();
        await LookAsync("/console/propositions, wrong");

        Assert.True(found.Count == 0, string.Join('\n', found));

        async Task LookAsync(string where)
        {
            foreach (var opened in await visitor.Page.Locator("details > summary").AllAsync())
                await opened.EvaluateAsync("summary => summary.parentElement.open = true");
            var result = await visitor.Page.RunAxe(scheme == ColorScheme.Light ? All : Contrast);
            Assert.NotEmpty(result.Passes);
            found.AddRange(result.Violations.SelectMany(v => v.Nodes.Select(n => $"{where}: {v.Id}, {v.Help}: {n.Html}")));
            Assert.True(await visitor.Page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), where);
        }
    }

    [Theory]
    [InlineData(320)]
    [InlineData(BrowserNode.Desk)]
    public async Task No_page_scrolls_sideways(int width)
    {
        await using var visitor = await node.VisitAsync(width, script: false);
        foreach (var path in node.Pages)
        {
            await visitor.Page.GotoAsync(path);
            Assert.True(await visitor.Page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), path);
        }
    }

    [Fact]
    public async Task The_keyboard_skips_to_the_content_and_reaches_a_café()
    {
        await using var visitor = await node.VisitAsync(BrowserNode.Desk);
        await visitor.Page.GotoAsync("/agenda?q=deepfake");
        await visitor.Page.Keyboard.PressAsync("Tab");
        Assert.Equal("#contenu", await visitor.Page.EvaluateAsync<string>("document.activeElement.getAttribute('href')"));
        await visitor.Page.Keyboard.PressAsync("Enter");
        for (var pressed = 0; pressed < 60; pressed++)
        {
            await visitor.Page.Keyboard.PressAsync("Tab");
            if (await visitor.Page.EvaluateAsync<bool>($"document.activeElement.matches('a[href=\"/evenements/{node.Coming}\"]')"))
                break;
        }
        await visitor.Page.Keyboard.PressAsync("Enter");
        await visitor.Page.WaitForURLAsync($"**/evenements/{node.Coming}");
    }
}
