using System.Buffers;
using System.Text.Json;
using CafeIA.Federation.Node.Directory.Calendar;
using CafeIA.Federation.Node.Directory.Search;
using CafeIA.Federation.Node.Site.Text;
using CafeIA.Federation.Protocol.Identifiers;

namespace CafeIA.Federation.Node.Api.Feeds;

/// <summary>The events of a search to take away: a calendar, a map layer, a feed, a table, linked data.</summary>
internal sealed class EventFeeds(FilterParser filters, EventSearch search, MapClusters clusters, EventLookup lookup, TimeProvider time)
{
    private const string Name = "Cafés IA";

    /// <summary>Days of the past in what is subscribed to without a period: who was there last week still finds it, and the coming ones are not crowded out by years of old ones.</summary>
    private const int PastDays = 30;

    public FilterParser Filters => filters;

    public EventSearch Search => search;

    public EventLookup Lookup => lookup;

    /// <summary>The search as a living subscription means it: from a month ago on, where no period is asked for.</summary>
    public DirectoryFilter Subscribed(DirectoryFilter filter, Format format) =>
        format is Format.Calendar or Format.Atom or Format.Rss && filter is { From: null, To: null }
            ? filter with { From = When.Midnight(When.Today(time).AddDays(-PastDays)) }
            : filter;

    /// <summary>All results of a search up to a number, page after page.</summary>
    public Task<IReadOnlyList<EventHit>> AllAsync(DirectoryFilter filter, int max, CancellationToken cancellation) =>
        SearchPages.AllAsync(filter with { Each = Each.Event }, max, f => search.SearchAsync(f, cancellation));

    /// <summary>The clusters of a search that names a zoom level, as GeoJSON: <c>count</c>, and the event's id and address where it is one.</summary>
    public async Task<IResult> ClustersAsync(DirectoryFilter filter, HttpRequest request, CancellationToken cancellation)
    {
        var found = await clusters.FindAsync(filter, filter.Zoom!.Value, cancellation);
        var output = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(output))
            GeoJsonWriter.Write(json, found, entry => Links.Page(request, EntryKind.Event, entry));
        return Results.Bytes(output.WrittenMemory, Formats.GeoJson);
    }

    /// <param name="format">Any but <see cref="Format.Json"/>, whose documents are pages of a list.</param>
    /// <param name="hits">In the order of the search.</param>
    /// <param name="request">As the reader asked.</param>
    public static IResult Write(Format format, IReadOnlyList<EventHit> hits, HttpRequest request)
    {
        var output = new ArrayBufferWriter<byte>();
        switch (format)
        {
            case Format.Calendar:
                IcsWriter.Write(output, [.. hits.Select(h => Entry(h, request))], hits.Count == 1 ? null : Name);
                return Results.Bytes(output.WrittenMemory, Formats.Calendar);
            case Format.GeoJson:
                using (var json = new Utf8JsonWriter(output))
                    GeoJsonWriter.Write(json, hits.Select(h => WithPoint(Entry(h, request), h)));
                return Results.Bytes(output.WrittenMemory, Formats.GeoJson);
            case Format.Atom or Format.Rss:
                return NewsFeed.Answer(format, Name, "Les cafés IA de cette recherche, le dernier modifié d’abord.", hits.Select(h => NewsItem.Of(h, request)), request, "/agenda");
            case Format.Csv:
                return Results.Bytes(EventTable.Write(hits, request), Formats.Csv, Csv.FileName("cafes"));
            case Format.JsonLd:
                return LinkedData.Answer(hits, (json, hit) => EventJsonLd.Write(json, hit, Links.Root(request)));
            default:
                throw new ArgumentOutOfRangeException(nameof(format), format, "Not a form of this writer.");
        }
    }

    private static CalendarEntry Entry(EventHit hit, HttpRequest request) => new(
        hit.Entry, hit.Hub.Id, hit.Position.Seq, hit.ChangedAt, hit.Content, Links.Page(request, EntryKind.Event, hit.Entry));

    /// <summary>The point of the commune where the event gives none; the middle of a département is no place to go to.</summary>
    private static CalendarEntry WithPoint(CalendarEntry entry, EventHit hit) =>
        hit.Place is { Point: { } point, Precision: > PointPrecision.Departement } && entry.Content.Place is { Latitude: null } place
            ? entry with { Content = entry.Content with { Place = place with { Latitude = point.Latitude, Longitude = point.Longitude } } }
            : entry;
}
