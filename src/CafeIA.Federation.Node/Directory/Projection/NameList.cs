namespace CafeIA.Federation.Node.Directory.Projection;

/// <summary>A list of names as one text: PostgreSQL has no arrays of arrays of different lengths, so <c>unnest</c> takes texts and <c>string_to_array</c> parts them.</summary>
internal static class NameList
{
    /// <summary>A control character no name has; one that has it is left out.</summary>
    private const char Separator = '\u0001';

    public static string Join(IEnumerable<string> names) => string.Join(Separator, names.Where(n => !n.Contains(Separator, StringComparison.Ordinal)));
}
