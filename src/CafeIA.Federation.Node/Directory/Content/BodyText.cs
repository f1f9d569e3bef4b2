using System.Text.Json;
using System.Text.Unicode;

namespace CafeIA.Federation.Node.Directory.Content;

/// <summary>Whether the text in a body can be stored and shown.</summary>
internal static class BodyText
{
    /// <summary>False for bytes that are no UTF-8, and for escapes of U+0000 or of half a surrogate pair, which PostgreSQL refuses.</summary>
    public static bool IsStorable(ReadOnlySpan<byte> body)
    {
        if (!Utf8.IsValid(body))
            return false;
        return body.IndexOf("\\u"u8) < 0 || EscapesAreStorable(body);
    }

    private static bool EscapesAreStorable(ReadOnlySpan<byte> body)
    {
        var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = ContentJson.MaxDepth });
        try
        {
            while (reader.Read())
            {
                if (reader.TokenType is not (JsonTokenType.String or JsonTokenType.PropertyName) || !reader.ValueIsEscaped)
                    continue;
                if (reader.GetString()!.Contains('\0', StringComparison.Ordinal))
                    return false;
            }
        }
        catch (JsonException)
        {
            return false;
        }
        catch (InvalidOperationException)
        {
            // Half a surrogate pair.
            return false;
        }
        return true;
    }
}
