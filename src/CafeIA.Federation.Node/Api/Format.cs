using CafeIA.Federation.Protocol;
using Microsoft.Net.Http.Headers;

namespace CafeIA.Federation.Node.Api;

/// <summary>The forms an answer can have.</summary>
internal enum Format
{
    Json,
    Calendar,
    GeoJson,
}

/// <summary>Which form a reader wants: the suffix of the address, else <c>Accept</c>, else JSON.</summary>
internal static class Formats
{
    public const string Json = "application/json; charset=utf-8";
    public const string Calendar = "text/calendar; charset=utf-8";
    public const string GeoJson = "application/geo+json; charset=utf-8";

    /// <summary>Media ranges of one header that are looked at.</summary>
    private const int MaxRanges = 32;

    private static readonly (Format Format, string Type)[] All =
    [
        (Format.Json, "application/json"),
        (Format.Calendar, "text/calendar"),
        (Format.GeoJson, "application/geo+json"),
    ];

    /// <summary>From <c>id.ics</c> to <c>id</c> and its format; null as format where there is no suffix.</summary>
    public static (string Name, Format? Format) Split(string name)
    {
        var dot = name.LastIndexOf('.');
        return dot < 0 ? (name, null) : name[(dot + 1)..] switch
        {
            "json" => (name[..dot], Format.Json),
            "ics" => (name[..dot], Format.Calendar),
            "geojson" => (name[..dot], Format.GeoJson),
            _ => (name, null),
        };
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
            foreach (var (format, type) in All)
            {
                if (offered.Contains(format) && new MediaTypeHeaderValue(type).IsSubsetOf(new(range.MediaType)))
                    return format;
            }
        }
        return new Refusal("not-acceptable", "Cette adresse répond en application/json, text/calendar ou application/geo+json.", "Accept");
    }
}
