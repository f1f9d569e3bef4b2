using System.Numerics;
using CafeIA.Federation.Node.Directory.Search;
using NpgsqlTypes;

namespace CafeIA.Federation.Node.Directory.Index;

/// <summary>A place in a page that the index made: the row to fetch, and the version of it that was meant.</summary>
internal readonly record struct IndexHit(double Rank, int HubKey, Guid Entry, DateTime Start, uint Version);

/// <summary>One search over one generation of the index. It finds what <see cref="EventQuery"/> finds in PostgreSQL, in the same order.</summary>
/// <remarks>
/// The events that match are a bitmap. A page by date then walks the occurrences in their order until it is full; where few events match, or the walk gets long, their occurrences are judged instead and
/// the first of them kept. A page by distance goes from the nearest point outwards.
/// </remarks>
internal sealed class IndexSearch
{
    /// <summary>Fewer matching events than this are judged one by one.</summary>
    private const int FewEvents = 10_000;

    /// <summary>Occurrences that a walk may pass before it is given up: some milliseconds.</summary>
    private const int LongWalk = 200_000;

    /// <summary>Events on a part of the map that are found by it; of more, each is asked where it stands.</summary>
    private const int ManyOnTheGround = 50_000;

    /// <summary>Ticks of a period whose occurrences are looked through before the events are.</summary>
    private const long ShortPeriod = 31 * TimeSpan.TicksPerDay;

    private readonly EventIndex index;
    private readonly Generation at;
    private readonly DirectoryFilter filter;
    private readonly Period period;
    private readonly Ground? ground;
    private readonly bool isGroundAsked;

    private IndexSearch(EventIndex index, DirectoryFilter filter)
    {
        this.index = index;
        this.filter = filter;
        at = index.Current;
        period = new(index, filter);
        ground = Ground.Of(filter, index.Points);
        isGroundAsked = ground is not null && (filter.Sort == SortOrder.Distance || ground.CountAbout > ManyOnTheGround);
    }

    /// <summary>False where PostgreSQL has to be asked: for an order by relevance, or a phrase.</summary>
    public static bool CanAnswer(DirectoryFilter filter, NpgsqlTsQuery? words) => filter.Sort != SortOrder.Relevance && (words is null || WordQuery.CanAnswer(words));

    /// <returns>One more than the page holds when there is a next page.</returns>
    public static IReadOnlyList<IndexHit> Page(EventIndex index, DirectoryFilter filter, IReadOnlyList<int> hubKeys, int[] hiddenKeys, NpgsqlTsQuery? words)
    {
        var search = new IndexSearch(index, filter);
        using var matching = search.Match(hubKeys, hiddenKeys, words);
        return [.. search.Order(matching).Select(search.Hit)];
    }

    /// <summary>The events by the cells they stand in, cell by cell; the filter's box is the grid's outline.</summary>
    public static IReadOnlyList<MapCell> Clusters(EventIndex index, DirectoryFilter filter, MapGrid grid, IReadOnlyList<int> hubKeys, int[] hiddenKeys, NpgsqlTsQuery? words)
    {
        var search = new IndexSearch(index, filter);
        using var matching = search.Match(hubKeys, hiddenKeys, words);
        return search.Count(matching, grid);
    }

    /// <summary>The occurrences that begin in each of the spans between some moments.</summary>
    /// <param name="index">Where they are looked for.</param>
    /// <param name="filter">Its period is from the first moment to the last.</param>
    /// <param name="bounds">UTC ticks, in order; a span has its first moment and not its last.</param>
    /// <param name="hubKeys">The hubs of the filter.</param>
    /// <param name="hiddenKeys">The hubs nothing is shown of.</param>
    /// <param name="words">The text that is looked for.</param>
    public static int[] Begin(EventIndex index, DirectoryFilter filter, long[] bounds, IReadOnlyList<int> hubKeys, int[] hiddenKeys, NpgsqlTsQuery? words)
    {
        var search = new IndexSearch(index, filter);
        using var matching = search.Match(hubKeys, hiddenKeys, words);
        return search.Count(matching, bounds);
    }

    private int[] Count(Bits matching, long[] bounds)
    {
        var counts = new int[bounds.Length - 1];
        var first = Array.BinarySearch(at.Hours, Hours.KeyOf(bounds[0]));
        for (var i = first < 0 ? ~first : first; i < at.Hours.Length && at.Hours[i] <= Hours.KeyOf(bounds[^1]); i++)
        {
            foreach (var occurrence in index.ByHour.At(at.Hours[i]))
            {
                if (occurrence >= at.Occurrences || !matching[index.DocumentOf(occurrence)])
                    continue;
                var start = index.Start(occurrence);
                if (start < bounds[0] || start >= bounds[^1] || !period.Keeps(occurrence) || !Shows(index.DocumentOf(occurrence)))
                    continue;
                var bound = Array.BinarySearch(bounds, start);
                counts[bound < 0 ? ~bound - 1 : bound]++;
            }
        }
        return counts;
    }

    private List<MapCell> Count(Bits matching, MapGrid grid)
    {
        if (period.To is { } to && period.From is { } from && to - from < ShortPeriod)
            KeepWithin(matching, from, to);
        var sums = new CellSum[grid.Columns * grid.Rows];
        for (var first = 0; first < at.Documents; first += Bits.Block)
            Count(matching.Words(first), first, grid, sums);
        var cells = new List<MapCell>();
        foreach (var (cell, sum) in sums.Index())
        {
            if (sum.Count > 0)
                cells.Add(new(cell, sum.Count, sum.East, sum.South, sum.Count == 1 ? index.Entry(sum.Document) : Guid.Empty));
        }
        return cells;
    }

    /// <summary>A map of a whole country asks this of every event there is: column by column in their order, nothing is looked up.</summary>
    private void Count(ReadOnlySpan<ulong> words, int first, MapGrid grid, CellSum[] sums)
    {
        var standing = index.Standing(first);
        var reach = period.ReachAfter;
        var after = reach ?? 0;
        var isPlain = reach is not null && filter.Near is null;
        var number = at.Number;
        var end = Math.Min(Bits.Block, at.Documents - first);
        for (var w = 0; w < words.Length; w++)
        {
            for (var word = words[w]; word != 0; word &= word - 1)
            {
                var i = (w << 6) + BitOperations.TrailingZeroCount(word);
                if (i >= end)
                    return;
                var (east, south) = (standing.East[i], standing.South[i]);
                var cell = east < 0 ? -1 : grid.CellOf(east, south);
                if (cell < 0 || standing.DiedAt[i] <= number || !(isPlain ? standing.Reach[i] > after : Keeps(first + i)))
                    continue;
                ref var sum = ref sums[cell];
                sum.Count++;
                sum.East += east;
                sum.South += south;
                sum.Document = first + i;
            }
        }
    }

    private bool Keeps(int document) => period.KeepsAny(document, at) && (filter.Near is null || ground!.Keeps(index.Point(document)));

    /// <summary>Keeps the events that have an occurrence in the hours of a period, or a long one.</summary>
    private void KeepWithin(Bits matching, long from, long to)
    {
        using var within = Bits.Rent(at.Documents);
        var first = Array.BinarySearch(at.Hours, Hours.KeyOf(period.Before ?? from));
        for (var i = first < 0 ? ~first : first; i < at.Hours.Length && at.Hours[i] <= Hours.KeyOf(to); i++)
        {
            foreach (var occurrence in index.ByHour.At(at.Hours[i]))
            {
                if (occurrence < at.Occurrences)
                    within.Set(index.DocumentOf(occurrence));
            }
        }
        for (var n = 0; n < at.Longs; n++)
            within.Set(index.DocumentOf(index.Long(n)));
        matching.And(within);
    }

    private IndexHit Hit((double Rank, int Occurrence) found)
    {
        var document = index.DocumentOf(found.Occurrence);
        return new(found.Rank, index.HubKey(document), index.Entry(document), new DateTime(index.Start(found.Occurrence), DateTimeKind.Utc), index.Version(document));
    }

    private Bits Match(IReadOnlyList<int> hubKeys, int[] hiddenKeys, NpgsqlTsQuery? words)
    {
        var matching = EventMatch.Of(index, at.Documents, filter, hubKeys, hiddenKeys, words);
        if (ground is not null && !isGroundAsked)
        {
            using var there = Bits.Rent(at.Documents);
            foreach (var point in ground.Points)
            {
                for (var document = index.Points.First(point); document >= 0; document = index.Points.Next(document))
                    there.Set(document);
            }
            matching.And(there);
        }
        return matching;
    }

    private List<(double Rank, int Occurrence)> Order(Bits matching)
    {
        if (filter.Sort == SortOrder.Distance)
            return Nearest(matching);
        return matching.Count() > FewEvents && Walk(matching) is { } walked ? walked : Earliest(matching);
    }

    private bool Shows(int document) => index.Lives(document, at) && (!isGroundAsked || ground!.Keeps(index.Point(document)));

    /// <summary>Occurrence by occurrence in the order of their start; null when the page is not full after many.</summary>
    private List<(double Rank, int Occurrence)>? Walk(Bits matching)
    {
        var found = new List<(double, int)>(filter.Limit + 1);
        if (period.From is not null)
            found.AddRange(Running(matching));
        var after = filter.After is { } cursor ? cursor.Start.Ticks : 0;
        var begin = Math.Max(Hours.KeyOf(period.Before ?? 0), Hours.KeyOf(after));
        var passed = 0;
        var first = Array.BinarySearch(at.Hours, begin);
        for (var i = first < 0 ? ~first : first; i < at.Hours.Length && found.Count <= filter.Limit; i++)
        {
            if (period.To is { } to && at.Hours[i] > Hours.KeyOf(to))
                break;
            if (passed > LongWalk)
                return null;
            var hour = index.ByHour.At(at.Hours[i]);
            passed += hour.Length;
            foreach (var occurrence in hour)
            {
                if (occurrence >= at.Occurrences || !matching[index.DocumentOf(occurrence)] || index.Start(occurrence) < period.Before || !IsNext(0, occurrence) || !Takes(occurrence))
                    continue;
                found.Add((0, occurrence));
                if (found.Count > filter.Limit)
                    break;
            }
        }
        return found.Count > filter.Limit ? found[..(filter.Limit + 1)] : found;
    }

    /// <summary>The long occurrences that run when the period begins; all of them started before whatever the walk meets.</summary>
    private List<(double, int)> Running(Bits matching)
    {
        var few = new FirstFew(filter.Limit + 1, Compare);
        for (var n = 0; n < at.Longs; n++)
        {
            var occurrence = index.Long(n);
            if (index.Start(occurrence) < period.Before && index.End(occurrence) > period.From && matching[index.DocumentOf(occurrence)] && IsNext(0, occurrence) && Takes(occurrence))
                few.Offer(0, occurrence);
        }
        return few.InOrder();
    }

    /// <summary>Event by event, and the first of their occurrences kept.</summary>
    private List<(double, int)> Earliest(Bits matching)
    {
        var few = new FirstFew(filter.Limit + 1, Compare);
        for (var document = matching.Next(0); document >= 0; document = matching.Next(document + 1))
        {
            if (Shows(document))
                OfferAll(few, 0, document);
        }
        return few.InOrder();
    }

    /// <summary>Point by point from the nearest one, until no further one can come into the page.</summary>
    private List<(double, int)> Nearest(Bits matching)
    {
        var points = ground!.Points.Select(p => (Distance: ground.Distance(p), Point: p)).ToArray();
        Array.Sort(points);
        var few = new FirstFew(filter.Limit + 1, Compare);
        foreach (var (distance, point) in points)
        {
            if (few.IsFull && distance > few.LastRank)
                break;
            for (var document = index.Points.First(point); document >= 0; document = index.Points.Next(document))
            {
                if (document < at.Documents && matching[document] && index.Lives(document, at))
                    OfferAll(few, distance, document);
            }
        }
        return few.InOrder();
    }

    private void OfferAll(FirstFew few, double rank, int document)
    {
        var end = index.EndOfOccurrences(document, at);
        for (var occurrence = index.FirstOccurrence(document); occurrence < end; occurrence++)
        {
            if (!period.Keeps(occurrence))
                continue;
            if (IsNext(rank, occurrence))
                few.Offer(rank, occurrence);
            if (filter.Each == Each.Event)
                return;
        }
    }

    private bool Takes(int occurrence) =>
        period.Keeps(occurrence) && Shows(index.DocumentOf(occurrence)) && (filter.Each == Each.Occurrence || period.IsFirst(occurrence));

    /// <summary>It comes after the last row of the page before.</summary>
    private bool IsNext(double rank, int occurrence)
    {
        if (filter.After is not { } after)
            return true;
        if (filter.Sort == SortOrder.Distance && rank != after.Rank)
            return rank > after.Rank;
        if (index.Start(occurrence).CompareTo(after.Start.Ticks) is var byStart and not 0)
            return byStart > 0;
        var document = index.DocumentOf(occurrence);
        if (index.Entry(document).CompareTo(after.Entry) is var byEntry and not 0)
            return byEntry > 0;
        return index.HubKey(document) > after.HubKey;
    }

    /// <summary>What was counted of a cell so far.</summary>
    private struct CellSum
    {
        public int Count;
        public int Document;
        public long East;
        public long South;
    }

    private int Compare((double Rank, int Occurrence) one, (double Rank, int Occurrence) other) =>
        one.Rank.CompareTo(other.Rank) is var byRank and not 0 ? byRank : index.CompareOccurrences(one.Occurrence, other.Occurrence);
}
