using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Text.Unicode;
using CafeIA.Federation.Protocol;

namespace CafeIA.Federation.Node.Directory.Content;

/// <summary>Reads a body at its author's edge: what is wrong with its bytes is said with the field or the line, never thrown.</summary>
internal static class EdgeBody
{
    public static Result<T> Read<T>(ReadOnlyMemory<byte> body, JsonTypeInfo<T> type)
        where T : class
    {
        var bytes = body.Span;
        if (bytes.Length > ContentJson.MaxBytes)
            return new Refusal("body-too-large", $"Le document a {bytes.Length} octets ; il en faut au plus {ContentJson.MaxBytes} (64 Kio).");
        if (!Utf8.IsValid(bytes))
            return Unstorable();
        if (Malformed(bytes) is { } malformed)
            return malformed;
        try
        {
            var content = JsonSerializer.Deserialize(bytes, type);
            return content is null ? new Refusal("invalid-json", "Le document est vide (null).") : content;
        }
        catch (JsonException exception)
        {
            return new Refusal("wrong-type", "Ce champ n’a pas le type attendu.", FieldOf(exception.Path));
        }
    }

    private static Refusal? Malformed(ReadOnlySpan<byte> bytes)
    {
        // One level more than allowed, so that the level at fault is seen rather than thrown.
        var reader = new Utf8JsonReader(bytes, new JsonReaderOptions { MaxDepth = ContentJson.MaxDepth + 1 });
        try
        {
            while (reader.Read())
            {
                if (reader.CurrentDepth >= ContentJson.MaxDepth && reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray)
                    return TooDeep();
            }
        }
        catch (JsonException exception)
        {
            return reader.CurrentDepth > ContentJson.MaxDepth
                ? TooDeep()
                : new Refusal("invalid-json", $"Le document n’est pas du JSON valable (ligne {exception.LineNumber + 1}, octet {exception.BytePositionInLine + 1}).");
        }
        return BodyText.IsStorable(bytes) ? null : Unstorable();
    }

    private static Refusal Unstorable() => new("invalid-utf8", "Le texte n’est pas de l’UTF-8 valable, ou contient un caractère nul.");

    private static Refusal TooDeep() => new("too-deep", $"Le document a plus de {ContentJson.MaxDepth} niveaux.");

    /// <summary>From <c>$.place.latitude</c> to <c>place.latitude</c>.</summary>
    private static string? FieldOf(string? path) => path is null or "$" ? null : path.StartsWith("$.", StringComparison.Ordinal) ? path[2..] : path;
}
