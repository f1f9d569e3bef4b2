namespace CafeIA.Federation.Node.Directory;

/// <summary>How the directory is searched: section <c>Directory</c>.</summary>
public sealed record DirectoryOptions
{
    public const string Section = "Directory";

    /// <summary>True: searches for events are answered by an index in the node's memory, about 0.5 GB for a million events; false: by PostgreSQL alone.</summary>
    public bool MemoryIndex { get; init; } = true;
}
