using CafeIA.Federation.Protocol;

namespace CafeIA.Federation.Node.Intake.Proposals;

/// <summary>Why nothing more is decided about a proposal.</summary>
internal static class ProposalRefusals
{
    public static Refusal Decided { get; } = new("already-decided", "Cette proposition a déjà reçu une réponse.");

    public static Refusal Changed { get; } = new("proposal-changed", "Cette proposition a été corrigée depuis que vous l’avez ouverte : relisez-la avant de décider.");
}
