using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Protocol.Journal;

namespace CafeIA.Federation.Node.Journal.Erasures;

/// <summary>Entries of which nothing may be left once a commit is made.</summary>
internal static class GoneEntries
{
    /// <summary>Those that are erased; a put without its body is a living entry that the erase list knows of after a restore.</summary>
    public static Guid[] Of(IReadOnlyList<Change> current) =>
        [.. current.Where(c => c.Header.Op == ChangeOp.Erase || (c.Header.Op == ChangeOp.Put && c.Body is null)).Select(c => c.Header.Entry.Value)];
}
