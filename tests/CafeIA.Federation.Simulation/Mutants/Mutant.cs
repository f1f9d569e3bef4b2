namespace CafeIA.Federation.Simulation.Mutants;

/// <summary>One change of a source: the old text is there exactly once.</summary>
internal sealed record Patch(string File, string Old, string New);

/// <summary>A planted bug, and where to look for it first.</summary>
/// <param name="Name">What is wrong.</param>
/// <param name="FirstSeed">The seed that caught it when it was planted; when it does no more, others are tried.</param>
/// <param name="Patches">The bug.</param>
internal sealed record Mutant(string Name, ulong FirstSeed, params Patch[] Patches);
