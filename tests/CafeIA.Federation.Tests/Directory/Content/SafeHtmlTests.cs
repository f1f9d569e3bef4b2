using CafeIA.Federation.Node.Directory.Content;
using Xunit;

namespace CafeIA.Federation.Tests.Directory.Content;

public sealed class SafeHtmlTests
{
    [Theory]
    [InlineData("<script>alert(1)</script>")]
    [InlineData("<ScRiPt src=//evil.example>")]
    [InlineData("<img src=x onerror=alert(1)>")]
    [InlineData("<a href=\"javascript:alert(1)\">x</a>")]
    [InlineData("<a href=\"java&#115;cript:alert(1)\">x</a>")]
    [InlineData("[x](javascript:alert(1))")]
    [InlineData("[x](JaVaScRiPt:alert(1))")]
    [InlineData("[x]\n\n[x]: javascript:alert(1)")]
    [InlineData("<iframe src=\"https://evil.example\"></iframe>")]
    [InlineData("<svg onload=alert(1)>")]
    [InlineData("<p onclick=\"alert(1)\">x</p>")]
    [InlineData("<form action=\"https://evil.example\"><input></form>")]
    [InlineData("<meta http-equiv=refresh content=\"0;url=https://evil.example\">")]
    [InlineData("<math><mtext><script>alert(1)</script></mtext></math>")]
    public void Code_in_a_description_is_seen_and_never_comes_out(string markdown)
    {
        Assert.True(SafeHtml.HasActiveContent(markdown));
        var html = SafeHtml.Render(markdown);
        foreach (var forbidden in new[] { "<script", "javascript:", "onerror", "onclick", "onload", "<iframe", "<svg", "<form", "<meta", "<math" })
            Assert.DoesNotContain(forbidden, html, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("Un **café** avec [un lien](https://example.org/a?b=1&c=2) et <br> du HTML <b>sage</b>")]
    [InlineData("3 < 5 et l’âge > 12, <3")]
    [InlineData("![affiche](https://example.org/a.png)")]
    [InlineData("<!-- note --><font color=red>vieux</font>")]
    public void Harmless_text_is_not_taken_for_code(string markdown) => Assert.False(SafeHtml.HasActiveContent(markdown));

    [Fact]
    public void Markdown_becomes_HTML_under_the_page_s_own_headings()
    {
        var html = SafeHtml.Render("# Titre\n\nligne un\nligne deux\n\n- a\n- b\n\n[lien](https://example.org)");

        Assert.Contains("<h3>Titre</h3>", html, StringComparison.Ordinal);
        Assert.Contains("<br>", html, StringComparison.Ordinal);
        Assert.Contains("<li>a</li>", html, StringComparison.Ordinal);
        Assert.Contains("href=\"https://example.org\"", html, StringComparison.Ordinal);
        Assert.Contains("noopener", html, StringComparison.Ordinal);
    }

    [Fact]
    public void A_description_makes_no_request_to_a_third_party()
    {
        var html = SafeHtml.Render("![pixel](https://evil.example/p.png) <img src=\"https://evil.example/p.png\"> <p style=\"background:url(https://evil.example)\">x</p>");

        Assert.DoesNotContain("evil.example", html, StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_gives_nothing() => Assert.Equal("", SafeHtml.Render(null));
}
