using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.Net.Http.Headers;

namespace CafeIA.Federation.Node.Site.Text;

/// <summary>The language of the page that is being made: French, or English where its reader asks for it.</summary>
/// <remarks>
/// An address that begins with <c>/fr</c> or <c>/en</c> says it; any other leaves it to <c>Accept-Language</c> (RFC 9110, section 12.5.4). There is no cookie, so the links of a page keep
/// the prefix it was asked for with. Outside of a page it is French. Both texts stand side by side where they are used (docs/decisions/0017).
/// </remarks>
internal static class PageLanguage
{
    private const string FrenchPrefix = "/fr";
    private const string EnglishPrefix = "/en";

    /// <summary>Language ranges of one header that are looked at.</summary>
    private const int MaxRanges = 16;

    private static readonly AsyncLocal<Chosen?> Current = new();

    public static bool IsEnglish => Current.Value is { IsEnglish: true };

    /// <summary>BCP 47.</summary>
    public static string Tag => IsEnglish ? "en" : "fr";

    /// <summary>What links to pages of this node begin with: nothing, <c>/fr</c> or <c>/en</c>.</summary>
    public static string Base => Current.Value?.Prefix ?? "";

    /// <summary>Path and query of the page, without the prefix.</summary>
    public static string Here => Current.Value?.Here ?? "/";

    /// <summary>Scheme and host, for absolute addresses.</summary>
    public static string Root => Current.Value?.Root ?? "";

    public static string In(string french, string english) => IsEnglish ? english : french;

    /// <summary>Before routing: takes the prefix off the path, so that a page has one route in every language.</summary>
    public static Task ChooseAsync(HttpContext context, RequestDelegate next)
    {
        var request = context.Request;
        var prefix = "";
        foreach (var known in (ReadOnlySpan<string>)[FrenchPrefix, EnglishPrefix])
        {
            if (!request.Path.StartsWithSegments(known, StringComparison.Ordinal, out var rest))
                continue;
            rest = rest.HasValue ? rest : new PathString("/");
            if (!SiteComposition.IsPagePath(rest.Value!))
                continue;
            prefix = known;
            request.Path = rest;
            break;
        }
        if (SiteComposition.IsPagePath(request.Path.Value ?? "/"))
        {
            if (prefix.Length == 0)
                context.Response.Headers.Append(HeaderNames.Vary, HeaderNames.AcceptLanguage);
            Current.Value = new(prefix.Length == 0 ? PrefersEnglish(request) : prefix == EnglishPrefix, prefix, request.Path.Add(request.QueryString), $"{request.Scheme}://{request.Host}");
        }
        return next(context);
    }

    /// <summary>English stands above French in what the reader takes; who takes neither gets French, the language of what is told.</summary>
    private static bool PrefersEnglish(HttpRequest request)
    {
        foreach (var range in request.GetTypedHeaders().AcceptLanguage.Take(MaxRanges).OrderByDescending(r => r.Quality ?? 1))
        {
            if (range.Quality == 0)
                continue;
            if (Is(range, "fr") || range.Value == "*")
                return false;
            if (Is(range, "en"))
                return true;
        }
        return false;
    }

    private static bool Is(StringWithQualityHeaderValue range, string language) =>
        range.Value.Equals(language, StringComparison.OrdinalIgnoreCase) || range.Value.StartsWith(language + "-", StringComparison.OrdinalIgnoreCase);

    private sealed record Chosen(bool IsEnglish, string Prefix, string Here, string Root);
}
