using System.Text.Json;
using System.Text.Json.Nodes;

namespace CafeIA.Federation.Protocol.Membership;

/// <summary>Reads signed JSON so that no two programs can read it differently: an object, no name twice, depth 16 at most, no comment, no trailing comma.</summary>
internal static class StrictJson
{
    private static readonly JsonDocumentOptions Options = new() { MaxDepth = 16, AllowDuplicateProperties = false };

    /// <summary>Null for anything else.</summary>
    public static JsonObject? TryParse(ReadOnlySpan<byte> bytes)
    {
        try
        {
            if (JsonNode.Parse(bytes, documentOptions: Options) is not JsonObject fields)
                return null;
            Touch(fields);
            return fields;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>Names and texts are decoded only when they are asked for, and bytes that are no UTF-8 or half a surrogate pair fail then: here they fail at once.</summary>
    private static void Touch(JsonNode? node)
    {
        if (node is JsonObject fields)
        {
            foreach (var (_, value) in fields)
                Touch(value);
        }
        else if (node is JsonArray items)
        {
            foreach (var item in items)
                Touch(item);
        }
        else
        {
            _ = node?.AsValue().TryGetValue(out string? _);
        }
    }

    /// <summary>Null where the field is missing or no text.</summary>
    public static string? Text(JsonObject fields, string name) => fields[name] is JsonValue value && value.TryGetValue(out string? text) ? text : null;

    public static bool? Flag(JsonObject fields, string name) => fields[name] is JsonValue value && value.TryGetValue(out bool flag) ? flag : null;

    /// <summary>What is left when the named fields are taken away: kept for whoever knows more of them.</summary>
    public static JsonObject Rest(JsonObject fields, params ReadOnlySpan<string> known)
    {
        var rest = new JsonObject();
        foreach (var (name, value) in fields)
        {
            if (!known.Contains(name))
                rest[name] = value?.DeepClone();
        }
        return rest;
    }

    public static void Add(JsonObject fields, JsonObject rest)
    {
        foreach (var (name, value) in rest)
        {
            if (!fields.ContainsKey(name))
                fields[name] = value?.DeepClone();
        }
    }
}
