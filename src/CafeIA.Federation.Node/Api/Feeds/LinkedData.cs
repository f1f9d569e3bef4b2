using System.Buffers;
using System.Text.Json;
using CafeIA.Federation.Node.Site.Text;

namespace CafeIA.Federation.Node.Api.Feeds;

/// <summary>Entries in schema.org's words, as one JSON-LD graph.</summary>
internal static class LinkedData
{
    public static IResult Answer<T>(IReadOnlyList<T> hits, Action<Utf8JsonWriter, T> write)
    {
        var output = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(output))
        {
            json.WriteStartObject();
            json.WriteString("@context"u8, JsonLd.Context);
            json.WriteStartArray("@graph"u8);
            foreach (var hit in hits)
                write(json, hit);
            json.WriteEndArray();
            json.WriteEndObject();
        }
        return Results.Bytes(output.WrittenMemory, Formats.JsonLd);
    }
}
