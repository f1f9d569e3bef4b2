using System.Globalization;
using System.Text.Json;
using CafeIA.Federation.Node.Directory.Content;
using CafeIA.Federation.Node.Directory.Search;
using CafeIA.Federation.Protocol.Identifiers;

namespace CafeIA.Federation.Node.Directory.Calendar;

/// <summary>GeoJSON (RFC 7946) of events that have coordinates; others are left out.</summary>
internal static class GeoJsonWriter
{
    /// <param name="json">Written as it goes; media type <c>application/geo+json</c>.</param>
    public static void Write(Utf8JsonWriter json, IEnumerable<CalendarEntry> entries)
    {
        ArgumentNullException.ThrowIfNull(json);
        ArgumentNullException.ThrowIfNull(entries);
        json.WriteStartObject();
        json.WriteString("type"u8, "FeatureCollection"u8);
        json.WriteStartArray("features"u8);
        foreach (var entry in entries)
        {
            if (entry.Content.Place is { Latitude: { } latitude, Longitude: { } longitude })
                Feature(json, entry, latitude, longitude);
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>Clusters as points with how many events they stand for; one that is a single event has its id and page.</summary>
    public static void Write(Utf8JsonWriter json, IEnumerable<MapCluster> clusters, Func<EntryId, string> page)
    {
        ArgumentNullException.ThrowIfNull(json);
        ArgumentNullException.ThrowIfNull(clusters);
        ArgumentNullException.ThrowIfNull(page);
        json.WriteStartObject();
        json.WriteString("type"u8, "FeatureCollection"u8);
        json.WriteStartArray("features"u8);
        foreach (var cluster in clusters)
        {
            json.WriteStartObject();
            json.WriteString("type"u8, "Feature"u8);
            if (cluster.Entry is { } single)
                json.WriteString("id"u8, single.Value);
            Point(json, cluster.Latitude, cluster.Longitude);
            json.WriteStartObject("properties"u8);
            json.WriteNumber("count"u8, cluster.Count);
            if (cluster.Entry is { } entry)
                json.WriteString("url"u8, page(entry));
            json.WriteEndObject();
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Point(Utf8JsonWriter json, double latitude, double longitude)
    {
        json.WriteStartObject("geometry"u8);
        json.WriteString("type"u8, "Point"u8);
        json.WriteStartArray("coordinates"u8);
        Coordinate(json, longitude);
        Coordinate(json, latitude);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Feature(Utf8JsonWriter json, CalendarEntry entry, double latitude, double longitude)
    {
        var content = entry.Content;
        json.WriteStartObject();
        json.WriteString("type"u8, "Feature"u8);
        json.WriteString("id"u8, entry.EntryId.Value);
        Point(json, latitude, longitude);
        json.WriteStartObject("properties"u8);
        json.WriteString("title"u8, content.Title);
        json.WriteString("hub"u8, entry.Hub.ToString());
        json.WriteString("url"u8, entry.Url);
        Given(json, "start", content.Start);
        Given(json, "end", content.End);
        if (content.AllDay)
            json.WriteBoolean("allDay"u8, true);
        json.WriteString("timeZone"u8, content.TimeZone);
        Given(json, "format", content.Format);
        Given(json, "mode", content.Mode);
        json.WriteString("status"u8, content.Status);
        Given(json, "place", content.Place?.Name);
        Given(json, "commune", content.Place?.Commune);
        if (content.Free is { } free)
            json.WriteBoolean("free"u8, free);
        if (content.Example)
            json.WriteBoolean("example"u8, true);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void Given(Utf8JsonWriter json, string name, string? value)
    {
        if (value is not null)
            json.WriteString(name, value);
    }

    /// <summary>Always with a decimal point: a reader that tells integers from floats (Mobilizon) drops <c>45</c> as a coordinate.</summary>
    private static void Coordinate(Utf8JsonWriter json, double degrees) =>
        json.WriteRawValue(degrees.ToString("0.0######", CultureInfo.InvariantCulture), skipInputValidation: true);
}
