using System.Collections.Concurrent;
using CafeIA.Federation.Protocol.Following;
using CafeIA.Federation.Protocol.Identifiers;

namespace CafeIA.Federation.Node.Hubs.Following;

/// <summary>A segment that was dropped.</summary>
/// <param name="From">The sender's address; <c>lane</c>: the broker, which does not say who.</param>
internal sealed record RefusedSegment(HubId Hub, SegmentFault Fault, string From, DateTimeOffset At);

/// <summary>The last segments that were dropped, 16 of each sender, and how many there were: what an operator looks at when something is wrong.</summary>
internal sealed class RefusalSamples
{
    public const int PerSender = 16;

    /// <summary>Senders that are told apart; those beyond are counted together.</summary>
    private const int MaxSenders = 256;

    private const string Others = "others";

    private readonly ConcurrentDictionary<string, Queue<RefusedSegment>> samples = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<(HubId, SegmentFault), long> counts = new();

    public void Add(RefusedSegment refused)
    {
        counts.AddOrUpdate((refused.Hub, refused.Fault), 1, (_, n) => n + 1);
        var sender = samples.ContainsKey(refused.From) || samples.Count < MaxSenders ? refused.From : Others;
        var queue = samples.GetOrAdd(sender, _ => new(PerSender));
        lock (queue)
        {
            if (queue.Count == PerSender)
                queue.Dequeue();
            queue.Enqueue(refused);
        }
    }

    /// <summary>By hub and fault, since the node started.</summary>
    public IReadOnlyDictionary<(HubId Hub, SegmentFault Fault), long> Counts => counts;

    /// <summary>The newest first.</summary>
    public IReadOnlyList<RefusedSegment> Samples()
    {
        var all = new List<RefusedSegment>();
        foreach (var queue in samples.Values)
        {
            lock (queue)
            {
                all.AddRange(queue);
            }
        }
        return [.. all.OrderByDescending(r => r.At)];
    }
}
