using BenchmarkDotNet.Attributes;
using CafeIA.Federation.Node.Directory.Content;
using CafeIA.Federation.Node.Directory.Occurrences;

namespace CafeIA.Federation.Benchmarks.Micro;

/// <summary>From what an event says of its dates to the times it takes place.</summary>
public class OccurrenceBenchmarks
{
    private static readonly DateTimeOffset Now = TimeProvider.System.GetUtcNow();

    private readonly EventContent weekly = Starting(new() { Rule = "FREQ=WEEKLY;COUNT=26" });
    private readonly EventContent once = Starting(null);

    [Benchmark(Description = "occurrences of a weekly series of 26")]
    public object Weekly() => OccurrenceExpansion.Expand(weekly, Now).Occurrences;

    [Benchmark(Description = "occurrence of a single event")]
    public object Once() => OccurrenceExpansion.Expand(once, Now).Occurrences;

    private static EventContent Starting(RecurrenceContent? recurrence) => new()
    {
        Title = "Café IA",
        Start = $"{Now:yyyy-MM-dd}T18:30",
        End = $"{Now:yyyy-MM-dd}T20:30",
        Recurrence = recurrence,
    };
}
