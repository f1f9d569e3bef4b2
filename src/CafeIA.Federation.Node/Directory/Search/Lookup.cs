using CafeIA.Federation.Node.Journal;

namespace CafeIA.Federation.Node.Directory.Search;

/// <summary>What became of an entry that is asked for by its id.</summary>
internal enum LookupState
{
    /// <summary>No hub this node follows has ever written it, or it is of another kind (404).</summary>
    Unknown,

    Shown,

    /// <summary>Its hub has withdrawn it (410).</summary>
    Withdrawn,

    /// <summary>Its hub has erased it: nothing of it may be said (410).</summary>
    Erased,

    /// <summary>It exists, and its content is missing or cannot be read here (404).</summary>
    Hidden,
}

/// <param name="Value">Not null when <paramref name="State"/> is shown, and only then.</param>
/// <param name="Hub">Whose entry it is; null when unknown.</param>
/// <param name="ChangedAt">When its hub last changed, withdrew or erased it; null when unknown.</param>
internal sealed record Lookup<T>(LookupState State, T? Value, KnownHub? Hub, DateTimeOffset? ChangedAt)
    where T : class;
