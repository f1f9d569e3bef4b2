using CafeIA.Federation.Protocol.Heads;
using CafeIA.Federation.Protocol.Identifiers;

namespace CafeIA.Federation.Node.Exchange;

/// <summary>A hub’s keys as another node tells them: not verified.</summary>
/// <param name="First">The first that node knows of; null where it does not say.</param>
/// <param name="Rotations">In order.</param>
internal sealed record PeerKeys(HubPublicKey? First, IReadOnlyList<KeyRotation> Rotations)
{
    /// <summary>The unbroken chain from the key of that fingerprint; null when it is none of these keys.</summary>
    public KeyRing? From(FederationId federation, HubId hub, string fingerprint)
    {
        var keys = Rotations.Select(r => r.NewKey).Prepend(First).OfType<HubPublicKey>();
        if (keys.FirstOrDefault(k => k.Fingerprint == fingerprint) is not { } trusted)
            return null;
        var ring = new KeyRing(federation, hub, trusted);
        ExtendTo(ring);
        return ring;
    }

    /// <summary>Each rotation proves itself to whoever trusts the key before; one that does not follow is passed over.</summary>
    public void ExtendTo(KeyRing ring)
    {
        foreach (var rotation in Rotations)
            ring.TryExtend(rotation);
    }
}
