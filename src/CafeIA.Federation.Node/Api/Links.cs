using CafeIA.Federation.Protocol.Identifiers;
using Microsoft.AspNetCore.Http.Extensions;

namespace CafeIA.Federation.Node.Api;

/// <summary>Absolute addresses on this node, as the reader reached it.</summary>
internal static class Links
{
    public static string Root(HttpRequest request) => $"{request.Scheme}://{request.Host}{request.PathBase}";

    public static string Page(HttpRequest request, EntryKind kind, EntryId entry) =>
        $"{Root(request)}/{(kind == EntryKind.Resource ? "ressources" : "evenements")}/{entry}";

    /// <summary>The same list from a cursor on.</summary>
    public static string? Next(HttpRequest request, string? cursor)
    {
        if (cursor is null)
            return null;
        var query = new QueryBuilder(request.Query.Where(q => q.Key != "cursor")) { { "cursor", cursor } };
        return Root(request) + request.Path + query;
    }
}
