using CafeIA.Federation.Protocol;
using Microsoft.Net.Http.Headers;

namespace CafeIA.Federation.Node.Api.Feeds;

/// <summary>The forms an answer can have.</summary>
internal enum Format
{
    Json,
    Calendar,
    GeoJson,
    Atom,
    Rss,
    Csv,
    JsonLd,
}

/// <summary>Which form a reader wants: the suffix of the address, else <c>Accept</c>, else JSON.</summary>
internal static class Formats
{
    public const string Json = "application/json; charset=utf-8";
    public const string Calendar = "text/calendar; charset=utf-8";
    public const string GeoJson = "application/geo+json; charset=utf-8";
    public const string Atom = "application/atom+xml; charset=utf-8";
    public const string Rss = "application/rss+xml; charset=utf-8";

    /// <summary>RFC 4180, with a header line; RFC 7111 adds the charset.</summary>
    public const string Csv = "text/csv; charset=utf-8; header=present";

    public const string JsonLd = "application/ld+json; charset=utf-8";

    /// <summary>Media ranges of one header that are looked at.</summary>
    private const int MaxRanges = 32;

    private static readonly (Format Format, string Suffix, string Type)[] All =
    [
        (Format.Json, "json", "application/json"),
        (Format.Calendar, "ics", "text/calendar"),
        (Format.GeoJson, "geojson", "application/geo+json"),
        (Format.Atom, "atom", "application/atom+xml"),
        (Format.Rss, "rss", "application/rss+xml"),
        (Format.Csv, "csv", "text/csv"),
        (Format.JsonLd, "jsonld", "application/ld+json"),
    ];

    /// <summary>From <c>id.ics</c> to <c>id</c> and its format; null as format where there is no suffix.</summary>
    public static (string Name, Format? Format) Split(string name)
    {
        var dot = name.LastIndexOf('.');
        if (dot < 0)
            return (name, null);
        foreach (var (format, suffix, _) in All)
        {
            if (name.AsSpan(dot + 1).SequenceEqual(suffix))
                return (name[..dot], format);
        }
        return (name, null);
    }

    /// <summary>The reader's choice among the offered forms; <c>not-acceptable</c> when it takes none of them.</summary>
    public static Result<Format> Choose(HttpRequest request, params ReadOnlySpan<Format> offered)
    {
        request.HttpContext.Response.Headers.Append(HeaderNames.Vary, HeaderNames.Accept);
        var accept = request.Headers.Accept;
        if (accept.Count == 0 || !MediaTypeHeaderValue.TryParseList([.. accept.OfType<string>()], out var ranges))
            return Format.Json;
        foreach (var range in ranges.Take(MaxRanges).OrderByDescending(r => r.Quality ?? 1).ThenBy(r => r.MatchesAllTypes))
        {
            if (range.Quality == 0)
                continue;
            foreach (var (format, _, type) in All)
            {
                if (offered.Contains(format) && new MediaTypeHeaderValue(type).IsSubsetOf(new(range.MediaType)))
                    return format;
            }
        }
        var types = new List<string>();
        foreach (var (format, _, type) in All)
        {
            if (offered.Contains(format))
                types.Add(type);
        }
        return new Refusal("not-acceptable", $"Cette adresse répond en {string.Join(", ", types)}.", "Accept");
    }
}
