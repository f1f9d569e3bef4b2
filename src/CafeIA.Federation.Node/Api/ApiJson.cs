using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using CafeIA.Federation.Node.Api.Feeds;
using CafeIA.Federation.Node.Directory.Content;
using CafeIA.Federation.Node.National;

namespace CafeIA.Federation.Node.Api;

/// <summary>The documents of the API, in JSON. What stands inside <c>content</c> is written as <see cref="ContentBody"/> writes it.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault)]
[JsonSerializable(typeof(ListDocument<EventDocument>))]
[JsonSerializable(typeof(EventDocument))]
[JsonSerializable(typeof(ResourceDocument))]
[JsonSerializable(typeof(ListDocument<ResourceDocument>))]
[JsonSerializable(typeof(ListDocument<HubDocument>))]
[JsonSerializable(typeof(ListDocument<CommuneDocument>))]
[JsonSerializable(typeof(HubDocument))]
[JsonSerializable(typeof(Activity))]
[JsonSerializable(typeof(WrittenDocument))]
internal sealed partial class ApiJson : JsonSerializerContext;

/// <summary>Documents as answers.</summary>
internal static class ApiAnswer
{
    /// <summary>Letters stand as UTF-8, unescaped: the answers are JSON, never HTML.</summary>
    private static readonly JsonSerializerOptions Written = new(ApiJson.Default.Options)
    {
        TypeInfoResolver = JsonTypeInfoResolver.Combine(ContentBody.Event.OriginatingResolver, ApiJson.Default),
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static IResult Json<T>(T document, int status = StatusCodes.Status200OK) =>
        Results.Json(document, (JsonTypeInfo<T>)Written.GetTypeInfo(typeof(T)), Formats.Json, status);
}
