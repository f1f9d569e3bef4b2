using CafeIA.Federation.Node.Directory.Content;
using CafeIA.Federation.Protocol;

namespace CafeIA.Federation.Node.Intake.Sources;

/// <summary>One record a file holds, judged by the rules of the author's edge: exactly one of <see cref="Event"/>, <see cref="Resource"/> and <see cref="Refusal"/> is there.</summary>
/// <param name="Line">Where it begins in the file, counted from 1.</param>
/// <param name="Uid">
/// Its identifier in the source, stable from one reading to the next; null when it was refused before an identifier was read. A refused draft with a
/// uid still says that its source holds the record: it has not vanished.
/// </param>
internal sealed record ImportedDraft(int Line, string? Uid)
{
    public EventContent? Event { get; init; }

    public ResourceContent? Resource { get; init; }

    /// <summary>Why it is not taken; its <see cref="Protocol.Refusal.Line"/> is the line at fault, which may lie below <see cref="Line"/>.</summary>
    public Refusal? Refusal { get; init; }

    /// <summary>What was wrong with a record that is taken nevertheless, and what was understood: French sentences with their lines.</summary>
    public IReadOnlyList<Refusal> Notes { get; init; } = [];

    /// <summary>True for the refusal of a file that breaks off: what is missing from it may stand in the part that is lost, so nothing may be withdrawn.</summary>
    public bool EndsEarly { get; init; }
}
