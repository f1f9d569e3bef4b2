using CafeIA.Federation.Simulation.Checks;

namespace CafeIA.Federation.Simulation.World;

/// <summary>What came of one run.</summary>
/// <param name="Seed">What it was drawn from.</param>
/// <param name="Failure">Null when every invariant held.</param>
/// <param name="Trace">What happened, when it was traced.</param>
/// <param name="Digest">Of the trace.</param>
/// <param name="Steps">Events.</param>
internal sealed record RunResult(ulong Seed, string? Failure, IReadOnlyList<string> Trace, string Digest, long Steps);

/// <summary>One run for one seed: the same seed is the same run.</summary>
internal static class SimulatedFederation
{
    public static RunResult Run(ulong seed, bool isTraced)
    {
        var universe = new Universe(Scenario.Draw(seed), isTraced);
        string? failure = null;
        try
        {
            universe.Run();
        }
        catch (BrokenInvariantException broken)
        {
            failure = broken.Message;
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // A fault of the protocol code or of a node is a finding like any other.
            failure = $"{e.GetType().Name}: {e.Message}\n{e.StackTrace}";
        }
        return new(seed, failure, universe.Trace.Lines, isTraced ? universe.Trace.Digest().ToString() : "", universe.Scheduler.Steps);
    }

    /// <summary>For an assembly that was compiled apart and is called by name: the failure, or null.</summary>
    public static string? Check(ulong seed) => Run(seed, isTraced: false).Failure;
}
