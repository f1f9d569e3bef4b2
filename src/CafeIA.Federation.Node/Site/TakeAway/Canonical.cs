using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Protocol.Identifiers;

namespace CafeIA.Federation.Node.Site.TakeAway;

/// <summary>The one address of an entry's page that search engines should keep: on the node of its hub where that has one, so that a federation is no crowd of copies.</summary>
internal static class Canonical
{
    /// <param name="hub">The entry's.</param>
    /// <param name="kind">Event or resource.</param>
    /// <param name="entry">Its id.</param>
    /// <param name="root">Scheme and host of this node.</param>
    public static string Of(KnownHub hub, EntryKind kind, EntryId entry, string root)
    {
        var home = hub is { IsLocal: false, Address: { } address } ? address.ToString().TrimEnd('/') : root;
        return $"{home}/{(kind == EntryKind.Resource ? "ressources" : "evenements")}/{entry}";
    }
}
