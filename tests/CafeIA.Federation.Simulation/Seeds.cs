using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using CafeIA.Federation.Simulation.World;

namespace CafeIA.Federation.Simulation;

/// <summary>Many runs, on every core.</summary>
internal static class Seeds
{
    /// <param name="from">The first seed; the others follow it.</param>
    /// <param name="count">Runs.</param>
    /// <param name="most">Failures after which no more runs are begun.</param>
    /// <param name="figures">How many runs, events and seconds it was.</param>
    public static IReadOnlyList<RunResult> Run(ulong from, int count, int most, out string figures)
    {
        var failures = new ConcurrentQueue<RunResult>();
        var watch = Stopwatch.StartNew();
        long runs = 0, steps = 0;
        Parallel.For(0, count, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, (i, loop) =>
        {
            if (loop.IsStopped)
                return;
            var result = SimulatedFederation.Run(from + (ulong)i, isTraced: false);
            Interlocked.Increment(ref runs);
            Interlocked.Add(ref steps, result.Steps);
            if (result.Failure is not null)
                failures.Enqueue(result);
            if (failures.Count >= most)
                loop.Stop();
        });
        figures = string.Create(CultureInfo.InvariantCulture, $"{runs} seeds from {from}, {failures.Count} failed, {steps} events, {watch.Elapsed.TotalSeconds:0.0} s");
        return [.. failures.OrderBy(f => f.Seed)];
    }
}
