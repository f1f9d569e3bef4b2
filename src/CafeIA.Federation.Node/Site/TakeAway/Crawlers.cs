using System.Text;
using System.Xml;
using CafeIA.Federation.Node.Api;
using CafeIA.Federation.Node.Directory.Search;
using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Protocol.Identifiers;

namespace CafeIA.Federation.Node.Site.TakeAway;

/// <summary>What search engines ask first: <c>/robots.txt</c> (RFC 9309) and <c>/sitemap.xml</c> (sitemaps.org 0.9), an index of parts with every page once.</summary>
internal static class Crawlers
{
    /// <summary>Addresses of one part; the format allows 50,000.</summary>
    private const int PartSize = 10_000;

    private const string Namespace = "http://www.sitemaps.org/schemas/sitemap/0.9";

    /// <summary>The part of the pages that are no entry.</summary>
    private const string Pages = "pages";

    private const string ContentType = "application/xml; charset=utf-8";

    private static readonly string[] Standing = ["/", "/agenda", "/carte", "/ressources", "/hubs", "/bilan", "/aide", "/mentions-legales", "/accessibilite"];

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/robots.txt", (HttpRequest request) => Results.Text(
            $"""
            User-agent: *
            Disallow: /agenda?
            Disallow: /api/
            Disallow: /console
            Disallow: /control
            Disallow: /federation/
            Disallow: /streams/

            Sitemap: {Links.Root(request)}/sitemap.xml

            """));
        routes.MapGet("/sitemap.xml", SitemapAsync);
    }

    private static async Task<IResult> SitemapAsync(string? part, HttpRequest request, EntryListing listing, HubRegister hubs, CancellationToken cancellation)
    {
        var root = Links.Root(request);
        if (part is null)
        {
            var parts = await listing.PartsAsync(PartSize, cancellation);
            return Write("sitemapindex", "sitemap", parts.Select(p => p.ToString()).Prepend(Pages).Select(p => ($"{root}/sitemap.xml?part={p}", (DateTimeOffset?)null)));
        }
        if (part == Pages)
            return Write("urlset", "url", Standing.Concat(hubs.Hubs.Where(h => !h.IsHidden).Select(h => $"/hubs/{h.Id}")).Select(p => (root + p, (DateTimeOffset?)null)));
        if (!EntryId.TryParse(part, out var from))
            return PageAnswers.NotFound();
        var entries = await listing.PartAsync(from, PartSize, cancellation);
        return Write("urlset", "url", entries.Select(e => (Links.Page(request, e.IsEvent ? EntryKind.Event : EntryKind.Resource, e.Entry), (DateTimeOffset?)e.ChangedAt)));
    }

    private static IResult Write(string rootName, string name, IEnumerable<(string Address, DateTimeOffset? ChangedAt)> addresses)
    {
        var output = new MemoryStream();
        using (var xml = XmlWriter.Create(output, new() { Encoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false) }))
        {
            xml.WriteStartElement(rootName, Namespace);
            foreach (var (address, changedAt) in addresses)
            {
                xml.WriteStartElement(name, Namespace);
                xml.WriteElementString("loc", Namespace, address);
                if (changedAt is { } at)
                    xml.WriteElementString("lastmod", Namespace, XmlConvert.ToString(at.UtcDateTime, XmlDateTimeSerializationMode.Utc));
                xml.WriteEndElement();
            }
            xml.WriteEndElement();
        }
        return Results.Bytes(output.GetBuffer().AsMemory(0, (int)output.Length), ContentType);
    }
}
