namespace CafeIA.Federation.Node.Directory.Search;

/// <summary>How many letters were left out, added, mistaken or swapped with their neighbour (optimal string alignment).</summary>
internal static class EditDistance
{
    /// <returns>The distance, or something greater than <paramref name="most"/> where it is.</returns>
    public static int Between(string left, string right, int most)
    {
        var width = right.Length + 1;
        Span<int> rows = width <= 64 ? stackalloc int[width * 3] : new int[width * 3];
        var before = rows[..width];
        var previous = rows.Slice(width, width);
        var current = rows[(2 * width)..];
        for (var j = 0; j < width; j++)
            previous[j] = j;
        for (var i = 1; i <= left.Length; i++)
        {
            current[0] = i;
            var least = i;
            for (var j = 1; j < width; j++)
            {
                var cost = left[i - 1] == right[j - 1] ? 0 : 1;
                var distance = Math.Min(Math.Min(previous[j] + 1, current[j - 1] + 1), previous[j - 1] + cost);
                if (i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1])
                    distance = Math.Min(distance, before[j - 2] + 1);
                current[j] = distance;
                least = Math.Min(least, distance);
            }
            if (least > most)
                return least;
            var oldest = before;
            before = previous;
            previous = current;
            current = oldest;
        }
        return previous[right.Length];
    }
}
