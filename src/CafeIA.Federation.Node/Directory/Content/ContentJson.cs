using System.Text.Json;
using System.Text.Json.Serialization;

namespace CafeIA.Federation.Node.Directory.Content;

/// <summary>How the fields of bodies are named and read; <see cref="ContentBody"/> writes them.</summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault,
    NumberHandling = JsonNumberHandling.Strict,
    MaxDepth = MaxDepth)]
[JsonSerializable(typeof(EventContent))]
[JsonSerializable(typeof(ResourceContent))]
public sealed partial class ContentJson : JsonSerializerContext
{
    /// <summary>Levels of nesting of a body.</summary>
    public const int MaxDepth = 16;

    /// <summary>Bytes of UTF-8 of a body.</summary>
    public const int MaxBytes = 64 * 1024;
}
