using System.Diagnostics.Metrics;

namespace CafeIA.Federation.Tests.Fixtures;

/// <summary>Makes meters that nobody reads.</summary>
internal sealed class TestMeters : IMeterFactory
{
    private readonly List<Meter> meters = [];

    public Meter Create(MeterOptions options)
    {
        var meter = new Meter(options);
        meters.Add(meter);
        return meter;
    }

    public void Dispose() => meters.ForEach(m => m.Dispose());
}
