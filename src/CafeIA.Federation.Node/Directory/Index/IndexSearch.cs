using System.Numerics;
using CafeIA.Federation.Node.Directory.Search;
using NpgsqlTypes;

namespace CafeIA.Federation.Node.Directory.Index;

/// <summary>A place in a page that the index made: the row to fetch, and the version of it that was meant.</summary>
internal readonly record struct IndexHit(double Rank, int HubKey, Guid Entry, DateTime Start, uint Version);

/// <summary>Where one way to a page takes over from another. Both find the same, so that only time depends on them.</summary>
/// <param name="FewEvents">Fewer matching events than this are judged one by one.</param>
/// <param name="LongWalk">Occurrences that a walk may pass before it is given up: some tenths of a millisecond.</param>
/// <param name="ManyOnTheGround">So many events on a part of the map, or fewer, are found by it: some tenths of a millisecond; of more, each is asked where it stands.</param>
internal sealed record SearchLimits(int FewEvents, int LongWalk, int ManyOnTheGround)
{
    public static SearchLimits Usual { get; } = new(2_000, 200_000, 200_000);
}

/// <summary>One search over one generation of the index. It finds what <see cref="EventQuery"/> finds in PostgreSQL, in the same order.</summary>
/// <remarks>
/// The events that match are a bitmap. A page by date then walks the occurrences in their order until it is full; where few events match, or the walk gets long, their occurrences are judged instead and
/// the first of them kept. A page by distance is looked for in a small circle first.
/// </remarks>
internal sealed class IndexSearch
{
    /// <summary>Ticks of a period whose occurrences are looked through before the events are.</summary>
    private const long Short = 31 * TimeSpan.TicksPerDay;

    /// <summary>Occurrences that are passed in the time in which one event is judged.</summary>
    private const int OccurrencesPerEvent = 4;

    /// <summary>The first circle in which what is nearest is looked for, as a part of the radius.</summary>
    private const double WidestOverFirst = 32;

    private readonly EventIndex index;
    private readonly Generation at;
    private readonly DirectoryFilter filter;
    private readonly SearchLimits limits;
    private readonly Period period;
    private readonly Ground? ground;
    private readonly bool isBoxSet;
    private readonly bool isGroundAsked;

    /// <summary>Occurrences in the hours of a short period, the long ones of any time with them; of another period more than there can be.</summary>
    private readonly int within;

    private IndexSearch(EventIndex index, DirectoryFilter filter, SearchLimits limits)
    {
        this.limits = limits;
        this.index = index;
        this.filter = filter;
        at = index.Current;
        period = new(index, filter);
        ground = Ground.Of(filter, index.Points);
        within = CountWithin();
        isBoxSet = ground?.Count <= limits.ManyOnTheGround;
        // The events of a box are all it keeps; those of a circle are looked for in the box around it.
        isGroundAsked = ground is not null && (filter.Near is not null || !isBoxSet);
    }

    /// <summary>False where PostgreSQL has to be asked: for an order by relevance, or a phrase.</summary>
    public static bool CanAnswer(DirectoryFilter filter, NpgsqlTsQuery? words) => filter.Sort != SortOrder.Relevance && (words is null || WordQuery.CanAnswer(words));

    /// <returns>One more than the page holds when there is a next page.</returns>
    public static IReadOnlyList<IndexHit> Page(EventIndex index, DirectoryFilter filter, IReadOnlyList<int> hubKeys, int[] hiddenKeys, NpgsqlTsQuery? words, SearchLimits? limits = null)
    {
        var search = new IndexSearch(index, filter, limits ?? SearchLimits.Usual);
        using var matching = search.Match(hubKeys, hiddenKeys, words);
        return [.. search.Order(matching).Select(search.Hit)];
    }

    /// <summary>The events by the cells they stand in, cell by cell; the filter's box is the grid's outline.</summary>
    public static IReadOnlyList<MapCell> Clusters(EventIndex index, DirectoryFilter filter, MapGrid grid, IReadOnlyList<int> hubKeys, int[] hiddenKeys, NpgsqlTsQuery? words, SearchLimits? limits = null)
    {
        var search = new IndexSearch(index, filter, limits ?? SearchLimits.Usual);
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
        var search = new IndexSearch(index, filter, SearchLimits.Usual);
        using var matching = search.Match(hubKeys, hiddenKeys, words);
        return search.Count(matching, bounds);
    }

    /// <summary>How many events of a search have each value of some kinds; order and page do not matter.</summary>
    public static IReadOnlyList<FacetCount> Facets(EventIndex index, DirectoryFilter filter, IReadOnlyList<Facet> facets, IReadOnlyList<int> hubKeys, int[] hiddenKeys, NpgsqlTsQuery? words, SearchLimits? limits = null)
    {
        var search = new IndexSearch(index, filter, limits ?? SearchLimits.Usual);
        using var matching = search.Match(hubKeys, hiddenKeys, words);
        search.KeepShown(matching, asksBox: true);
        var counts = new List<FacetCount>();
        foreach (var facet in facets)
        {
            foreach (var (value, events) in index.ValuesOf(facet))
            {
                if (events.CountIn(matching) is > 0 and var count)
                    counts.Add(new(facet, value, count));
            }
        }
        return counts;
    }

    private int[] Count(Bits matching, long[] bounds)
    {
        var counts = new int[bounds.Length - 1];
        for (var i = HourFrom(bounds[0]); i < at.Hours.Length && at.Hours[i] <= Hours.KeyOf(bounds[^1]); i++)
        {
            foreach (var (occurrence, document) in index.ByHour.At(at.Hours[i]))
            {
                if (occurrence >= at.Occurrences || !matching[document])
                    continue;
                var start = index.Start(occurrence);
                if (start < bounds[0] || start >= bounds[^1] || !period.Keeps(occurrence) || !Shows(document))
                    continue;
                var bound = Array.BinarySearch(bounds, start);
                counts[bound < 0 ? ~bound - 1 : bound]++;
            }
        }
        return counts;
    }

    private List<MapCell> Count(Bits matching, MapGrid grid)
    {
        // What stands outside the box is in none of its cells.
        KeepShown(matching, asksBox: false);
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
        for (var w = 0; w < words.Length; w++)
        {
            for (var word = words[w]; word != 0; word &= word - 1)
            {
                var i = (w << 6) + BitOperations.TrailingZeroCount(word);
                var (east, south) = (standing.East[i], standing.South[i]);
                var cell = east < 0 ? -1 : grid.CellOf(east, south);
                if (cell < 0)
                    continue;
                ref var sum = ref sums[cell];
                sum.Count++;
                sum.East += east;
                sum.South += south;
                sum.Document = first + i;
            }
        }
    }

    /// <summary>Keeps the events that are shown in the period and on the ground: 64 at a time where a column says it, one by one where their occurrences or their place have to be looked at.</summary>
    private void KeepShown(Bits matching, bool asksBox)
    {
        KeepWithinShortPeriod(matching);
        for (var first = 0; first < at.Documents; first += Bits.Block)
        {
            var words = matching.Words(first);
            var standing = index.Standing(first);
            for (var w = 0; w < words.Length; w++)
            {
                if (words[w] == 0)
                    continue;
                words[w] &= standing.Living(w, at.Number);
                if (period.ReachAfter is { } reach)
                    words[w] &= standing.Reaching(w, reach);
            }
        }
        var asksGround = isGroundAsked && (asksBox || filter.Near is not null);
        if (period.ReachAfter is not null && !asksGround)
            return;
        for (var document = matching.Next(0); document >= 0; document = matching.Next(document + 1))
        {
            if (!period.KeepsAny(document, at) || (asksGround && !ground!.Keeps(document)))
                matching.Clear(document);
        }
    }

    /// <summary>Where a period is short: keeps the events that have an occurrence in its hours, or a long one.</summary>
    private void KeepWithinShortPeriod(Bits matching)
    {
        if (ShortPeriod is not { } between)
            return;
        using var begun = Bits.Rent(at.Documents);
        for (var i = HourFrom(between.From); i < at.Hours.Length && at.Hours[i] <= Hours.KeyOf(between.To); i++)
        {
            foreach (var one in index.ByHour.At(at.Hours[i]))
                begun.Set(one.Document);
        }
        for (var n = 0; n < at.Longs; n++)
            begun.Set(index.DocumentOf(index.Long(n)));
        matching.And(begun);
    }

    /// <summary>UTC ticks between which what is not long begins, of a period of a month at most.</summary>
    private (long From, long To)? ShortPeriod => period is { From: { } from, Before: { } before, To: { } to } && to - from < Short ? (before, to) : null;

    /// <summary>The first of the hours that have an occurrence, from a moment on.</summary>
    private int HourFrom(long ticks) => Array.BinarySearch(at.Hours, Hours.KeyOf(ticks)) is var found && found < 0 ? ~found : found;

    private IndexHit Hit((double Rank, int Occurrence) found)
    {
        var document = index.DocumentOf(found.Occurrence);
        return new(found.Rank, index.HubKey(document), index.Entry(document), new DateTime(index.Start(found.Occurrence), DateTimeKind.Utc), index.Version(document));
    }

    private Bits Match(IReadOnlyList<int> hubKeys, int[] hiddenKeys, NpgsqlTsQuery? words)
    {
        var matching = EventMatch.Of(index, at.Documents, filter, hubKeys, hiddenKeys, words);
        if (isBoxSet)
        {
            using var there = Bits.Rent(at.Documents);
            ground!.SetBoxes(there);
            matching.And(there);
        }
        matching.CutTail();
        return matching;
    }

    private List<(double Rank, int Occurrence)> Order(Bits matching)
    {
        if (filter.Sort == SortOrder.Distance)
        {
            KeepWithinShortPeriod(matching);
            return Nearest(matching);
        }
        var count = matching.Count();
        // So few occurrences cost less to pass than the events to be judged one by one.
        var isShort = within / OccurrencesPerEvent < count;
        return (isShort || count > limits.FewEvents) && Walk(matching) is { } walked ? walked : Earliest(matching);
    }

    private int CountWithin()
    {
        if (ShortPeriod is not { } between)
            return int.MaxValue;
        var occurrences = at.Longs;
        for (var i = HourFrom(between.From); i < at.Hours.Length && at.Hours[i] <= Hours.KeyOf(between.To); i++)
            occurrences += index.ByHour.At(at.Hours[i]).Length;
        return occurrences;
    }

    private bool Shows(int document) => index.Lives(document, at) && (!isGroundAsked || ground!.Keeps(document));

    /// <summary>Occurrence by occurrence in the order of their start; null when the page is not full after many.</summary>
    private List<(double Rank, int Occurrence)>? Walk(Bits matching)
    {
        var found = new List<(double, int)>(filter.Limit + 1);
        if (period.From is not null)
            found.AddRange(Running(matching));
        var after = filter.After is { } cursor ? cursor.Start.Ticks : 0;
        var passed = 0;
        for (var i = HourFrom(Math.Max(period.Before ?? 0, after)); i < at.Hours.Length && found.Count <= filter.Limit; i++)
        {
            if (period.To is { } to && at.Hours[i] > Hours.KeyOf(to))
                break;
            if (passed > limits.LongWalk)
                return null;
            var hour = index.ByHour.At(at.Hours[i]);
            passed += hour.Length;
            foreach (var (occurrence, document) in hour)
            {
                if (occurrence >= at.Occurrences || !matching[document] || !Shows(document) || index.Start(occurrence) < period.Before || !IsNext(0, occurrence) || !Takes(occurrence))
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
            if (index.Start(occurrence) < period.Before && index.End(occurrence) > period.From && matching[index.DocumentOf(occurrence)] && Shows(index.DocumentOf(occurrence)) && IsNext(0, occurrence) && Takes(occurrence))
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

    /// <summary>Event by event where few match; otherwise in circles, each twice as wide as the one before, until a page is full of what stands in one.</summary>
    private List<(double, int)> Nearest(Bits matching)
    {
        var few = new FirstFew(filter.Limit + 1, Compare);
        if (matching.Count() < limits.FewEvents)
        {
            for (var document = matching.Next(0); document >= 0; document = matching.Next(document + 1))
                OfferNear(few, document, ground!.Radius);
            return few.InOrder();
        }
        var reach = Math.Max(ground!.Radius / WidestOverFirst, filter.After?.Rank ?? 0);
        while (true)
        {
            reach = Math.Min(reach, ground.Radius);
            foreach (var cell in ground.Within(reach))
            {
                foreach (ref readonly var one in cell.Span)
                {
                    if (one.Document < at.Documents && matching[one.Document])
                        OfferNear(few, one.Document, reach);
                }
            }
            if (few.IsFull || reach >= ground.Radius)
                return few.InOrder();
            few = new FirstFew(filter.Limit + 1, Compare);
            reach *= 2;
        }
    }

    private void OfferNear(FirstFew few, int document, double reach)
    {
        if (index.Lives(document, at) && ground!.Keeps(document, out var distance) && distance <= reach && !(few.IsFull && distance > few.LastRank))
            OfferAll(few, distance, document);
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
        period.Keeps(occurrence) && (filter.Each == Each.Occurrence || period.IsFirst(occurrence));

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
