using CafeIA.Federation.Node.Api.Feeds;
using CafeIA.Federation.Node.Directory.Content;
using CafeIA.Federation.Node.Directory.Search;
using CafeIA.Federation.Protocol;
using CafeIA.Federation.Protocol.Identifiers;

namespace CafeIA.Federation.Node.Api;

/// <summary><c>/api/v1/resources</c>: the catalogue of the whole federation to read, that of this node's hub to write. A kit has no date and no place, so there is no calendar and no map layer of them.</summary>
internal static class ResourceEndpoints
{
    private const string Path = "/api/v1/resources";

    /// <summary>Resources in a feed or a table: their readers know no pages.</summary>
    private const int MaxFeed = 1000;

    private static readonly Format[] Offered = [Format.Json, Format.Atom, Format.Rss, Format.Csv, Format.JsonLd];

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(Path, (HttpRequest request, ResourceFeeds feeds, CancellationToken cancellation) => ListAsync(request, null, feeds, cancellation)).KeepUntilTheDirectoryChanges();
        routes.MapGet(Path + ".{suffix}", (string suffix, HttpRequest request, ResourceFeeds feeds, CancellationToken cancellation) =>
            Formats.Split("resources." + suffix).Format is { } format && Offered.Contains(format)
                ? ListAsync(request, format, feeds, cancellation)
                : Task.FromResult<IResult>(EventEndpoints.NotFound)).KeepUntilTheDirectoryChanges();
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

    private static async Task<IResult> ListAsync(HttpRequest request, Format? suffix, ResourceFeeds feeds, CancellationToken cancellation)
    {
        var format = suffix is { } given ? given : Formats.Choose(request, Offered);
        if (!format.IsOk)
            return new Refused(format.Refusal);
        var filter = feeds.Filters.Parse(request.Query);
        if (!filter.IsOk)
            return new Refused(filter.Refusal, StatusCodes.Status400BadRequest);
        request.HttpContext.Response.Headers.CacheControl = "no-cache";
        if (format.Value != Format.Json)
            return ResourceFeeds.Write(format.Value, await feeds.AllAsync(filter.Value, MaxFeed, cancellation), request);
        var page = await feeds.Search.SearchAsync(filter.Value, cancellation);
        return ApiAnswer.Json(new ListDocument<ResourceDocument>(
            [.. page.Items.Select(hit => Answers.Document(hit, request))],
            Links.Next(request, page.NextCursor),
            page.NextCursor,
            page.Corrected));
    }

    private static async Task<IResult> GetAsync(string id, HttpRequest request, ResourceFeeds feeds, CancellationToken cancellation)
    {
        var (name, suffix) = Formats.Split(id);
        if (!EntryId.TryParse(name, out var entry) || (suffix is { } asked && !Offered.Contains(asked)))
            return EventEndpoints.NotFound;
        var format = suffix is { } given ? given : Formats.Choose(request, Offered);
        if (!format.IsOk)
            return new Refused(format.Refusal);
        var lookup = await feeds.Lookup.FindAsync(entry, cancellation);
        if (lookup.Value is not { } hit)
            return EventEndpoints.Missing(lookup);
        var headers = request.HttpContext.Response.Headers;
        headers.CacheControl = "no-cache";
        headers.ETag = EntryTag.Of(hit.Position);
        if (EntryTag.IsHeld(request, hit.Position))
            return Results.StatusCode(StatusCodes.Status304NotModified);
        return format.Value == Format.Json ? ApiAnswer.Json(Answers.Document(hit, request)) : ResourceFeeds.Write(format.Value, [hit], request);
    }
}
