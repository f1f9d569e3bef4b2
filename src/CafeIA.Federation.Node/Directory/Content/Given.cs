namespace CafeIA.Federation.Node.Directory.Content;

/// <summary>What stands where a sender wrote nothing.</summary>
internal static class Given
{
    /// <summary>The items that are there: none for null, and without the nulls among them.</summary>
    public static IReadOnlyList<T> List<T>(IReadOnlyList<T>? items)
    {
        if (items is null || items.Count == 0)
            return [];
        for (var i = 0; i < items.Count; i++)
        {
            if (items[i] is null)
                return [.. items.Where(item => item is not null)];
        }
        return items;
    }
}
