using CafeIA.Federation.Protocol.Identifiers;

namespace CafeIA.Federation.Node.Hubs.Scrubbing;

/// <summary>What a disk or a hand changed.</summary>
internal enum FindingKind
{
    /// <summary>A body that is not the one its header commits to.</summary>
    Body,

    /// <summary>A living entry's body that is not here.</summary>
    MissingBody,

    /// <summary>A header that is not the one whose leaf is in the tree, or a change that is gone.</summary>
    Header,

    /// <summary>A leaf that does not lead to the signed root.</summary>
    Leaf,

    /// <summary>A stored subtree, frontier or root that the leaves do not make.</summary>
    Tree,

    /// <summary>A change that does not lead to its entry's change before.</summary>
    Chain,

    /// <summary>An entry that does not point at the last change of its own.</summary>
    Entry,

    /// <summary>A stored state digest that the entries do not make.</summary>
    Digest,

    /// <summary>Rows of the directory that are not what the current change says.</summary>
    Directory,
}

/// <param name="Hub">Whose journal.</param>
/// <param name="At">The change; null where it is about more than one.</param>
/// <param name="Entry">The entry; null where it is about none.</param>
/// <param name="IsMended">What stands now is right, or nothing wrong stands any more.</param>
/// <param name="Source">The peer that gave what was missing; null where the node's own rows did.</param>
internal sealed record Finding(FindingKind Kind, HubId Hub, Position? At, EntryId? Entry, bool IsMended, Uri? Source);

/// <summary>What one pass over the database found.</summary>
internal sealed class ScrubReport
{
    /// <summary>Findings that are listed; the counts are of all.</summary>
    public const int MaxListed = 1000;

    private readonly List<Finding> findings = [];

    public IReadOnlyList<Finding> Findings => findings;

    public long Changes { get; set; }

    public long Entries { get; set; }

    public long Found { get; private set; }

    public long Remaining { get; private set; }

    public void Add(Finding finding)
    {
        Found++;
        Remaining += finding.IsMended ? 0 : 1;
        if (findings.Count < MaxListed)
            findings.Add(finding);
    }
}
