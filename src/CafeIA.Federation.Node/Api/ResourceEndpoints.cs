using CafeIA.Federation.Node.Directory.Content;
using CafeIA.Federation.Node.Directory.Search;
using CafeIA.Federation.Protocol;
using CafeIA.Federation.Protocol.Identifiers;

namespace CafeIA.Federation.Node.Api;

/// <summary><c>/api/v1/resources</c>: the catalogue of the whole federation to read, that of this node's hub to write. JSON only: a kit has no date and no place.</summary>
internal static class ResourceEndpoints
{
    private const string Path = "/api/v1/resources";

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(Path, ListAsync).KeepUntilTheDirectoryChanges();
        routes.MapGet(Path + ".json", ListAsync).KeepUntilTheDirectoryChanges();
        routes.MapGet(Path + "/{id}", GetAsync).KeepUntilTheDirectoryChanges();
        routes.MapPost(Path, (HttpRequest request, EntryWrites writes, CancellationToken cancellation) =>
            writes.CreateAsync(request, EntryKind.Resource, Judge, Path, cancellation));
        routes.MapPut(Path + "/{id}", (string id, HttpRequest request, EntryWrites writes, CancellationToken cancellation) =>
            writes.ReplaceAsync(request, id, EntryKind.Resource, (body, _) => Judge(body), cancellation));
        routes.MapDelete(Path + "/{id}", (string id, HttpRequest request, EntryWrites writes, CancellationToken cancellation) =>
            writes.WithdrawAsync(request, id, EntryKind.Resource, cancellation));
    }

    private static Result<byte[]> Judge(ReadOnlyMemory<byte> body)
    {
        var read = ResourceRules.Read(body);
        return read.IsOk ? ContentBody.Write(read.Value) : read.Refusal;
    }

    private static async Task<IResult> ListAsync(HttpRequest request, FilterParser filters, ResourceSearch search, CancellationToken cancellation)
    {
        var filter = filters.Parse(request.Query);
        if (!filter.IsOk)
            return new Refused(filter.Refusal, StatusCodes.Status400BadRequest);
        request.HttpContext.Response.Headers.CacheControl = "no-cache";
        var page = await search.SearchAsync(filter.Value, cancellation);
        return ApiAnswer.Json(new ListDocument<ResourceDocument>(
            [.. page.Items.Select(hit => Answers.Document(hit, request))],
            Links.Next(request, page.NextCursor),
            page.NextCursor,
            page.Corrected));
    }

    private static async Task<IResult> GetAsync(string id, HttpRequest request, ResourceLookup resources, CancellationToken cancellation)
    {
        var (name, suffix) = Formats.Split(id);
        if (!EntryId.TryParse(name, out var entry) || suffix is Format.Calendar or Format.GeoJson)
            return EventEndpoints.NotFound;
        var lookup = await resources.FindAsync(entry, cancellation);
        if (lookup.Value is not { } hit)
            return EventEndpoints.Missing(lookup);
        var headers = request.HttpContext.Response.Headers;
        headers.CacheControl = "no-cache";
        headers.ETag = EntryTag.Of(hit.Position);
        return EntryTag.IsHeld(request, hit.Position)
            ? Results.StatusCode(StatusCodes.Status304NotModified)
            : ApiAnswer.Json(Answers.Document(hit, request));
    }
}
