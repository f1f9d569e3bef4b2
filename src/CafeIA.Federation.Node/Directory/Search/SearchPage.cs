namespace CafeIA.Federation.Node.Directory.Search;

/// <summary>One page of results.</summary>
/// <param name="NextCursor">Where the next page begins; null when this is the last.</param>
internal sealed record SearchPage<T>(IReadOnlyList<T> Items, string? NextCursor)
{
    /// <summary>The text that was looked for instead, where nothing matched the one that was typed, such as <c>mediatheque</c> for <c>mediatehque</c>; null otherwise.</summary>
    public string? Corrected { get; init; }
}
