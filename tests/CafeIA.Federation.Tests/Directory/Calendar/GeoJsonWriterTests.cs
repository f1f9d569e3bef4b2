using System.Text;
using System.Text.Json;
using CafeIA.Federation.Node.Directory.Calendar;
using CafeIA.Federation.Node.Directory.Content;
using CafeIA.Federation.Protocol.Identifiers;
using Xunit;

namespace CafeIA.Federation.Tests.Directory.Calendar;

public sealed class GeoJsonWriterTests
{
    private static string Write(params PlaceContent?[] places)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            GeoJsonWriter.Write(json, places.Select(place => new CalendarEntry(
                new EntryId(Guid.Empty), HubId.Parse("aura"), 1, default, new EventContent { Title = "C", Place = place }, "https://hub.example/evenements/1")));
        }
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    [Fact]
    public void Coordinates_are_longitude_first_and_never_look_like_integers() =>
        Assert.Contains("\"coordinates\":[4.0,45.75]", Write(new PlaceContent { Latitude = 45.75, Longitude = 4 }), StringComparison.Ordinal);

    [Fact]
    public void Only_events_that_have_a_point_are_features()
    {
        using var document = JsonDocument.Parse(Write(null, new PlaceContent { Name = "Salle" }, new PlaceContent { Latitude = -21, Longitude = 55.5 }));

        Assert.Equal(1, document.RootElement.GetProperty("features").GetArrayLength());
    }
}
