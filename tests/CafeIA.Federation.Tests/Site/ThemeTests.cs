using CafeIA.Federation.Node.Site;
using Xunit;

namespace CafeIA.Federation.Tests.Site;

/// <summary>A hub's own colours and logo.</summary>
public sealed class ThemeTests
{
    [Theory]
    [InlineData("#000000", "#ffffff", 21)]
    [InlineData("#777777", "#ffffff", 4.48)]
    [InlineData("#9c3d16", "#fbf6ec", 6.3)]
    public void Contrast_is_that_of_WCAG(string one, string other, double contrast)
    {
        Assert.Equal(contrast, Theme.Contrast(one, other), 2);
        Assert.Equal(contrast, Theme.Contrast(other, one), 2);
    }

    [Theory]
    [InlineData("#1f4e79", null, null)]
    [InlineData(null, "#9ecbff", null)]
    [InlineData("#ffd700", null, "low-contrast")]
    [InlineData(null, "#1f4e79", "low-contrast")]
    [InlineData("bleu", null, "bad-colour")]
    [InlineData("#12345g", null, "bad-colour")]
    public void A_colour_that_cannot_be_read_is_refused(string? light, string? dark, string? code)
    {
        Assert.Equal(code, new SiteOptions { Colour = light, DarkColour = dark }.Check().SingleOrDefault()?.Code);
    }

    [Fact]
    public void The_colours_and_the_logo_become_files_of_the_site()
    {
        var folder = System.IO.Directory.CreateTempSubdirectory("cafeia-logo-").FullName;
        var logo = Path.Combine(folder, "marque.svg");
        File.WriteAllText(logo, "<svg xmlns='http://www.w3.org/2000/svg'/>");
        var options = new SiteOptions { Colour = "#1f4e79", Logo = logo };

        Assert.Empty(options.Check());
        Assert.Equal(":root { --brick: #1f4e79; --bar: #1f4e79; }", Theme.Css(options)!.Split('\n')[0]);
        var assets = new Assets(options);
        Assert.Matches("^/assets/[0-9a-f]{12}/theme.css$", assets.Find(Assets.ThemeSheet));
        Assert.Matches("^/assets/[0-9a-f]{12}/logo.svg$", assets.Find("logo.svg"));
        Assert.Null(new Assets(new SiteOptions()).Find(Assets.ThemeSheet));
        Assert.Equal("bad-logo", new SiteOptions { Logo = Path.Combine(folder, "absent.png") }.Check().Single().Code);
        System.IO.Directory.Delete(folder, recursive: true);
    }
}
