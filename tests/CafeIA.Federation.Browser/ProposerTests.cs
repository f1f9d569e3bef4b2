using CafeIA.Federation.Tests.Fixtures;
using Microsoft.Playwright;
using MimeKit;

namespace CafeIA.Federation.Browser;

/// <summary>Someone who holds a café nobody knows of tells it, hears back, and it is on the map the moment the hub accepts it.</summary>
public sealed class ProposerTests(BrowserNode node) : IClassFixture<BrowserNode>
{
    [Theory]
    [InlineData(BrowserNode.Phone, true)]
    [InlineData(BrowserNode.Phone, false)]
    [InlineData(BrowserNode.Desk, true)]
    [InlineData(BrowserNode.Desk, false)]
    public async Task A_café_is_told_accepted_seen_and_withdrawn(int width, bool script)
    {
        var title = $"Café de la halle {width} {(script ? "avec" : "sans")}";
        await using var proposer = await node.VisitAsync(width, script);
        await using var staff = await node.VisitAsync(width, script);
        await ProposalScreens.FillAsync(proposer.Page, title);
        Assert.Empty(await proposer.Context.CookiesAsync());
        var follow = await FollowLinkAsync(title);
        await proposer.Page.GotoAsync(follow);
        await Assertions.Expect(proposer.Page.GetByText("le hub ne l’a pas encore relu")).ToBeVisibleAsync();

        await node.EnterAsync(staff);
        await staff.Page.GetByRole(AriaRole.Button, new() { Name = $"Accepter : {title}" }).ClickAsync();
        await Assertions.Expect(staff.Page.GetByRole(AriaRole.Button, new() { Name = $"Accepter : {title}" })).ToHaveCountAsync(0);

        await proposer.Page.ReloadAsync();
        await proposer.Page.GetByRole(AriaRole.Link, new() { Name = "Voir la fiche" }).ClickAsync();
        await Assertions.Expect(proposer.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync(title);
        await proposer.Page.GotoAsync("/agenda?q=halle");
        await Assertions.Expect(proposer.Page.GetByRole(AriaRole.Link, new() { Name = title })).ToBeVisibleAsync();

        await proposer.Page.GotoAsync(follow);
        await proposer.Page.GetByRole(AriaRole.Button, new() { Name = "Retirer" }).ClickAsync();
        await proposer.Page.GotoAsync("/agenda?q=halle");
        await Assertions.Expect(proposer.Page.GetByRole(AriaRole.Link, new() { Name = title })).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task Enter_goes_on_and_the_town_is_completed()
    {
        await using var visitor = await node.VisitAsync();
        await visitor.Page.GotoAsync("/proposer");
        await visitor.Page.Locator("#titre").FillAsync("Café du clavier");
        await visitor.Page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(visitor.Page.GetByRole(AriaRole.Heading, new() { Level = 2 })).ToHaveTextAsync("Quand");
        await visitor.Page.Locator("#date").FillAsync("demain");
        await visitor.Page.Keyboard.PressAsync("Enter");
        await visitor.Page.Locator("#commune").PressSequentiallyAsync("la rochel");

        await Assertions.Expect(visitor.Page.Locator("datalist#communes option[value='La Rochelle (17)']")).ToHaveCountAsync(1);
    }

    private async Task<string> FollowLinkAsync(string title)
    {
        string? link = null;
        await Eventually.TrueAsync(
            () =>
            {
                if (!Directory.Exists(node.Api.Node.Data.Letters))
                    return false;
                foreach (var file in Directory.GetFiles(node.Api.Node.Data.Letters, "*.eml"))
                {
                    using var letter = MimeMessage.Load(file);
                    if (letter.Subject == $"Votre proposition : {title}")
                        link = letter.TextBody!.Split('\n').First(l => l.Contains("/proposer/suivi/", StringComparison.Ordinal)).Trim();
                }
                return link is not null;
            },
            "the link is mailed",
            TestContext.Current.CancellationToken);
        return new Uri(link!).AbsolutePath;
    }
}
