using CafeIA.Federation.Protocol;
using CafeIA.Federation.Protocol.Identifiers;
using Microsoft.Net.Http.Headers;

namespace CafeIA.Federation.Node.Api;

/// <summary>The ETag of an entry: its version, <c>"epoch.seq"</c>.</summary>
internal static class EntryTag
{
    public static string Of(Position version) => $"\"{version}\"";

    /// <summary>True when the reader holds this version already (304).</summary>
    public static bool IsHeld(HttpRequest request, Position version)
    {
        var held = request.GetTypedHeaders().IfNoneMatch;
        var tag = new EntityTagHeaderValue(Of(version));
        return held.Any(h => h.Compare(tag, useStrongComparison: false));
    }

    /// <summary>The version a write expects; null where it gives none or <c>*</c>.</summary>
    public static Result<Position?> Expected(HttpRequest request)
    {
        var header = request.Headers.IfMatch;
        if (header.Count == 0 || header is ["*"])
            return (Position?)null;
        // A weak tag never matches here (RFC 9110, section 13.1.1).
        return header is [{ Length: > 2 } text] && text[0] == '"' && text[^1] == '"' && Position.TryParse(text.AsSpan(1, text.Length - 2), out var position)
            ? position
            : new Refusal("bad-if-match", "If-Match attend une seule version, telle que l’ETag la donne : \"1.52\".", "If-Match");
    }
}
