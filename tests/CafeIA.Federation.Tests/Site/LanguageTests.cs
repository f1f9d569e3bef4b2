using System.Net;
using System.Text.RegularExpressions;
using CafeIA.Federation.Node.Directory.Content;
using CafeIA.Federation.Tests.Api;
using Xunit;

namespace CafeIA.Federation.Tests.Site;

/// <summary>Pages in French and in English. Over HTTP on a whole node.</summary>
public sealed partial class LanguageTests(ApiNode api) : IClassFixture<ApiNode>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>French where English was asked for: words that stand on every page or on many.</summary>
    private static readonly string[] French = ["Chercher", "Aucun ", "Suivre", "Prochain", "Hubs de", "toute la", "Erreur", "Revenir", "Page suivante", "Gratuit", "Publiée", "Aller au"];

    [Theory]
    [InlineData("/", null, "fr")]
    [InlineData("/", "en-GB,en;q=0.9", "en")]
    [InlineData("/", "fr-FR,fr;q=0.9,en;q=0.8", "fr")]
    [InlineData("/", "de-DE,de;q=0.9,en;q=0.5", "en")]
    [InlineData("/", "de", "fr")]
    [InlineData("/", "en;q=0, fr;q=0.1", "fr")]
    [InlineData("/", "*", "fr")]
    [InlineData("/en", "fr", "en")]
    [InlineData("/en/agenda", "fr", "en")]
    [InlineData("/fr/agenda", "en", "fr")]
    [InlineData("/embed/agenda", "en", "en")]
    public async Task The_address_decides_and_without_a_prefix_the_reader_s_browser_does(string path, string? accepted, string language)
    {
        var (response, html) = await GetAsync(path, accepted);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Contains($"<html lang=\"{language}\">", html, StringComparison.Ordinal);
        Assert.Equal(path is "/" or "/embed/agenda", response.Headers.Vary.Contains("Accept-Language"));
    }

    [Theory]
    [MemberData(nameof(PageAddresses.All), MemberType = typeof(PageAddresses))]
    public async Task An_English_page_is_English_and_leads_to_English_pages(string path, HttpStatusCode status)
    {
        await api.CreateAsync(ApiNode.Cafe("Discussion", status: "postponed"));

        var (response, html) = await GetAsync("/en" + path, "fr");

        Assert.Equal(status, response.StatusCode);
        Assert.Contains("<html lang=\"en\">", html, StringComparison.Ordinal);
        Assert.Contains("Skip to content", html, StringComparison.Ordinal);
        Assert.DoesNotContain(French, word => html.Contains(word, StringComparison.Ordinal));
        Assert.All(
            Link().Matches(html).Select(m => m.Groups[1].Value).Where(l => !l.StartsWith("/api/", StringComparison.Ordinal) && !l.StartsWith("/assets/", StringComparison.Ordinal)),
            l => Assert.True(l.StartsWith("/en/", StringComparison.Ordinal) || l.StartsWith("/fr", StringComparison.Ordinal), l));
        Assert.Contains($"href=\"{WebUtility.HtmlEncode("/fr" + path)}\"", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_event_is_told_in_English_around_its_own_words()
    {
        var id = await api.CreateAsync(ApiNode.Cafe("Café du jeudi", description: "Venez nombreux.", status: "cancelled"));

        var text = WebUtility.HtmlDecode((await GetAsync($"/en/evenements/{id}", null)).Html);
        var poster = WebUtility.HtmlDecode((await GetAsync($"/en/evenements/{id}/affiche", null)).Html);

        Assert.Contains("<strong>Cancelled.</strong> This café will not take place.", text, StringComparison.Ordinal);
        Assert.Contains("Thursday 6\u00a0March 2031 from 18:30 to 20:30", text, StringComparison.Ordinal);
        Assert.Contains("Open café", text, StringComparison.Ordinal);
        Assert.Contains("Venez nombreux.", text, StringComparison.Ordinal);
        Assert.Contains("Thursday 6\u00a0March 2031", poster, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_page_kept_for_one_language_is_not_given_to_the_other()
    {
        await api.CreateAsync(ApiNode.Cafe("Discussion"));
        for (var i = 0; i < 3; i++)
        {
            Assert.Contains("<html lang=\"fr\">", (await GetAsync("/agenda", "fr")).Html, StringComparison.Ordinal);
            Assert.Contains("<html lang=\"en\">", (await GetAsync("/agenda", "en")).Html, StringComparison.Ordinal);
            Assert.DoesNotContain("href=\"/en/hubs\"", (await GetAsync("/agenda", "en")).Html, StringComparison.Ordinal);
            Assert.Contains("href=\"/en/hubs\"", (await GetAsync("/en/agenda", "en")).Html, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("/en/api/v1/events")]
    [InlineData("/en/health/live")]
    [InlineData("/en/en/agenda")]
    [InlineData("/english")]
    public async Task Only_pages_have_a_language_in_their_address(string path)
    {
        var (response, _) = await GetAsync(path, null);

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
    }

    [Fact]
    public void Every_term_has_a_name_of_its_own_in_both_languages()
    {
        IReadOnlyList<Term>[] lists =
        [
            Vocabulary.Formats, Vocabulary.Modes, Vocabulary.Statuses, Vocabulary.Registrations, Vocabulary.Accessibilities,
            Vocabulary.Audiences, Vocabulary.Themes, Vocabulary.ResourceTypes, Vocabulary.Levels,
        ];
        Assert.All(lists, terms =>
        {
            Assert.Distinct(terms.Select(t => t.Label));
            Assert.Distinct(terms.Select(t => t.English));
            Assert.All(terms, t => Assert.Equal(t.Name, Vocabulary.Find(terms, t.English)));
        });
    }

    private async Task<(HttpResponseMessage Response, string Html)> GetAsync(string path, string? accepted)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (accepted is not null)
            request.Headers.AcceptLanguage.ParseAdd(accepted);
        var response = await api.Reader.SendAsync(request, Cancellation);
        return (response, await response.Content.ReadAsStringAsync(Cancellation));
    }

    [GeneratedRegex("(?:href|action)=\"(/[^\"]*)\"")]
    private static partial Regex Link();
}
