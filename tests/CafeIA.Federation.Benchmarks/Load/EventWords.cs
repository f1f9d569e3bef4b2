using CafeIA.Federation.Benchmarks.France;

namespace CafeIA.Federation.Benchmarks.Load;

/// <summary>Words to search the generated events for.</summary>
internal static class EventWords
{
    /// <summary>Each in a fifth of all events at least.</summary>
    public static IReadOnlyList<string> CommonWords { get; } = ["café", "atelier", "intelligence", "artificielle"];

    /// <summary>Each in one of 10,000 to 100,000 events, the least rare first; <see cref="France.RareWords.Chance"/> tells how rare.</summary>
    public static IReadOnlyList<string> RareWords => France.RareWords.All;
}
