using System.Diagnostics;
using CafeIA.Federation.Protocol.Journal;
using CafeIA.Federation.Protocol.Segments;

namespace CafeIA.Federation.Node.Hubs;

/// <summary>Segments that wait and follow each other, joined into one: a replica that is behind verifies and commits once for all of them, and so catches up.</summary>
/// <remarks>The last head covers what comes before it, so the heads between need no check of their own. When the joined segment is refused, each is judged alone.</remarks>
internal sealed class LaneRun
{
    /// <summary>Changes in one commit: more would only make those at the front wait.</summary>
    public const int MaxChanges = 500;

    private readonly List<Segment> segments = [];
    private int changes;

    public IReadOnlyList<Segment> Segments => segments;

    /// <summary>False when the segment does not go on where the run ends: then it begins the next run.</summary>
    public bool TryAdd(Segment segment)
    {
        if (segments.Count > 0)
        {
            var last = segments[^1];
            if (segment.FirstSeq != last.LastSeq + 1 || last.Proof.Count > 0
                || segment.Changes.Count == 0 || last.Changes.Count == 0
                || segment.Head.Head.Position < last.Head.Head.Position
                || changes + segment.Changes.Count > MaxChanges)
                return false;
        }
        segments.Add(segment);
        changes += segment.Changes.Count;
        return true;
    }

    public Segment Joined()
    {
        if (segments.Count == 1)
            return segments[0];
        var last = segments[^1];
        var joined = new List<Change>(changes);
        foreach (var segment in segments)
            joined.AddRange(segment.Changes);
        return new(last.Head, segments[0].FirstSeq, joined, last.Proof, last.TraceParent);
    }

    /// <summary>The traces that end here besides the last one's.</summary>
    public IReadOnlyList<ActivityLink> Links() =>
    [
        .. segments.SkipLast(1)
            .Select(s => ActivityContext.TryParse(s.TraceParent, null, isRemote: true, out var context) ? context : default)
            .Where(c => c != default)
            .Select(c => new ActivityLink(c)),
    ];
}
