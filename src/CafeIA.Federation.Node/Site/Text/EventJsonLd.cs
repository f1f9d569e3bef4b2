using System.Text.Json;
using CafeIA.Federation.Node.Directory.Content;
using CafeIA.Federation.Node.Directory.Search;

namespace CafeIA.Federation.Node.Site.Text;

/// <summary>An event in schema.org's words, for search engines.</summary>
internal static class EventJsonLd
{
    private const string Schema = "https://schema.org/";

    public static string Script(EventDetail detail, string root) => JsonLd.Script(json => Write(json, detail.Event, root, withContext: true));

    /// <param name="json">One object is written.</param>
    /// <param name="hit">The event.</param>
    /// <param name="root">Scheme and host of this node, for absolute addresses.</param>
    /// <param name="withContext">It stands alone, not in a graph that has its context.</param>
    public static void Write(Utf8JsonWriter json, EventHit hit, string root, bool withContext = false)
    {
        var content = hit.Content;
        json.WriteStartObject();
        if (withContext)
            json.WriteString("@context", JsonLd.Context);
        json.WriteString("@type", "Event");
        json.WriteString("@id", $"{root}/evenements/{hit.Entry}");
        json.WriteString("url", $"{root}/evenements/{hit.Entry}");
        json.WriteString("name", content.Title);
        if (content.Summary is { } summary)
            json.WriteString("description", summary);
        if (hit.Occurrence is { } occurrence)
        {
            json.WriteString("startDate", When.Machine(occurrence, content.TimeZone));
            if (When.MachineEnd(occurrence, content.TimeZone) is { } end)
                json.WriteString("endDate", end);
        }
        json.WriteString("eventStatus", Schema + Status(hit.Occurrence?.Status ?? content.Status));
        if (Mode(content.Mode) is { } mode)
            json.WriteString("eventAttendanceMode", Schema + mode);
        Location(json, hit);
        json.WriteStartArray("organizer");
        foreach (var organiser in content.Organisers)
            JsonLd.Organisation(json, organiser.Name, organiser.Url);
        if (content.Organisers.Count == 0)
            JsonLd.Organisation(json, hit.Hub.Name, hit.Hub.Address?.ToString());
        json.WriteEndArray();
        if (content.Free is { } free)
            json.WriteBoolean("isAccessibleForFree", free);
        if (content.Languages.Count > 0)
            json.WriteString("inLanguage", content.Languages[0]);
        json.WriteEndObject();
    }

    private static void Location(Utf8JsonWriter json, EventHit hit)
    {
        var place = hit.Content.Place;
        json.WriteStartArray("location");
        if (place is not null)
        {
            json.WriteStartObject();
            json.WriteString("@type", "Place");
            json.WriteString("name", place.Name ?? Words.Territory(hit.Place) ?? Words.NoPlace);
            json.WriteStartObject("address");
            json.WriteString("@type", "PostalAddress");
            JsonLd.Given(json, "streetAddress", place.Street);
            JsonLd.Given(json, "postalCode", place.PostalCode);
            JsonLd.Given(json, "addressLocality", hit.Place.Commune?.Name);
            JsonLd.Given(json, "addressRegion", hit.Place.Region?.Name);
            json.WriteString("addressCountry", "FR");
            json.WriteEndObject();
            if (place is { Latitude: { } latitude, Longitude: { } longitude })
            {
                json.WriteStartObject("geo");
                json.WriteString("@type", "GeoCoordinates");
                json.WriteNumber("latitude", latitude);
                json.WriteNumber("longitude", longitude);
                json.WriteEndObject();
            }
            json.WriteEndObject();
        }
        if (hit.Content is { Mode: "online" or "hybrid", OnlineLink: { } link })
        {
            json.WriteStartObject();
            json.WriteString("@type", "VirtualLocation");
            json.WriteString("url", link);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static string Status(string status) => status switch
    {
        "cancelled" => "EventCancelled",
        "postponed" => "EventPostponed",
        "rescheduled" => "EventRescheduled",
        "moved-online" => "EventMovedOnline",
        _ => "EventScheduled",
    };

    private static string? Mode(string? mode) => mode switch
    {
        "on-site" => "OfflineEventAttendanceMode",
        "online" => "OnlineEventAttendanceMode",
        "hybrid" => "MixedEventAttendanceMode",
        _ => null,
    };
}
