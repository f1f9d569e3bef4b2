using CafeIA.Federation.Protocol.Identifiers;
using Npgsql;

namespace CafeIA.Federation.Node.Intake.Proposals;

/// <summary>What becomes of a proposal.</summary>
/// <param name="State">No longer waiting.</param>
/// <param name="Told">Letters and the line of the audit that belong to it.</param>
internal sealed record Settlement(ProposalState State, params IReadOnlyList<NpgsqlBatchCommand> Told)
{
    /// <summary>Who decided; null: who proposed it.</summary>
    public Guid? By { get; init; }

    /// <summary>Why not.</summary>
    public string? Reason { get; init; }

    /// <summary>What it has become.</summary>
    public EntryId? Entry { get; init; }

    /// <summary>Of that entry; null: as it was proposed.</summary>
    public EntryKind? Kind { get; init; }
}
