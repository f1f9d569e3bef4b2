using System.Diagnostics.Metrics;

namespace CafeIA.Federation.Node.Hubs.Scrubbing;

/// <summary>What scrubs find, for metrics.</summary>
internal sealed class ScrubTelemetry : IDisposable
{
    private readonly Meter meter;
    private readonly Counter<long> rows;
    private readonly Counter<long> findings;
    private long remaining;

    public ScrubTelemetry(IMeterFactory meters)
    {
        meter = meters.Create("CafeIA.Federation.Scrub");
        rows = meter.CreateCounter<long>("cafeia.scrub.rows", "{row}", "Rows of journals and directory that were checked");
        findings = meter.CreateCounter<long>("cafeia.scrub.findings", "{finding}", "What a disk or a hand changed, by kind and outcome");
        meter.CreateObservableGauge("cafeia.scrub.remaining", () => Interlocked.Read(ref remaining), "{finding}", "Findings of the last whole pass that could not be mended");
    }

    public void Checked(int count) => rows.Add(count);

    public void Passed(ScrubReport report)
    {
        foreach (var kind in report.Findings.GroupBy(f => (f.Kind, f.IsMended)))
            findings.Add(kind.Count(), new("kind", kind.Key.Kind.ToString()), new("outcome", kind.Key.IsMended ? "mended" : "remains"));
        Interlocked.Exchange(ref remaining, report.Remaining);
    }

    public void Dispose() => meter.Dispose();
}
