using System.Collections.Concurrent;

namespace CafeIA.Federation.Simulation.Mutants;

/// <summary>A mutant and the seed that gave it away; no seed when it got through.</summary>
internal sealed record Caught(Mutant Mutant, ulong? Seed, string Why);

/// <summary>Runs every mutant over seeds until one breaks an invariant.</summary>
internal static class Hunt
{
    /// <summary>Seeds tried after the first: a mutant that survives them all is not caught.</summary>
    public const int Most = 400;

    public static IReadOnlyList<Mutant> All { get; } = [.. PlantedBugs.All, .. PlantedNodeBugs.All];

    /// <param name="mutants">What to hunt.</param>
    /// <param name="most">Seeds after which a mutant is given up.</param>
    /// <param name="told">Told of each as it is caught or given up, from any thread.</param>
    public static IReadOnlyList<Caught> Run(IReadOnlyList<Mutant> mutants, int most, Action<Caught> told)
    {
        var compiler = new MutantCompiler();
        var caught = new ConcurrentBag<Caught>();
        // One at a time from a shared queue: a mutant that hides long must not hold up half of the others.
        Parallel.ForEach(
            Partitioner.Create(mutants, EnumerablePartitionerOptions.NoBuffering),
            new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount },
            mutant =>
            {
                var found = Find(compiler, mutant, most);
                caught.Add(found);
                told(found);
            });
        return [.. mutants.Select(m => caught.First(c => c.Mutant == m))];
    }

    public static string Line(Caught caught) =>
        $"{caught.Mutant.Name,-70} {(caught.Seed is { } seed ? $"seed {seed,-6} {caught.Why.Split('\n')[0]}" : "NOT CAUGHT")}";

    private static Caught Find(MutantCompiler compiler, Mutant mutant, int most)
    {
        using var loaded = compiler.Load(mutant.Patches);
        foreach (var seed in Enumerable.Range(1, most).Select(s => (ulong)s).Prepend(mutant.FirstSeed))
        {
            if (loaded.Check(seed) is { } why)
                return new(mutant, seed, why);
        }
        return new(mutant, null, "");
    }
}
