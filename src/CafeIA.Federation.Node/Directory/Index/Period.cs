using CafeIA.Federation.Node.Directory.Projection;
using CafeIA.Federation.Node.Directory.Search;

namespace CafeIA.Federation.Node.Directory.Index;

/// <summary>Which occurrences a search keeps: those that overlap its period and have one of its statuses.</summary>
internal sealed class Period
{
    private static readonly long NoDate = OccurrenceColumns.NoDate.Ticks;

    private readonly EventIndex index;
    private readonly HashSet<int>? statuses;

    public Period(EventIndex index, DirectoryFilter filter)
    {
        this.index = index;
        // PostgreSQL counts microseconds: what is finer is cut off there as here.
        From = filter.From is { } from ? Microseconds(from) : null;
        Before = filter.From is { } begin ? Microseconds(begin - OccurrenceColumns.Long) : null;
        To = filter.To is { } to ? Microseconds(to) : filter.From is null ? null : NoDate;
        if (filter.Statuses.Count > 0)
            statuses = [.. filter.Statuses.Select(index.FindStatus).OfType<int>()];
    }

    /// <summary>UTC ticks, included; null: no bound.</summary>
    public long? From { get; }

    /// <summary>What began before this and still runs at the beginning is long.</summary>
    public long? Before { get; }

    /// <summary>UTC ticks, excluded; null: no bound, and what has no date comes last.</summary>
    public long? To { get; }

    public bool Keeps(int occurrence)
    {
        if (To is { } to && index.Start(occurrence) >= to)
            return false;
        if (From is { } from && index.Start(occurrence) < from && index.End(occurrence) <= from)
            return false;
        return statuses is null || statuses.Contains(index.Status(occurrence));
    }

    /// <summary>Without an end nothing but the event's last moment matters: an event with a larger <see cref="EventIndex.Reach"/> than this has an occurrence that is kept, no other has. Null: its occurrences have to be looked at.</summary>
    public long? ReachAfter => statuses is not null ? null : From is { } from && To == NoDate ? from : From is null && To is null ? -1 : null;

    /// <summary>Any occurrence of the event is kept.</summary>
    public bool KeepsAny(int document, Generation at)
    {
        if (ReachAfter is { } reach)
            return index.Reach(document) > reach;
        var end = index.EndOfOccurrences(document, at);
        for (var occurrence = index.FirstOccurrence(document); occurrence < end; occurrence++)
        {
            if (Keeps(occurrence))
                return true;
        }
        return false;
    }

    /// <summary>No earlier occurrence of its event is kept.</summary>
    public bool IsFirst(int occurrence)
    {
        for (var earlier = index.FirstOccurrence(index.DocumentOf(occurrence)); earlier < occurrence; earlier++)
        {
            if (Keeps(earlier))
                return false;
        }
        return true;
    }

    private static long Microseconds(DateTimeOffset moment) => moment.UtcTicks / TimeSpan.TicksPerMicrosecond * TimeSpan.TicksPerMicrosecond;
}
