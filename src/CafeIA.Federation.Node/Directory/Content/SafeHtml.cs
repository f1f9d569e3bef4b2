using System.Text.RegularExpressions;
using Ganss.Xss;
using Markdig;
using Markdig.Syntax;
using Microsoft.Extensions.Caching.Memory;

namespace CafeIA.Federation.Node.Directory.Content;

/// <summary>Markdown in, safe HTML out: no script, no frame, no style, no picture (a page makes no request to a third party).</summary>
/// <remarks>The sanitiser has the last word, whatever the Markdown renderer lets through. Rendered text is kept, because a page that is read is read often.</remarks>
internal static partial class SafeHtml
{
    /// <summary>Characters of Markdown and HTML that are kept rendered.</summary>
    private const long MaxCachedCharacters = 8 * 1024 * 1024;

    /// <summary>Headings of a text stand below those of the page that shows it.</summary>
    private const int HeadingShift = 2;

    private static readonly MarkdownPipeline Pipeline = new MarkdownPipelineBuilder()
        .UseAutoLinks()
        .UsePipeTables()
        .UseSoftlineBreakAsHardlineBreak()
        .Build();

    private static readonly MemoryCache Rendered = new(new MemoryCacheOptions { SizeLimit = MaxCachedCharacters });

    /// <summary>Shared by all threads: they are not changed after they are made.</summary>
    private static readonly HtmlSanitizer Shown = Sanitizer(judges: false);

    private static readonly HtmlSanitizer Judged = Sanitizer(judges: true);

    /// <summary>What <see cref="Judged"/> saw in the text that this thread is handing it.</summary>
    [ThreadStatic]
    private static bool activeSeen;

    private static string[] AllowedTags =>
    [
        "p", "br", "strong", "em", "b", "i", "u", "s", "del", "a", "ul", "ol", "li", "blockquote", "h3", "h4", "h5", "h6",
        "code", "pre", "hr", "table", "thead", "tbody", "tr", "th", "td", "span", "div", "sub", "sup",
    ];

    /// <summary>The HTML of a description, for output without further encoding.</summary>
    public static string Render(string? markdown)
    {
        if (string.IsNullOrWhiteSpace(markdown))
            return "";
        if (Rendered.TryGetValue(markdown, out string? html))
            return html!;
        html = Shown.Sanitize(ToHtml(markdown));
        using (var entry = Rendered.CreateEntry(markdown))
        {
            entry.Value = html;
            entry.Size = markdown.Length + html.Length;
        }
        return html;
    }

    /// <summary>True when the text would bring code into a page: a script, a frame, a form, a handler such as onclick, a link to javascript.</summary>
    public static bool HasActiveContent(string markdown)
    {
        // Only raw HTML and links can carry code; most texts have neither and cost nothing.
        if (!markdown.Contains('<', StringComparison.Ordinal) && !markdown.Contains("](", StringComparison.Ordinal) && !markdown.Contains("]:", StringComparison.Ordinal))
            return false;
        if (LooksActive(markdown))
            return true;
        activeSeen = false;
        Judged.Sanitize(ToHtml(markdown));
        return activeSeen;
    }

    /// <summary>The same for text that is never shown as HTML: only what can be meant as nothing else.</summary>
    public static bool LooksActive(string text) => text.Contains('<', StringComparison.Ordinal) && ActiveTag().IsMatch(text);

    private static string ToHtml(string markdown)
    {
        var document = Markdown.Parse(markdown, Pipeline);
        foreach (var heading in document.Descendants<HeadingBlock>())
            heading.Level = Math.Min(6, heading.Level + HeadingShift);
        return document.ToHtml(Pipeline);
    }

    private static HtmlSanitizer Sanitizer(bool judges)
    {
        var sanitizer = new HtmlSanitizer(new HtmlSanitizerOptions
        {
            AllowedTags = new HashSet<string>(AllowedTags, StringComparer.OrdinalIgnoreCase),
            AllowedAttributes = new HashSet<string>(["href", "title", "lang", "dir"], StringComparer.OrdinalIgnoreCase),
            AllowedSchemes = new HashSet<string>(["http", "https", "mailto", "tel"], StringComparer.OrdinalIgnoreCase),
            UriAttributes = new HashSet<string>(["href"], StringComparer.OrdinalIgnoreCase),
            AllowedCssProperties = new HashSet<string>(),
        }) { KeepChildNodes = false };
        sanitizer.PostProcessNode += static (_, e) =>
        {
            if (e.Node is AngleSharp.Html.Dom.IHtmlAnchorElement anchor && anchor.HasAttribute("href"))
                anchor.SetAttribute("rel", "nofollow noopener noreferrer ugc");
        };
        if (judges)
        {
            sanitizer.RemovingTag += static (_, e) =>
            {
                if (e.Tag.TagName.ToUpperInvariant() is "SCRIPT" or "IFRAME" or "OBJECT" or "EMBED" or "FORM" or "SVG" or "MATH" or "BASE" or "META" or "LINK"
                    || e.Tag.Attributes.Any(static attribute => IsHandler(attribute.Name)))
                {
                    activeSeen = true;
                }
            };
            sanitizer.RemovingAttribute += static (_, e) =>
            {
                if (IsHandler(e.Attribute.Name) || (e.Attribute.Name == "href" && ActiveScheme().IsMatch(e.Attribute.Value)))
                    activeSeen = true;
            };
        }
        return sanitizer;
    }

    private static bool IsHandler(string attribute) => attribute.StartsWith("on", StringComparison.OrdinalIgnoreCase);

    [GeneratedRegex(@"<\s*/?\s*(script|iframe|object|embed|svg|form)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex ActiveTag();

    [GeneratedRegex(@"^[\s\x00-\x1f]*(j\s*a\s*v\s*a\s*s\s*c\s*r\s*i\s*p\s*t|vbscript|data)\s*:", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex ActiveScheme();
}
