using CafeIA.Federation.Node.Directory.Places;
using CafeIA.Federation.Node.Hubs;
using CafeIA.Federation.Protocol.Identifiers;

namespace CafeIA.Federation.Node.Api;

/// <summary><c>/api/v1/hubs</c>, <c>/api/v1/places</c>: who is in the federation, and the official names of places.</summary>
internal static class HubEndpoints
{
    private const int DefaultPlaces = 10;
    private const int MaxPlaces = 50;

    /// <summary>Characters of a place that is being typed.</summary>
    private const int MaxPlaceText = 100;

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/v1/hubs", (HttpResponse response, HubProgress progress) =>
        {
            response.Headers.CacheControl = "no-cache";
            return ApiAnswer.Json(new ListDocument<HubDocument>([.. progress.All().Select(Answers.Document)], null, null, null));
        });
        routes.MapGet("/api/v1/hubs/{hub}", (string hub, HttpResponse response, HubProgress progress) =>
        {
            if (!HubId.TryParse(hub, out var id) || progress.All().FirstOrDefault(s => s.Hub.Id == id) is not { } standing)
                return new Refused(new("hub-not-found", $"Le hub « {hub} » n’est pas connu de ce nœud.", "hub"));
            response.Headers.CacheControl = "no-cache";
            return ApiAnswer.Json(Answers.Document(standing));
        });
        routes.MapGet("/api/v1/places", (string? q, int? limit, HttpResponse response, CurrentPlaces places) =>
        {
            if (string.IsNullOrWhiteSpace(q) || q.Length > MaxPlaceText)
                return new Refused(new("bad-text", $"Donnez de 1 à {MaxPlaceText} caractères du nom ou du code postal cherché.", "q"), StatusCodes.Status400BadRequest);
            if (limit is < 1 or > MaxPlaces)
                return new Refused(new("bad-limit", $"Le nombre de résultats (limit) va de 1 à {MaxPlaces}.", "limit"), StatusCodes.Status400BadRequest);
            response.Headers.CacheControl = "public, max-age=3600";
            return ApiAnswer.Json(new ListDocument<CommuneDocument>([.. places.Catalog.Search(q, limit ?? DefaultPlaces).Select(Answers.Document)], null, null, null));
        });
    }
}
