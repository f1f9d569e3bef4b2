using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace CafeIA.Federation.Node.Directory.Content;

/// <summary>Reads bodies of other hubs. Their hub judged them by its own rules, so all that can be shown is taken; what cannot leaves the entry hidden.</summary>
/// <remarks>
/// Unknown fields stay in the record, unknown names of closed lists are shown as they are. Refused are only bodies that are too large or too deep, that are no JSON of
/// the right shape, have no title, or hold text no database and no page can hold (U+0000, half surrogates).
/// </remarks>
internal static class LenientBody
{
    public static bool TryParse(ReadOnlySpan<byte> body, [NotNullWhen(true)] out EventContent? content)
    {
        content = TryRead(body, ContentJson.Default.EventContent, out var read) && read.Title.Length > 0 ? WithPlausiblePlace(read) : null;
        return content is not null;
    }

    public static bool TryParse(ReadOnlySpan<byte> body, [NotNullWhen(true)] out ResourceContent? content)
    {
        content = TryRead(body, ContentJson.Default.ResourceContent, out var read) && read.Title.Length > 0 ? read : null;
        return content is not null;
    }

    private static bool TryRead<T>(ReadOnlySpan<byte> body, JsonTypeInfo<T> type, [NotNullWhen(true)] out T? content)
        where T : class
    {
        content = null;
        if (body.Length > ContentJson.MaxBytes || !BodyText.IsStorable(body))
            return false;
        try
        {
            content = JsonSerializer.Deserialize(body, type);
        }
        catch (JsonException)
        {
            return false;
        }
        return content is not null;
    }

    /// <summary>A point that is not on the globe would break the map and the index: the place stays, its point goes.</summary>
    private static EventContent WithPlausiblePlace(EventContent content)
    {
        if (content.Place is not { } place || PlaceRules.IsOnGlobe(place))
            return content;
        return content with { Place = place with { Latitude = null, Longitude = null } };
    }
}
