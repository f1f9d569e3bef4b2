using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Protocol.Sequencing;

namespace CafeIA.Federation.Simulation.Nodes;

/// <summary>What became of a command, as its author is told.</summary>
internal enum AnswerKind
{
    /// <summary>Acknowledged: it stands at <see cref="Answer.Position"/>.</summary>
    Acknowledged,

    /// <summary>Refused for good.</summary>
    Refused,

    /// <summary>Not now: busy, fenced, in doubt, frozen, or the outcome is unknown.</summary>
    Later,
}

internal sealed record Answer(AnswerKind Kind, Position Position, string Code)
{
    public static Answer Later(string code) => new(AnswerKind.Later, default, code);
}

/// <summary>A command on its way into a batch.</summary>
internal sealed record Waiting(Intent Intent, Action<Answer> Reply);
