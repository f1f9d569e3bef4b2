using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Protocol.Journal;
using CafeIA.Federation.Protocol.Merkle;

namespace CafeIA.Federation.Protocol.AntiEntropy;

/// <summary>One change with the proof that it stands in its hub's journal: what a partner, or a node that mends itself, can check alone.</summary>
/// <param name="Change">Header, and salt and body where they are held.</param>
/// <param name="Proof">Inclusion proof (RFC 9162, section 2.1.3), lowest node first.</param>
public sealed record ProvenChange(Change Change, IReadOnlyList<Hash> Proof)
{
    /// <summary>True when the header is a leaf of this hub's tree where it says it is, and the body, if there is one, is the one committed to.</summary>
    public bool IsProven(HubId hub, Position at, Hash root)
    {
        var header = Change.Header;
        return header.Hub == hub
            && header.Position.Epoch == at.Epoch
            && header.Position.Seq is > 0
            && header.Position.Seq <= at.Seq
            && (Change.Body is null || Change.BodyMatches)
            && Merkle.Proof.VerifyInclusion(Change.Leaf, header.Position.Seq - 1, at.Seq, [.. Proof], root);
    }
}
