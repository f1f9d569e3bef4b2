using System.Buffers;
using System.Text.Json;
using CafeIA.Federation.Node.Directory.Calendar;
using CafeIA.Federation.Node.Directory.Search;
using CafeIA.Federation.Protocol.Identifiers;

namespace CafeIA.Federation.Node.Api;

/// <summary>The events of a search as a calendar or a map layer.</summary>
internal sealed class EventFeeds(FilterParser filters, EventSearch search, MapClusters clusters, EventLookup lookup)
{
    private const string CalendarName = "Cafés IA";

    public FilterParser Filters => filters;

    public EventSearch Search => search;

    public EventLookup Lookup => lookup;

    /// <summary>All results of a search up to a number, page after page.</summary>
    public async Task<IReadOnlyList<EventHit>> AllAsync(DirectoryFilter filter, int max, CancellationToken cancellation)
    {
        var hits = new List<EventHit>();
        filter = filter with { Limit = DirectoryFilter.MaxLimit, Each = Each.Event };
        while (true)
        {
            var page = await search.SearchAsync(filter, cancellation);
            hits.AddRange(page.Items.Take(max - hits.Count));
            if (hits.Count == max || !PageCursor.TryParse(page.NextCursor, out var next))
                return hits;
            filter = filter with { After = next };
        }
    }

    /// <summary>The clusters of a search that names a zoom level, as GeoJSON: <c>count</c>, and the event's id and address where it is one.</summary>
    public async Task<IResult> ClustersAsync(DirectoryFilter filter, HttpRequest request, CancellationToken cancellation)
    {
        var found = await clusters.FindAsync(filter, filter.Zoom!.Value, cancellation);
        var output = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(output))
            GeoJsonWriter.Write(json, found, entry => Links.Page(request, EntryKind.Event, entry));
        return Results.Bytes(output.WrittenMemory, Formats.GeoJson);
    }

    public static IResult Write(Format format, IReadOnlyList<EventHit> hits, HttpRequest request)
    {
        var output = new ArrayBufferWriter<byte>();
        if (format == Format.Calendar)
        {
            IcsWriter.Write(output, [.. hits.Select(h => Entry(h, request))], hits.Count == 1 ? null : CalendarName);
            return Results.Bytes(output.WrittenMemory, Formats.Calendar);
        }
        using (var json = new Utf8JsonWriter(output))
            GeoJsonWriter.Write(json, hits.Select(h => WithPoint(Entry(h, request), h)));
        return Results.Bytes(output.WrittenMemory, Formats.GeoJson);
    }

    private static CalendarEntry Entry(EventHit hit, HttpRequest request) => new(
        hit.Entry, hit.Hub.Id, hit.Position.Seq, hit.ChangedAt, hit.Content, Links.Page(request, EntryKind.Event, hit.Entry));

    /// <summary>The point of the commune where the event gives none; the middle of a département is no place to go to.</summary>
    private static CalendarEntry WithPoint(CalendarEntry entry, EventHit hit) =>
        hit.Place is { Point: { } point, Precision: > PointPrecision.Departement } && entry.Content.Place is { Latitude: null } place
            ? entry with { Content = entry.Content with { Place = place with { Latitude = point.Latitude, Longitude = point.Longitude } } }
            : entry;
}
