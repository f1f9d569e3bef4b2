using System.Net;
using System.Text.Json;
using System.Xml.Linq;
using CafeIA.Federation.Node.Api.Feeds;
using CafeIA.Federation.Tests.Intake;
using Xunit;

namespace CafeIA.Federation.Tests.Api;

/// <summary>Searches that are taken away: feeds, tables, linked data. Over HTTP on a whole node.</summary>
public sealed class FeedTests(ApiNode api) : IClassFixture<ApiNode>
{
    private static readonly XNamespace Atom = "http://www.w3.org/2005/Atom";

    [Fact]
    public async Task An_Atom_feed_tells_the_last_changed_café_first_by_an_id_that_is_the_same_on_every_node()
    {
        var first = await api.CreateAsync(ApiNode.Cafe("Café fluxatome un", description: "Venez **nombreux**."));
        var second = await api.CreateAsync(ApiNode.Cafe("Café fluxatome deux"));
        await api.SendAsync(HttpMethod.Put, $"/api/v1/events/{first}", ApiNode.Cafe("Café fluxatome un", description: "Venez **nombreux**.", status: "cancelled"));

        var (response, text) = await TextAsync("/api/v1/events.atom?q=fluxatome");
        var feed = XDocument.Parse(text).Root!;
        var entries = feed.Elements(Atom + "entry").ToArray();

        Assert.Equal("application/atom+xml", response.Content.Headers.ContentType?.MediaType);
        Assert.Equal([$"urn:uuid:{first}", $"urn:uuid:{second}"], entries.Select(e => e.Element(Atom + "id")!.Value));
        Assert.Equal("Annulé\u00a0: Café fluxatome un", entries[0].Element(Atom + "title")!.Value);
        Assert.Contains("Jeudi", entries[0].Element(Atom + "summary")!.Value, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("Médiathèque, Lyon (Rhône)", entries[0].Element(Atom + "summary")!.Value, StringComparison.Ordinal);
        Assert.Contains("<strong>nombreux</strong>", entries[0].Element(Atom + "content")!.Value, StringComparison.Ordinal);
        Assert.Equal("html", entries[0].Element(Atom + "content")!.Attribute("type")!.Value);
        Assert.EndsWith($"/evenements/{first}", entries[0].Element(Atom + "link")!.Attribute("href")!.Value, StringComparison.Ordinal);
        Assert.Equal(entries[0].Element(Atom + "updated")!.Value, feed.Element(Atom + "updated")!.Value);
        Assert.Contains(feed.Elements(Atom + "link"), l => l.Attribute("rel")?.Value == "self" && l.Attribute("href")!.Value.EndsWith("/api/v1/events.atom?q=fluxatome", StringComparison.Ordinal));
        Assert.Contains(feed.Elements(Atom + "link"), l => l.Attribute("href")!.Value.EndsWith("/agenda?q=fluxatome", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_RSS_feed_tells_the_same()
    {
        var id = await api.CreateAsync(ApiNode.Cafe("Café fluxrss"));

        var (response, text) = await TextAsync("/api/v1/events?q=fluxrss", "application/rss+xml");
        var item = Assert.Single(XDocument.Parse(text).Root!.Element("channel")!.Elements("item"));

        Assert.Equal("application/rss+xml", response.Content.Headers.ContentType?.MediaType);
        Assert.Equal($"urn:uuid:{id}", item.Element("guid")!.Value);
        Assert.Equal("false", item.Element("guid")!.Attribute("isPermaLink")!.Value);
        Assert.EndsWith($"/evenements/{id}", item.Element("link")!.Value, StringComparison.Ordinal);
        Assert.Equal("Café fluxrss", item.Element("title")!.Value);
        Assert.NotNull(item.Element("pubDate"));
    }

    [Theory]
    [InlineData("Café 🎉 & <b>", "Café 🎉 & <b>")]
    [InlineData("un\u0001deux\u000b", "undeux")]
    [InlineData("\ufffe\uffff", "")]
    public void What_XML_cannot_write_is_left_out_of_a_feed(string text, string written) => Assert.Equal(written, NewsFeed.Plain(text));

    [Fact]
    public async Task An_empty_feed_is_still_a_feed()
    {
        var (response, text) = await TextAsync("/api/v1/events.atom?q=personnenecherchecela");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Empty(XDocument.Parse(text).Root!.Elements(Atom + "entry"));
        Assert.NotNull(XDocument.Parse(text).Root!.Element(Atom + "updated"));
    }

    [Theory]
    [InlineData("/api/v1/events.ics?q=fluxancien", "SUMMARY:Café fluxancien", false)]
    [InlineData("/api/v1/events.atom?q=fluxancien", "Café fluxancien", false)]
    [InlineData("/api/v1/events.ics?q=fluxancien&from=2024-01-01", "SUMMARY:Café fluxancien", true)]
    [InlineData("/api/v1/events.csv?q=fluxancien", "Café fluxancien", true)]
    public async Task What_is_subscribed_to_without_a_period_is_not_crowded_out_by_old_cafés(string path, string sign, bool expected)
    {
        await api.CreateAsync(ApiNode.Cafe("Café fluxancien", "2024-05-28T18:00", null));

        var (_, text) = await TextAsync(path);

        Assert.Equal(expected, text.Contains(sign, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_table_is_read_back_by_the_import_of_tables()
    {
        string[] audiences = ["jeunes", "seniors"];
        string[] themes = ["travail"];
        string[] languages = ["fr"];
        await api.CreateAsync(new
        {
            title = "Café fluxtable, « dit »",
            summary = "Un résumé",
            description = "Deux\nlignes, et une \"citation\"",
            start = "2031-03-06T18:30",
            end = "2031-03-06T20:30",
            format = "cafe-ouvert",
            mode = "on-site",
            free = false,
            price = "5 €",
            audiences,
            themes,
            languages,
            organisers = new[] { new { name = "Médiathèque" } },
            place = new { name = "Médiathèque", street = "1 rue des Essais", postalCode = "69001", commune = "69123" },
        });

        var (response, text) = await TextAsync("/api/v1/events.csv?q=fluxtable");
        var read = Assert.Single(await Drafts.ReadAsync(text));

        Assert.Equal("text/csv", response.Content.Headers.ContentType?.MediaType);
        Assert.Equal("cafes.csv", response.Content.Headers.ContentDisposition?.FileName);
        Assert.True(read.Event is not null, read.Refusal?.Message);
        Assert.Equal("Café fluxtable, « dit »", read.Event.Title);
        Assert.Equal("Deux\nlignes, et une \"citation\"", read.Event.Description);
        Assert.Equal(("2031-03-06T18:30", "2031-03-06T20:30"), (read.Event.Start, read.Event.End));
        Assert.Equal(["jeunes", "seniors"], read.Event.Audiences);
        Assert.Equal(("5 €", false), (read.Event.Price, read.Event.Free));
        Assert.Equal("69123", read.Event.Place?.Commune);
        Assert.Equal("Médiathèque", Assert.Single(read.Event.Organisers).Name);
    }

    [Theory]
    [InlineData("=HYPERLINK(\"http://exemple.fr\")")]
    [InlineData("+33 1 23")]
    [InlineData("-2+3")]
    [InlineData("@SUM(A1)")]
    public async Task A_spreadsheet_computes_nothing_that_was_typed(string title)
    {
        await api.CreateAsync(ApiNode.Cafe(title, description: "fluxformule"));

        var (_, text) = await TextAsync("/api/v1/events.csv?q=fluxformule");

        Assert.Contains("'" + title.Replace("\"", "\"\"", StringComparison.Ordinal), text, StringComparison.Ordinal);
        Assert.DoesNotContain("," + title, text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Linked_data_is_one_graph_of_events()
    {
        var id = await api.CreateAsync(ApiNode.Cafe("Café fluxlié"));

        var (response, text) = await TextAsync("/api/v1/events.jsonld?q=fluxlié");
        var document = JsonElement.Parse(text);
        var node = Assert.Single(document.GetProperty("@graph").EnumerateArray());

        Assert.Equal("application/ld+json", response.Content.Headers.ContentType?.MediaType);
        Assert.Equal("https://schema.org", document.GetProperty("@context").GetString());
        Assert.False(node.TryGetProperty("@context", out _));
        Assert.Equal("Event", node.GetProperty("@type").GetString());
        Assert.EndsWith($"/evenements/{id}", node.GetProperty("@id").GetString(), StringComparison.Ordinal);
        Assert.Equal("2031-03-06T18:30:00+01:00", node.GetProperty("startDate").GetString());
    }

    [Fact]
    public async Task The_catalogue_is_taken_away_as_well()
    {
        var (created, body) = await api.SendAsync(HttpMethod.Post, "/api/v1/resources", new
        {
            title = "Kit fluxkit", type = "kit", duration = 45, level = "debutant", licence = "CC-BY-4.0", free = true, url = "https://kit.exemple.fr/", authors = new[] { new { name = "Une autrice" } },
        });
        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        var id = body.GetProperty("id").GetString();

        var (_, atom) = await TextAsync("/api/v1/resources.atom?q=fluxkit");
        var (_, rss) = await TextAsync("/api/v1/resources.rss?q=fluxkit");
        var (_, csv) = await TextAsync("/api/v1/resources.csv?q=fluxkit");
        var (_, linked) = await TextAsync($"/api/v1/resources/{id}.jsonld");
        var resource = JsonElement.Parse(linked).GetProperty("@graph")[0];

        Assert.Equal($"urn:uuid:{id}", XDocument.Parse(atom).Root!.Element(Atom + "entry")!.Element(Atom + "id")!.Value);
        Assert.Equal("Kit fluxkit", XDocument.Parse(rss).Root!.Element("channel")!.Element("item")!.Element("title")!.Value);
        Assert.Contains("Kit fluxkit", csv, StringComparison.Ordinal);
        Assert.Equal("LearningResource", resource.GetProperty("@type").GetString());
        Assert.Equal("PT45M", resource.GetProperty("timeRequired").GetString());
        Assert.Equal("https://spdx.org/licenses/CC-BY-4.0.html", resource.GetProperty("license").GetString());
        Assert.Equal("Une autrice", resource.GetProperty("creditText").GetString());
    }

    [Theory]
    [InlineData("/api/v1/resources.ics")]
    [InlineData("/api/v1/resources.geojson")]
    [InlineData("/api/v1/events.docx")]
    public async Task A_form_that_does_not_exist_is_not_found(string path)
    {
        var (response, problem) = await api.GetAsync(path);

        Problems.Are(response, problem, HttpStatusCode.NotFound, "entry-not-found");
    }

    private async Task<(HttpResponseMessage Response, string Text)> TextAsync(string path, string? accept = null)
    {
        var (response, _) = await api.GetAsync(path, accept);
        return (response, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }
}
