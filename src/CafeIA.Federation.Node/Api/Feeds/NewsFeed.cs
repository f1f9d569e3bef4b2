using System.ServiceModel.Syndication;
using System.Text;
using System.Xml;
using Microsoft.AspNetCore.Http.Extensions;

namespace CafeIA.Federation.Node.Api.Feeds;

/// <summary>A search as a feed: Atom (RFC 4287) or RSS 2.0, of one model. The last changed entry comes first.</summary>
internal static class NewsFeed
{
    private static readonly XmlWriterSettings Settings = new() { Encoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), Indent = false };

    /// <param name="format"><see cref="Format.Atom"/> or <see cref="Format.Rss"/>.</param>
    /// <param name="title">Of the feed.</param>
    /// <param name="description">What is in it, in a sentence.</param>
    /// <param name="items">In any order.</param>
    /// <param name="request">As the reader asked; its address is the feed's id.</param>
    /// <param name="page">Path of the page that shows the same search.</param>
    public static IResult Answer(Format format, string title, string description, IEnumerable<NewsItem> items, HttpRequest request, string page)
    {
        var newest = items.OrderByDescending(i => i.ChangedAt).ThenBy(i => i.Entry.Value).ToArray();
        var self = request.GetEncodedUrl();
        var feed = new SyndicationFeed(
            title, description, new Uri(Links.Root(request) + page + request.QueryString), self, newest is [var last, ..] ? last.ChangedAt : DateTimeOffset.UnixEpoch, newest.Select(Item))
        {
            Language = "fr",
        };
        feed.Links.Add(SyndicationLink.CreateSelfLink(new Uri(self), MediaType(format)));
        var output = new MemoryStream();
        using (var xml = XmlWriter.Create(output, Settings))
        {
            SyndicationFeedFormatter formatter = format == Format.Atom ? new Atom10FeedFormatter(feed) : new Rss20FeedFormatter(feed, serializeExtensionsAsAtom: false);
            formatter.WriteTo(xml);
        }
        return Results.Bytes(output.GetBuffer().AsMemory(0, (int)output.Length), format == Format.Atom ? Formats.Atom : Formats.Rss);
    }

    private static SyndicationItem Item(NewsItem news)
    {
        var item = new SyndicationItem
        {
            // The same on every node.
            Id = $"urn:uuid:{news.Entry}",
            Title = TextSyndicationContent.CreatePlaintextContent(Plain(news.Title)),
            Summary = TextSyndicationContent.CreatePlaintextContent(Plain(news.Summary)),
            Content = TextSyndicationContent.CreateHtmlContent(Plain(news.Html)),
            PublishDate = news.FirstAt,
            LastUpdatedTime = news.ChangedAt,
        };
        item.Links.Add(SyndicationLink.CreateAlternateLink(new Uri(news.Page)));
        item.Authors.Add(new SyndicationPerson { Name = Plain(news.Hub) });
        foreach (var category in news.Categories)
            item.Categories.Add(new SyndicationCategory(Plain(category)));
        return item;
    }

    private static string MediaType(Format format) => format == Format.Atom ? "application/atom+xml" : "application/rss+xml";

    /// <summary>Without the characters that XML 1.0 has no way to write (section 2.2).</summary>
    public static string Plain(string text)
    {
        if (text.All(c => XmlConvert.IsXmlChar(c)))
            return text;
        var plain = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (XmlConvert.IsXmlChar(text[i]))
                plain.Append(text[i]);
            else if (i + 1 < text.Length && XmlConvert.IsXmlSurrogatePair(text[i + 1], text[i]))
                plain.Append(text[i]).Append(text[++i]);
        }
        return plain.ToString();
    }
}
