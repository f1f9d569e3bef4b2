using System.Diagnostics;
using System.Diagnostics.Metrics;
using CafeIA.Federation.Node.Hubs.Following;
using CafeIA.Federation.Protocol.Following;
using CafeIA.Federation.Protocol.Identifiers;

namespace CafeIA.Federation.Node.Hubs;

/// <summary>Spans and metrics of the hubs, each named once.</summary>
internal sealed class HubsTelemetry : IDisposable
{
    public const string Name = "CafeIA.Federation.Hubs";

    /// <summary>Seconds, from a commit on an idle disk to a partition that heals.</summary>
    private static readonly InstrumentAdvice<double> Seconds = new() { HistogramBucketBoundaries = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300] };

    private readonly RefusalSamples samples;
    private readonly Meter meter;
    private readonly Counter<long> appended;
    private readonly Counter<long> applied;
    private readonly Counter<long> refused;
    private readonly Counter<long> pulls;
    private readonly Counter<long> dropped;
    private readonly Histogram<double> append;
    private readonly Histogram<double> lag;

    public HubsTelemetry(IMeterFactory meters, HubProgress progress, RefusalSamples samples)
    {
        this.samples = samples;
        meter = meters.Create(Name);
        appended = meter.CreateCounter<long>("cafeia.changes.appended", "{change}", "Changes of the local hub committed");
        applied = meter.CreateCounter<long>("cafeia.changes.applied", "{change}", "Changes of other hubs committed");
        refused = meter.CreateCounter<long>("cafeia.segments.refused", "{segment}", "Segments dropped, by hub and fault");
        pulls = meter.CreateCounter<long>("cafeia.pulls", "{pull}", "Pulls of a hub's journal, by hub and outcome");
        dropped = meter.CreateCounter<long>("cafeia.segments.dropped", "{segment}", "Segments dropped because the hub's channel was full");
        append = meter.CreateHistogram<double>("cafeia.append.duration", "s", "Time of one append, from plan to commit", tags: null, Seconds);
        lag = meter.CreateHistogram<double>("cafeia.apply.lag", "s", "From the author's signature to the commit here, by hub; includes the difference of the two clocks", tags: null, Seconds);
        meter.CreateObservableGauge("cafeia.hub.behind", () => progress.All().Select(s => new Measurement<long>((long)s.Behind, Hub(s.Hub.Id))), "{change}", "Changes a hub is known to have written that are not held here");
        meter.CreateObservableGauge("cafeia.hub.expelled_or_blocked", () => progress.All().Select(s => new Measurement<int>(s.Hub.IsHidden ? 1 : 0, Hub(s.Hub.Id))), "{hub}", "1: nothing of this hub is shown here");
        meter.CreateObservableGauge("cafeia.hub.seq", () => progress.All().Select(s => new Measurement<long>((long)s.Held.Seq, Hub(s.Hub.Id))), "{change}", "Seq of the last change held, by hub");
    }

    public ActivitySource Source { get; } = new(Name);

    public void Appended(int changes, TimeSpan duration)
    {
        appended.Add(changes);
        append.Record(duration.TotalSeconds);
    }

    public void Applied(HubId hub, int changes, TimeSpan sinceSigned)
    {
        applied.Add(changes, Hub(hub));
        lag.Record(Math.Max(0, sinceSigned.TotalSeconds), Hub(hub));
    }

    /// <param name="hub">Whose journal the segment claims to be of.</param>
    /// <param name="fault">What is wrong with it.</param>
    /// <param name="from">The sender's address, or <c>lane</c>.</param>
    /// <param name="at">Now.</param>
    public void Refused(HubId hub, SegmentFault fault, string from, DateTimeOffset at)
    {
        refused.Add(1, Hub(hub), new("fault", fault.ToString()));
        samples.Add(new(hub, fault, from, at));
    }

    public void Pulled(HubId hub, string outcome) => pulls.Add(1, Hub(hub), new("outcome", outcome));

    /// <summary>Bytes of no hub that is known here.</summary>
    public void Stranger() => refused.Add(1, new KeyValuePair<string, object?>("fault", nameof(SegmentFault.Stranger)));

    public void Dropped(HubId hub) => dropped.Add(1, Hub(hub));

    public void Dispose()
    {
        meter.Dispose();
        Source.Dispose();
    }

    private static KeyValuePair<string, object?> Hub(HubId hub) => new("hub", hub.ToString());
}
