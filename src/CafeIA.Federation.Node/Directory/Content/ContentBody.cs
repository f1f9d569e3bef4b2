using System.Collections;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace CafeIA.Federation.Node.Directory.Content;

/// <summary>The written form of a record. Null, false and empty are left out, so a body says only what is given.</summary>
/// <remarks>
/// Time zone, status and licence are written also where they have their default: a signed body must mean the same to a reader that has other defaults.
/// Letters stand as UTF-8, unescaped; whoever puts a body inside HTML encodes it for HTML.
/// </remarks>
public static class ContentBody
{
    private static readonly JsonSerializerOptions Written = new(ContentJson.Default.Options)
    {
        TypeInfoResolver = ContentJson.Default.WithAddedModifier(LeaveOutEmptyLists),
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Also for reading: what the API and the import hand in goes through the same description of the type.</summary>
    internal static JsonTypeInfo<EventContent> Event { get; } = (JsonTypeInfo<EventContent>)Written.GetTypeInfo(typeof(EventContent));

    internal static JsonTypeInfo<ResourceContent> Resource { get; } = (JsonTypeInfo<ResourceContent>)Written.GetTypeInfo(typeof(ResourceContent));

    /// <summary>The canonical body: the same content gives the same bytes.</summary>
    public static byte[] Write(EventContent content) => JsonSerializer.SerializeToUtf8Bytes(content, Event);

    /// <inheritdoc cref="Write(EventContent)"/>
    public static byte[] Write(ResourceContent content) => JsonSerializer.SerializeToUtf8Bytes(content, Resource);

    private static void LeaveOutEmptyLists(JsonTypeInfo type)
    {
        foreach (var property in type.Properties)
        {
            if (property.PropertyType.IsGenericType && property.PropertyType.GetGenericTypeDefinition() == typeof(IReadOnlyList<>))
                property.ShouldSerialize = static (_, value) => value is ICollection { Count: > 0 };
        }
    }
}
