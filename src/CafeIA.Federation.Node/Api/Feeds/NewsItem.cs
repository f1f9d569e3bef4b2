using System.Text.Encodings.Web;
using CafeIA.Federation.Node.Directory.Content;
using CafeIA.Federation.Node.Directory.Search;
using CafeIA.Federation.Node.Site.Text;
using CafeIA.Federation.Protocol.Identifiers;

namespace CafeIA.Federation.Node.Api.Feeds;

/// <summary>An entry as a feed tells it.</summary>
/// <param name="Summary">Plain text: when, where, and what it is about.</param>
/// <param name="Html">Safe HTML: the same, and the description.</param>
/// <param name="Page">Its page on this node, absolute.</param>
internal sealed record NewsItem(
    EntryId Entry, string Title, string Summary, string Html, string Page, string Hub, DateTimeOffset FirstAt, DateTimeOffset ChangedAt, IReadOnlyList<string> Categories)
{
    public static NewsItem Of(EventHit hit, HttpRequest request)
    {
        var content = hit.Content;
        var when = hit.Occurrence is { } occurrence ? When.Sentence(occurrence, content.TimeZone) : When.NoDate;
        var where = Words.Place(hit);
        var title = hit.Occurrence?.Title ?? content.Title;
        return new(
            hit.Entry,
            Words.Status(hit.Occurrence?.Status ?? content.Status) is { } status ? $"{status}{French.Space}: {title}" : title,
            Sentences($"{when}, {where}", content.Summary),
            Paragraphs(when, where, content.Summary) + SafeHtml.Render(content.Description),
            Links.Page(request, EntryKind.Event, hit.Entry),
            hit.Hub.Name,
            hit.FirstAt,
            hit.ChangedAt,
            [.. new[] { content.Format }.OfType<string>().Select(f => Vocabulary.Label(Vocabulary.Formats, f)), .. content.Themes.Select(t => Vocabulary.Label(Vocabulary.Themes, t))]);
    }

    public static NewsItem Of(ResourceHit hit, HttpRequest request)
    {
        var content = hit.Content;
        var type = content.Type is { } name ? Vocabulary.Label(Vocabulary.ResourceTypes, name) : null;
        return new(
            hit.Entry,
            content.Title,
            Sentences(type, content.Summary),
            Paragraphs(type, content.Summary) + SafeHtml.Render(content.Description),
            Links.Page(request, EntryKind.Resource, hit.Entry),
            hit.Hub.Name,
            hit.FirstAt,
            hit.ChangedAt,
            [.. new[] { type }.OfType<string>(), .. content.Themes.Select(t => Vocabulary.Label(Vocabulary.Themes, t))]);
    }

    private static string Sentences(params ReadOnlySpan<string?> parts)
    {
        var given = new List<string>();
        foreach (var part in parts)
        {
            if (!string.IsNullOrWhiteSpace(part))
                given.Add(part.TrimEnd('.'));
        }
        return given.Count == 0 ? "" : string.Join(". ", given) + ".";
    }

    private static string Paragraphs(params ReadOnlySpan<string?> parts)
    {
        var html = "";
        foreach (var part in parts)
        {
            if (!string.IsNullOrWhiteSpace(part))
                html += $"<p>{HtmlEncoder.Default.Encode(part)}</p>";
        }
        return html;
    }
}
