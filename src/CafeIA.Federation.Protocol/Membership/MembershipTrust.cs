using CafeIA.Federation.Protocol.Heads;
using CafeIA.Federation.Protocol.Identifiers;

namespace CafeIA.Federation.Protocol.Membership;

/// <summary>What a node makes of a membership document it is shown.</summary>
public enum MembershipVerdict
{
    /// <summary>It holds this one, or a higher version.</summary>
    Held,

    /// <summary>It takes the place of what is held.</summary>
    Accepted,

    /// <summary>Another document of the version that is held, signed by a steward too: a conflict, which the one that is held wins.</summary>
    ConflictLost,

    /// <summary>The same, and the one that is shown wins: it takes the place of what is held.</summary>
    ConflictWon,

    OtherFederation,

    /// <summary>Neither pinned nor listed as a steward by the version before.</summary>
    UnknownSteward,
}

/// <summary>Whose signature makes a membership document count on this node.</summary>
/// <param name="federation">The node's.</param>
/// <param name="isPinned">The stewards the node's operator pinned.</param>
public sealed class MembershipTrust(FederationId federation, Func<HubPublicKey, bool> isPinned)
{
    /// <summary>
    /// A pinned steward may sign any version, another one only after a version that lists it. Of two documents of one version the one with the lower hash counts, on every node, in
    /// whatever order they come: no clock decides, and the next version ends it.
    /// </summary>
    /// <param name="offered">What is shown, its signature verified.</param>
    /// <param name="held">The highest version that was accepted.</param>
    /// <param name="before">The one before <paramref name="held"/>.</param>
    /// <param name="lost">Documents that counted and lost a conflict: whom they list may sign the version after them all the same, else nodes that saw only one of the two would part for good.</param>
    public MembershipVerdict Judge(SignedMembership offered, SignedMembership? held, SignedMembership? before, IReadOnlyCollection<SignedMembership>? lost = null)
    {
        ArgumentNullException.ThrowIfNull(offered);
        if (offered.Document.Federation != federation)
            return MembershipVerdict.OtherFederation;
        if (held is not null && (offered.Document.Version < held.Document.Version || offered.Identity == held.Identity))
            return MembershipVerdict.Held;
        var isOfOneVersion = held?.Document.Version == offered.Document.Version;
        var predecessor = isOfOneVersion ? before : held;
        var signer = offered.Envelope.Key;
        if (!isPinned(signer) && predecessor?.Document.IsSteward(signer.Id) != true
            && lost?.Any(l => l.Document.Version == predecessor?.Document.Version && l.Document.IsSteward(signer.Id)) != true)
            return MembershipVerdict.UnknownSteward;
        if (!isOfOneVersion)
            return MembershipVerdict.Accepted;
        return offered.Identity.ToArray().AsSpan().SequenceCompareTo(held!.Identity.ToArray()) < 0 ? MembershipVerdict.ConflictWon : MembershipVerdict.ConflictLost;
    }
}
