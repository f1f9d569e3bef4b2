using CafeIA.Federation.Node.Api.Feeds;
using CafeIA.Federation.Node.Directory.Content;
using CafeIA.Federation.Node.Directory.Places;
using CafeIA.Federation.Node.Directory.Search;
using CafeIA.Federation.Node.Hubs;
using CafeIA.Federation.Protocol;
using CafeIA.Federation.Protocol.Identifiers;

namespace CafeIA.Federation.Node.Api;

/// <summary><c>/api/v1/events</c>: the events of the whole federation to read, those of this node's hub to write.</summary>
internal static class EventEndpoints
{
    private const string Path = "/api/v1/events";

    /// <summary>Events in a calendar, a feed, a table or a map layer: their readers know no pages.</summary>
    private const int MaxFeed = 1000;

    private static readonly Format[] Offered = [Format.Json, Format.Calendar, Format.GeoJson, Format.Atom, Format.Rss, Format.Csv, Format.JsonLd];

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(Path, (HttpRequest request, EventFeeds feeds, CancellationToken cancellation) => ListAsync(request, null, feeds, cancellation)).KeepUntilTheDirectoryChanges();
        routes.MapGet(Path + ".{suffix}", (string suffix, HttpRequest request, EventFeeds feeds, CancellationToken cancellation) =>
            Formats.Split("events." + suffix).Format is { } format ? ListAsync(request, format, feeds, cancellation) : Task.FromResult<IResult>(NotFound)).KeepUntilTheDirectoryChanges();
        routes.MapGet(Path + "/{id}", GetAsync).KeepUntilTheDirectoryChanges();
        routes.MapPost(Path, (HttpRequest request, EntryWrites writes, CurrentPlaces places, CancellationToken cancellation) =>
            writes.CreateAsync(request, EntryKind.Event, body => Judge(body, places.Catalog.Lookup), Path, cancellation));
        routes.MapPut(Path + "/{id}", (string id, HttpRequest request, EntryWrites writes, CurrentPlaces places, CancellationToken cancellation) =>
            writes.ReplaceAsync(request, id, EntryKind.Event, (body, current) => Judge(body, Settled(current, places.Catalog.Lookup)), cancellation));
        routes.MapDelete(Path + "/{id}", (string id, HttpRequest request, EntryWrites writes, CancellationToken cancellation) =>
            writes.WithdrawAsync(request, id, EntryKind.Event, cancellation));
    }

    internal static IResult NotFound => new Refused(new("entry-not-found", "Cette fiche n’existe pas sur ce nœud."));

    /// <summary>What stands in place of an entry that cannot be shown.</summary>
    internal static IResult Missing<T>(Lookup<T> lookup)
        where T : class => lookup.State is LookupState.Withdrawn or LookupState.Erased
        ? new Refused(new("entry-withdrawn", lookup.State == LookupState.Erased ? "Cette fiche a été effacée." : $"Cette fiche a été retirée par son hub, « {lookup.Hub?.Name} »."))
        : NotFound;

    private static Result<byte[]> Judge(ReadOnlyMemory<byte> body, CommuneLookup communes)
    {
        var read = EventRules.Read(body, communes);
        return read.IsOk ? ContentBody.Write(read.Value) : read.Refusal;
    }

    /// <summary>The commune an event has already is not asked again: its code may be another commune's postal code as well, and what was read can be written back.</summary>
    private static CommuneLookup Settled(ReadOnlyMemory<byte>? current, CommuneLookup communes)
    {
        var known = current is { } body && LenientBody.TryParse(body.Span, out EventContent? content) ? content.Place?.Commune : null;
        return place => known is not null && place.Commune == known ? known : communes(place);
    }

    private static async Task<IResult> ListAsync(HttpRequest request, Format? suffix, EventFeeds feeds, CancellationToken cancellation)
    {
        var format = suffix is { } given ? given : Formats.Choose(request, Offered);
        if (!format.IsOk)
            return new Refused(format.Refusal);
        var filter = feeds.Filters.Parse(request.Query);
        if (!filter.IsOk)
            return new Refused(filter.Refusal, StatusCodes.Status400BadRequest);
        request.HttpContext.Response.Headers.CacheControl = "no-cache";
        if (format.Value == Format.GeoJson && filter.Value.Zoom is not null)
            return await feeds.ClustersAsync(filter.Value, request, cancellation);
        if (format.Value != Format.Json)
            return EventFeeds.Write(format.Value, await feeds.AllAsync(feeds.Subscribed(filter.Value, format.Value), MaxFeed, cancellation), request);
        var page = await feeds.Search.SearchAsync(filter.Value, cancellation);
        return ApiAnswer.Json(new ListDocument<EventDocument>(
            [.. page.Items.Select(hit => Answers.Document(hit, request))],
            Links.Next(request, page.NextCursor),
            page.NextCursor,
            page.Corrected));
    }

    private static async Task<IResult> GetAsync(string id, HttpRequest request, EventFeeds feeds, CancellationToken cancellation)
    {
        var (name, suffix) = Formats.Split(id);
        if (!EntryId.TryParse(name, out var entry))
            return NotFound;
        var format = suffix is { } given ? given : Formats.Choose(request, Offered);
        if (!format.IsOk)
            return new Refused(format.Refusal);
        var lookup = await feeds.Lookup.FindAsync(entry, cancellation);
        if (lookup.Value is not { } detail)
            return Missing(lookup);
        var headers = request.HttpContext.Response.Headers;
        headers.CacheControl = "no-cache";
        headers.ETag = EntryTag.Of(detail.Event.Position);
        if (EntryTag.IsHeld(request, detail.Event.Position))
            return Results.StatusCode(StatusCodes.Status304NotModified);
        return format.Value == Format.Json
            ? ApiAnswer.Json(Answers.Document(detail.Event, request, detail))
            : EventFeeds.Write(format.Value, [detail.Event], request);
    }
}
