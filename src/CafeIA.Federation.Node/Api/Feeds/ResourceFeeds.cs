using CafeIA.Federation.Node.Directory.Search;
using CafeIA.Federation.Node.Site.Text;

namespace CafeIA.Federation.Node.Api.Feeds;

/// <summary>The resources of a search to take away: a feed, a table, linked data.</summary>
internal sealed class ResourceFeeds(FilterParser filters, ResourceSearch search, ResourceLookup lookup)
{
    public FilterParser Filters => filters;

    public ResourceSearch Search => search;

    public ResourceLookup Lookup => lookup;

    /// <summary>All results of a search up to a number, page after page.</summary>
    public Task<IReadOnlyList<ResourceHit>> AllAsync(DirectoryFilter filter, int max, CancellationToken cancellation) =>
        SearchPages.AllAsync(filter, max, f => search.SearchAsync(f, cancellation));

    /// <param name="format">Any but JSON, whose documents are pages of a list, and those that need a date or a place.</param>
    /// <param name="hits">In the order of the search.</param>
    /// <param name="request">As the reader asked.</param>
    public static IResult Write(Format format, IReadOnlyList<ResourceHit> hits, HttpRequest request) => format switch
    {
        Format.Atom or Format.Rss => NewsFeed.Answer(
            format, "Ressources pour un café IA", "Les kits, jeux, vidéos et articles de cette recherche, le dernier modifié d’abord.", hits.Select(h => NewsItem.Of(h, request)), request, "/ressources"),
        Format.Csv => Results.Bytes(ResourceTable.Write(hits, request), Formats.Csv, Csv.FileName("ressources")),
        Format.JsonLd => LinkedData.Answer(hits, (json, hit) => ResourceJsonLd.Write(json, hit, Links.Root(request))),
        _ => throw new ArgumentOutOfRangeException(nameof(format), format, "Not a form of this writer."),
    };
}
