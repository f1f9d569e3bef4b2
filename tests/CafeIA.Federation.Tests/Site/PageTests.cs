using System.Net;
using System.Text.RegularExpressions;
using CafeIA.Federation.Tests.Api;
using Xunit;

namespace CafeIA.Federation.Tests.Site;

/// <summary>The pages of a whole node, as a browser without scripts gets them.</summary>
public sealed partial class PageTests(ApiNode api) : IClassFixture<ApiNode>
{
    /// <summary>A phone on a slow line: no page weighs more.</summary>
    private const int MaxBytes = 100 * 1024;

    [Theory]
    [MemberData(nameof(PageAddresses.All), MemberType = typeof(PageAddresses))]
    public async Task Every_page_is_French_light_and_asks_nothing_of_others(string path, HttpStatusCode status)
    {
        using var response = await api.Reader.GetAsync(path, TestContext.Current.CancellationToken);
        var html = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);

        Assert.Equal(status, response.StatusCode);
        Assert.Equal("text/html", response.Content.Headers.ContentType?.MediaType);
        Assert.InRange(html.Length, 500, MaxBytes);
        Assert.Contains("<html lang=\"fr\">", html, StringComparison.Ordinal);
        Assert.Contains("<a class=\"skip\" href=\"#contenu\">", html, StringComparison.Ordinal);
        Assert.Single(Heading().Matches(html));
        Assert.Empty(Script().Matches(html));
        Assert.Empty(Inline().Matches(html));
        Assert.DoesNotContain(Loaded().Matches(html), m => !m.Groups[1].Value.StartsWith('/'));
        Assert.False(response.Headers.Contains("Set-Cookie"));
        Assert.Contains("default-src 'none'; script-src 'self';", response.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        Assert.Equal("nosniff", response.Headers.GetValues("X-Content-Type-Options").Single());
    }

    [Fact]
    public async Task An_event_page_says_when_where_and_by_whom()
    {
        var id = await api.CreateAsync(ApiNode.Cafe("Café du jeudi", description: "Venez **nombreux**."));

        var text = await TextAsync($"/evenements/{id}");

        Assert.Contains("<h1>Café du jeudi</h1>", text, StringComparison.Ordinal);
        Assert.Contains("Jeudi 6\u00a0mars 2031 de 18\u00a0h\u00a030 à 20\u00a0h\u00a030", text, StringComparison.Ordinal);
        Assert.Contains("Médiathèque", text, StringComparison.Ordinal);
        Assert.Contains("Rhône, Auvergne-Rhône-Alpes", text, StringComparison.Ordinal);
        Assert.Contains("<strong>nombreux</strong>", text, StringComparison.Ordinal);
        Assert.Contains("Hub essai", text, StringComparison.Ordinal);
        Assert.Contains($"/api/v1/events/{id}.ics", text, StringComparison.Ordinal);
        Assert.Contains("\"startDate\":\"2031-03-06T18:30:00\\u002B01:00\"", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_hour_or_a_date_that_was_not_given_is_said_not_to_be()
    {
        var dayOnly = await api.CreateAsync(ApiNode.Cafe("Café d’un jour", "2031-05-01", null));
        var undated = await api.CreateAsync(ApiNode.Cafe("Café d’un jour lointain", null, null));

        Assert.Contains("Jeudi 1er\u00a0mai 2031, horaire non précisé", await TextAsync($"/evenements/{dayOnly}"), StringComparison.Ordinal);
        Assert.Contains("Date non précisée", await TextAsync($"/evenements/{undated}"), StringComparison.Ordinal);
        Assert.DoesNotContain(undated, await TextAsync("/agenda?q=lointain"), StringComparison.Ordinal);
        Assert.Contains(undated, await TextAsync("/agenda?sans-date=1&q=lointain"), StringComparison.Ordinal);
        Assert.DoesNotContain(dayOnly, await TextAsync("/agenda?sans-date=1"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_past_café_is_told_as_past_and_offers_no_calendar()
    {
        var id = await api.CreateAsync(ApiNode.Cafe("Café d’hier", "2024-05-28T18:00", null));

        var text = await TextAsync($"/evenements/{id}");

        Assert.Contains("Ce café est passé.", text, StringComparison.Ordinal);
        Assert.DoesNotContain("Ajouter à mon agenda", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_shared_name_is_answered_by_links_that_settle_it()
    {
        using var response = await api.Reader.GetAsync("/agenda?near=Saint-Denis&free=true", TestContext.Current.CancellationToken);
        var html = WebUtility.HtmlDecode(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));

        var choice = Choice().Match(html);

        Assert.True(choice.Success, html);
        Assert.Contains("free=true", choice.Groups[1].Value, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await api.Reader.GetAsync(choice.Groups[1].Value, TestContext.Current.CancellationToken)).StatusCode);
    }

    [Theory]
    [InlineData("cancelled", "Annulé.")]
    [InlineData("postponed", "Reporté.")]
    [InlineData("tentative", "À confirmer.")]
    public async Task A_status_stands_above_all_else(string status, string sentence)
    {
        var id = await api.CreateAsync(ApiNode.Cafe("Café incertain", status: status));

        Assert.Matches($"<h1>Café incertain</h1>\\s*<p class=\"notice[^\"]*\"><strong>{Regex.Escape(sentence)}</strong>", await TextAsync($"/evenements/{id}"));
    }

    [Fact]
    public async Task A_withdrawn_event_has_a_page_that_says_so()
    {
        var id = await api.CreateAsync(ApiNode.Cafe("Café disparu"));
        await api.SendAsync(HttpMethod.Delete, $"/api/v1/events/{id}", null);

        using var response = await api.Reader.GetAsync($"/evenements/{id}", TestContext.Current.CancellationToken);
        var text = WebUtility.HtmlDecode(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));

        Assert.Equal(HttpStatusCode.Gone, response.StatusCode);
        Assert.Contains("Le hub « Hub essai » a retiré cette fiche", text, StringComparison.Ordinal);
        Assert.DoesNotContain("Café disparu", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_title_with_markup_is_shown_as_it_was_typed()
    {
        var id = await api.CreateAsync(ApiNode.Cafe("Café <b>gras</b> & \"co\""));

        using var response = await api.Reader.GetAsync($"/evenements/{id}", TestContext.Current.CancellationToken);
        var html = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);

        Assert.DoesNotContain("<b>gras</b>", html, StringComparison.Ordinal);
        Assert.Contains("Café <b>gras</b> & \"co\"", WebUtility.HtmlDecode(html), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_agenda_is_walked_by_its_next_links()
    {
        for (var i = 0; i < 60; i++)
            await api.CreateAsync(ApiNode.Cafe($"Café quotidien {i}", $"2032-{1 + (i / 28):00}-{1 + (i % 28):00}T18:00", null));

        var first = await TextAsync("/agenda?q=quotidien");
        var next = NextPage().Match(first);
        var second = await TextAsync(next.Groups[1].Value);

        Assert.True(next.Success, first);
        Assert.Equal(50, Card().Count(first));
        Assert.Equal(10, Card().Count(second));
        Assert.Contains("Première page", second, StringComparison.Ordinal);
        Assert.DoesNotMatch(NextPage(), second);
    }

    [Fact]
    public async Task The_balance_counts_by_month_region_hub_and_format()
    {
        await api.CreateAsync(ApiNode.Cafe("Café compté", "2040-05-03T18:00", null));

        var text = await TextAsync("/bilan?from=2040-05&to=2040-06");

        Assert.Matches("<th scope=\"row\">mai 2040</th>\\s*<td class=\"num\">1</td>\\s*<td class=\"num\">1</td>", text);
        Assert.Matches("<th scope=\"row\">Auvergne-Rhône-Alpes</th>\\s*<td class=\"num\">1</td>", text);
        Assert.Matches("<th scope=\"row\">Café ouvert</th>\\s*<td class=\"num\">1</td>", text);
        Assert.Matches("<th scope=\"row\">Hub essai</th>\\s*<td class=\"num\">1</td>", text);
        var (_, counted) = await api.GetAsync("/api/v1/statistics?from=2040-05&to=2040-06");
        Assert.Equal(1, counted.GetProperty("total").GetProperty("cafes").GetInt32());
    }

    [Fact]
    public async Task The_style_sheet_is_served_and_kept()
    {
        var address = Stylesheet().Match(await TextAsync("/")).Groups[1].Value;

        using var response = await api.Reader.GetAsync(address, TestContext.Current.CancellationToken);

        Assert.Equal("text/css", response.Content.Headers.ContentType?.MediaType);
        Assert.Contains("immutable", response.Headers.CacheControl!.ToString(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await api.Reader.GetAsync("/assets/000000000000/site.css", TestContext.Current.CancellationToken)).StatusCode);
    }

    private async Task<string> TextAsync(string path) =>
        WebUtility.HtmlDecode(await api.Reader.GetStringAsync(path, TestContext.Current.CancellationToken));

    [GeneratedRegex("<h1[ >]")]
    private static partial Regex Heading();

    [GeneratedRegex("<script(?! type=\"application/ld\\+json\"| type=\"module\" src=\"/assets/[0-9a-f]+/[a-z]+\\.js\"></script>)", RegexOptions.IgnoreCase)]
    private static partial Regex Script();

    [GeneratedRegex("<[a-z][^>]* (style|on[a-z]+)=", RegexOptions.IgnoreCase)]
    private static partial Regex Inline();

    [GeneratedRegex("<(?:link rel=\"(?:stylesheet|icon)\"[^>]* href|img[^>]* src)=\"([^\"]*)\"")]
    private static partial Regex Loaded();

    [GeneratedRegex("<link rel=\"stylesheet\" href=\"([^\"]+)\"")]
    private static partial Regex Stylesheet();

    [GeneratedRegex("<a class=\"button\" href=\"([^\"]+)\">Page suivante")]
    private static partial Regex NextPage();

    [GeneratedRegex("<a href=\"([^\"]+)\">[0-9]+ Saint-Denis \\(Seine-Saint-Denis")]
    private static partial Regex Choice();

    [GeneratedRegex("<li class=\"card\">")]
    private static partial Regex Card();
}
