using System.Globalization;

namespace CafeIA.Federation.Benchmarks.Report;

/// <summary>Durations, all kept, so that percentiles are exact. Thread-safe.</summary>
internal sealed class Latencies
{
    private static readonly double[] Shown = [0.5, 0.99, 0.999];

    private readonly List<double> milliseconds = [];

    public void Add(TimeSpan duration)
    {
        lock (milliseconds)
            milliseconds.Add(duration.TotalMilliseconds);
    }

    /// <summary>The smallest value that this part of all does not exceed, in ms; NaN when there is none.</summary>
    public double Percentile(double part)
    {
        lock (milliseconds)
        {
            if (milliseconds.Count == 0)
                return double.NaN;
            milliseconds.Sort();
            return milliseconds[Math.Clamp((int)Math.Ceiling(part * milliseconds.Count) - 1, 0, milliseconds.Count - 1)];
        }
    }

    /// <summary>p50 / p99 / p99.9.</summary>
    public override string ToString() =>
        string.Join(" / ", Shown.Select(p => Percentile(p).ToString("0.0", CultureInfo.InvariantCulture)));
}
