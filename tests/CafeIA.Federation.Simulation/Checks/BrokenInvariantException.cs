namespace CafeIA.Federation.Simulation.Checks;

/// <summary>One of the invariants of the protocol does not hold.</summary>
/// <param name="number">Of the invariant, 1 to 12, as in docs/protocol.md.</param>
/// <param name="what">What was seen.</param>
internal sealed class BrokenInvariantException(int number, string what) : Exception($"invariant {number}: {what}")
{
    public int Number => number;
}
