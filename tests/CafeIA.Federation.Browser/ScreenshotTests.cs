using System.Globalization;
using System.Text.RegularExpressions;
using CafeIA.Federation.Tests.Fixtures;
using Microsoft.Playwright;

namespace CafeIA.Federation.Browser;

/// <summary>Takes the pictures of <c>docs/screenshots</c> anew, of a node with the demonstration's cafés: <c>tests/run -explicit only</c>.</summary>
public sealed partial class ScreenshotTests(BrowserNode node) : IClassFixture<BrowserNode>
{
    private const int Quality = 75;

    [Fact(Explicit = true)]
    public async Task Pictures_of_the_main_pages()
    {
        var root = Root();
        foreach (var file in Directory.GetFiles(Path.Combine(root, "deploy/demo-data"), "*.json"))
            await ImportAsync(file);
        var folder = Directory.CreateDirectory(Path.Combine(root, "docs/screenshots")).FullName;
        foreach (var (name, path, width, scheme) in new[]
        {
            ("accueil", "/", BrowserNode.Phone, ColorScheme.Light), ("agenda", "/agenda?chercher=atelier+Lyon", BrowserNode.Phone, ColorScheme.Light), ("agenda-sombre", "/agenda", BrowserNode.Phone, ColorScheme.Dark),
            ("carte", "/carte", BrowserNode.Desk, ColorScheme.Light), ("carte-sombre", "/carte", BrowserNode.Desk, ColorScheme.Dark), ("cafe", $"/evenements/{node.Coming}", BrowserNode.Desk, ColorScheme.Light),
            ("affiche", $"/evenements/{node.Coming}/affiche", BrowserNode.Desk, ColorScheme.Light), ("bilan", "/bilan", BrowserNode.Desk, ColorScheme.Light),
        })
        {
            await using var visitor = await node.VisitAsync(width, scheme: scheme);
            await visitor.Page.GotoAsync(path, new() { WaitUntil = WaitUntilState.Load });
            await KeepAsync(visitor.Page, name);
        }
        await using var proposer = await node.VisitAsync();
        await ProposalScreens.FillAsync(proposer.Page, "Café de la halle", look: async screen =>
        {
            if (screen == "wrong date")
                await KeepAsync(proposer.Page, "proposer");
        });
        await using var staff = await node.VisitAsync(BrowserNode.Desk);
        await node.EnterAsync(staff);
        await KeepAsync(staff.Page, "console");
        Assert.Equal(10, Directory.GetFiles(folder, "*.jpg").Length);

        Task KeepAsync(IPage page, string name) => page.ScreenshotAsync(new() { Path = Path.Combine(folder, name + ".jpg"), Type = ScreenshotType.Jpeg, Quality = Quality });
    }

    private async Task ImportAsync(string file)
    {
        var today = TimeProvider.System.GetUtcNow();
        var text = Offset().Replace(await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken), m => today.AddDays(int.Parse(m.Groups[1].ValueSpan, CultureInfo.InvariantCulture)).ToString("yyyy-MM-dd'T'", CultureInfo.InvariantCulture));
        var dated = Path.Combine(node.Api.Node.Data.Root, Path.GetFileName(file));
        await File.WriteAllTextAsync(dated, text, TestContext.Current.CancellationToken);
        await node.Api.Node.DoAsync("import", dated);
    }

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "CafeIA.Federation.sln")))
            folder = folder.Parent ?? throw new InvalidOperationException("The pictures are taken in a checkout.");
        return folder.FullName;
    }

    [GeneratedRegex("@([+-][0-9]+)T")]
    private static partial Regex Offset();
}
