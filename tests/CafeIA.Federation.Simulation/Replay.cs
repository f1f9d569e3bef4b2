using System.Globalization;
using CafeIA.Federation.Simulation.Mutants;
using CafeIA.Federation.Simulation.World;

namespace CafeIA.Federation.Simulation;

/// <summary>The simulation from the command line.</summary>
internal static class Replay
{
    public const string Command = "dotnet run --project tests/CafeIA.Federation.Simulation -c Release -- --seed ";

    /// <summary>Lines of a trace that are shown: the last ones, where it went wrong.</summary>
    private const int Shown = 60;

    /// <summary>Seeds tried for mutants that are named: to find the seed of a new one.</summary>
    private const int LongHunt = 5_000;

    /// <returns>0 when every run held, 1 when one did not, 2 for arguments that are none.</returns>
    public static int Run(string[] args)
    {
        if (args is ["--seed", var text, ..] && ulong.TryParse(text, CultureInfo.InvariantCulture, out var seed))
            return Show(seed, args.Contains("--all") ? int.MaxValue : Shown);
        if (args is ["--mutants"])
            return Hunted(Hunt.All, Hunt.Most);
        if (args is ["--mutants", var part])
            return Hunted([.. Hunt.All.Where(m => m.Name.Contains(part, StringComparison.OrdinalIgnoreCase))], LongHunt);
        if (args is ["--seeds", var many] && int.TryParse(many, CultureInfo.InvariantCulture, out var count))
            return Many(1, count);
        if (args is ["--seeds", var some, "--from", var first] && int.TryParse(some, CultureInfo.InvariantCulture, out var number) && ulong.TryParse(first, CultureInfo.InvariantCulture, out var from))
            return Many(from, number);
        Console.Error.WriteLine("--seed N [--all]   |   --seeds COUNT [--from N]   |   --mutants [PART OF A NAME]");
        return 2;
    }

    private static int Show(ulong seed, int lines)
    {
        Console.WriteLine(Scenario.Draw(seed));
        var result = SimulatedFederation.Run(seed, isTraced: true);
        Console.WriteLine(string.Join('\n', result.Trace.TakeLast(lines)));
        Console.WriteLine(result.Failure ?? $"{result.Steps} steps, every invariant held; trace {result.Digest[..16]}");
        return result.Failure is null ? 0 : 1;
    }

    private static int Hunted(IReadOnlyList<Mutant> mutants, int most)
    {
        var caught = Hunt.Run(mutants, most, c => Console.WriteLine(Hunt.Line(c)));
        Console.WriteLine($"{caught.Count(c => c.Seed is not null)} of {caught.Count} caught");
        return caught.All(c => c.Seed is not null) ? 0 : 1;
    }

    private static int Many(ulong from, int count)
    {
        var failures = Seeds.Run(from, count, 20, out var figures);
        foreach (var failure in failures)
            Console.WriteLine($"{failure.Seed}: {string.Join(" | ", failure.Failure!.Split((char)10).Take(3))}");
        Console.WriteLine(figures);
        return failures.Count == 0 ? 0 : 1;
    }
}
