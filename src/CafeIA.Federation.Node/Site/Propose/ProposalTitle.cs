using CafeIA.Federation.Node.Directory.Content;
using CafeIA.Federation.Node.Intake.Proposals;
using CafeIA.Federation.Protocol.Identifiers;

namespace CafeIA.Federation.Node.Site.Propose;

internal static class ProposalTitle
{
    /// <summary>What its body is called.</summary>
    public static string Of(Proposal proposal)
    {
        if (proposal.Kind == EntryKind.Event)
            return LenientBody.TryParse(proposal.Body, out EventContent? content) ? content.Title : "";
        return LenientBody.TryParse(proposal.Body, out ResourceContent? resource) ? resource.Title : "";
    }
}
