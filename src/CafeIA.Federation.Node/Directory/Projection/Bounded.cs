namespace CafeIA.Federation.Node.Directory.Projection;

/// <summary>What another hub wrote, cut to what an index can hold: an over-long key would make PostgreSQL refuse the whole batch.</summary>
internal static class Bounded
{
    /// <summary>Characters of a name from a closed list, a language tag or a code.</summary>
    public const int MaxName = 64;

    /// <summary>Names in one list.</summary>
    public const int MaxNames = 50;

    /// <summary>Null for what is empty or too long to be a name.</summary>
    public static string? Name(string? text) => text is { Length: > 0 and <= MaxName } ? text : null;

    public static string[] Names(IReadOnlyList<string> names) =>
        names.Count == 0 ? [] : [.. names.Where(n => Name(n) is not null).Distinct().Take(MaxNames)];

    /// <summary>Lower-case tags, each followed by its language alone: <c>fr-be</c> is also <c>fr</c>.</summary>
    public static string[] Languages(IReadOnlyList<string> tags) =>
        tags.Count == 0 ? [] : [.. Names(tags).SelectMany(WithLanguage).Distinct()];

    /// <summary>The beginning of a text; a pair of surrogates is not cut in two, because half of one is no text.</summary>
    public static string Cut(string text, int max)
    {
        if (text.Length <= max)
            return text;
        return char.IsHighSurrogate(text[max - 1]) ? text[..(max - 1)] : text[..max];
    }

    private static IEnumerable<string> WithLanguage(string tag)
    {
        var lower = tag.ToLowerInvariant();
        yield return lower;
        var hyphen = lower.IndexOf('-', StringComparison.Ordinal);
        if (hyphen > 0)
            yield return lower[..hyphen];
    }
}
