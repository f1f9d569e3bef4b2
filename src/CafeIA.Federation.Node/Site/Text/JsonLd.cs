using System.Buffers;
using System.Text;
using System.Text.Json;

namespace CafeIA.Federation.Node.Site.Text;

/// <summary>What every JSON-LD object is written with.</summary>
internal static class JsonLd
{
    public const string Context = "https://schema.org";

    /// <summary>A data block of a page. The writer's own encoder escapes &lt;, so no text can end it.</summary>
    public static string Script(Action<Utf8JsonWriter> write)
    {
        var output = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(output))
            write(json);
        return $"<script type=\"application/ld+json\">{Encoding.UTF8.GetString(output.WrittenSpan)}</script>";
    }

    public static void Given(Utf8JsonWriter json, string name, string? value)
    {
        if (value is not null)
            json.WriteString(name, value);
    }

    public static void Organisation(Utf8JsonWriter json, string name, string? url)
    {
        json.WriteStartObject();
        json.WriteString("@type", "Organization");
        json.WriteString("name", name);
        Given(json, "url", url);
        json.WriteEndObject();
    }
}
