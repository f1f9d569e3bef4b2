using System.Net;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using CafeIA.Federation.Tests.Api;
using Xunit;

namespace CafeIA.Federation.Tests.Site;

/// <summary>What leaves the site: posters, frames in other sites, what search engines read. Over HTTP on a whole node.</summary>
public sealed partial class TakeAwayTests(ApiNode api) : IClassFixture<ApiNode>
{
    private static readonly XNamespace Sitemap = "http://www.sitemaps.org/schemas/sitemap/0.9";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_sitemap_has_every_page_once_and_no_example()
    {
        var shown = await api.CreateAsync(ApiNode.Cafe("Café plan"));
        var example = await api.CreateAsync(new { title = "Café d’exemple plan", start = "2031-03-06T18:30", example = true });
        var (_, resource) = await api.SendAsync(HttpMethod.Post, "/api/v1/resources", new { title = "Kit plan" });

        var index = XDocument.Parse(await api.Reader.GetStringAsync("/sitemap.xml", Cancellation)).Root!;
        var pages = new List<string>();
        foreach (var part in index.Elements(Sitemap + "sitemap").Select(s => s.Element(Sitemap + "loc")!.Value))
            pages.AddRange(XDocument.Parse(await api.Reader.GetStringAsync(part, Cancellation)).Root!.Elements(Sitemap + "url").Select(u => u.Element(Sitemap + "loc")!.Value));

        Assert.Equal(Sitemap + "sitemapindex", index.Name);
        Assert.Equal(pages.Distinct(), pages);
        Assert.Contains(pages, p => p.EndsWith("/agenda", StringComparison.Ordinal));
        Assert.Contains(pages, p => p.EndsWith($"/evenements/{shown}", StringComparison.Ordinal));
        Assert.Contains(pages, p => p.EndsWith($"/ressources/{resource.GetProperty("id").GetString()}", StringComparison.Ordinal));
        Assert.DoesNotContain(pages, p => p.Contains(example, StringComparison.Ordinal));
        Assert.All(pages, p => Assert.StartsWith(api.Node.Address.ToString(), p, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Robots_are_shown_the_sitemap_and_kept_from_endless_lists()
    {
        var text = await api.Reader.GetStringAsync("/robots.txt", Cancellation);

        Assert.StartsWith("User-agent: *\n", text.ReplaceLineEndings("\n"), StringComparison.Ordinal);
        Assert.Contains("Disallow: /agenda?", text, StringComparison.Ordinal);
        Assert.Contains($"Sitemap: {api.Node.Address}sitemap.xml", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_page_names_the_one_address_to_keep_and_what_a_shared_link_shows()
    {
        var id = await api.CreateAsync(ApiNode.Cafe("Café partagé"));

        var html = WebUtility.HtmlDecode(await api.Reader.GetStringAsync($"/evenements/{id}", Cancellation));

        Assert.Contains($"rel=\"canonical\" href=\"{api.Node.Address}evenements/{id}\"", html, StringComparison.Ordinal);
        Assert.Contains("property=\"og:title\" content=\"Café partagé\"", html, StringComparison.Ordinal);
        Assert.Matches("og:description\" content=\"jeudi 6\u00a0mars 2031[^\"]*Médiathèque, Lyon \\(Rhône\\)", html);
    }

    [Fact]
    public async Task A_poster_says_what_a_passer_by_needs_with_a_code_that_leads_to_the_page()
    {
        var id = await api.CreateAsync(ApiNode.Cafe("Café affiché <b>"));
        var other = await api.CreateAsync(ApiNode.Cafe("Café voisin"));

        var html = await api.Reader.GetStringAsync($"/evenements/{id}/affiche", Cancellation);
        using var code = await api.Reader.GetAsync($"/evenements/{id}/qr.svg", Cancellation);
        var drawn = await code.Content.ReadAsStringAsync(Cancellation);

        Assert.Contains("<h1>Café affiché <b></h1>", WebUtility.HtmlDecode(html), StringComparison.Ordinal);
        Assert.DoesNotContain("<b>", html, StringComparison.Ordinal);
        Assert.Contains("1 rue des Essais, 69001", html, StringComparison.Ordinal);
        Assert.Contains($"{api.Node.Address}evenements/{id}", html, StringComparison.Ordinal);
        Assert.Contains(drawn, html, StringComparison.Ordinal);
        Assert.Equal("image/svg+xml", code.Content.Headers.ContentType?.MediaType);
        Assert.Equal("svg", XDocument.Parse(drawn).Root!.Name.LocalName);
        Assert.NotEqual(drawn, await api.Reader.GetStringAsync($"/evenements/{other}/qr.svg", Cancellation));
        Assert.DoesNotMatch(Inline(), html);
    }

    [Fact]
    public async Task A_frame_of_another_site_shows_the_cafés_of_its_search_and_no_script()
    {
        var id = await api.CreateAsync(ApiNode.Cafe("Café encadré"));
        await api.CreateAsync(ApiNode.Cafe("Café ailleurs"));

        using var frame = await api.Reader.GetAsync("/embed/agenda?q=encadré", Cancellation);
        var html = await frame.Content.ReadAsStringAsync(Cancellation);
        using var page = await api.Reader.GetAsync("/agenda", Cancellation);

        Assert.Contains($"/evenements/{id}", html, StringComparison.Ordinal);
        Assert.DoesNotContain("ailleurs", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", html, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("<base target=\"_blank\">", html, StringComparison.Ordinal);
        Assert.EndsWith("frame-ancestors *", frame.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        Assert.EndsWith("frame-ancestors 'none'", page.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/api/v1/events", true)]
    [InlineData("/api/v1/events.geojson", true)]
    [InlineData("/embed/agenda.js", true)]
    [InlineData("/agenda", false)]
    public async Task The_data_is_open_to_the_pages_of_other_sites_and_the_pages_are_not(string path, bool open)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Add("Origin", "https://mairie.exemple.fr");

        using var response = await api.Reader.SendAsync(request, Cancellation);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(open ? ["*"] : [], response.Headers.TryGetValues("Access-Control-Allow-Origin", out var values) ? values : []);
    }

    [Fact]
    public async Task No_other_site_may_write_in_the_name_of_its_reader()
    {
        using var request = new HttpRequestMessage(HttpMethod.Options, "/api/v1/events");
        request.Headers.Add("Origin", "https://mairie.exemple.fr");
        request.Headers.Add("Access-Control-Request-Method", "POST");
        request.Headers.Add("Access-Control-Request-Headers", "authorization");

        using var response = await api.Reader.SendAsync(request, Cancellation);

        Assert.DoesNotContain("POST", response.Headers.TryGetValues("Access-Control-Allow-Methods", out var methods) ? string.Join(',', methods) : "", StringComparison.Ordinal);
        Assert.False(response.Headers.Contains("Access-Control-Allow-Headers"));
    }

    [GeneratedRegex("<[a-z][^>]* (style|on[a-z]+)=", RegexOptions.IgnoreCase)]
    private static partial Regex Inline();
}
