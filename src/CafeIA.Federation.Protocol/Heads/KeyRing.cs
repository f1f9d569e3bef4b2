using CafeIA.Federation.Protocol.Identifiers;

namespace CafeIA.Federation.Protocol.Heads;

/// <summary>The keys of one hub, each with the part of its journal it may sign: from a first key that is trusted, along an unbroken chain of rotations.</summary>
/// <remarks>Not safe for several threads; owned by whoever judges the hub's heads.</remarks>
public sealed class KeyRing
{
    private readonly FederationId federation;
    private readonly HubId hub;
    private readonly List<(HubPublicKey Key, Position After)> keys;
    private readonly List<KeyRotation> rotations = [];

    /// <param name="federation">The hub's.</param>
    /// <param name="hub">Whose keys.</param>
    /// <param name="first">The key that is pinned or listed: valid from the journal's beginning.</param>
    public KeyRing(FederationId federation, HubId hub, HubPublicKey first)
    {
        ArgumentNullException.ThrowIfNull(first);
        this.federation = federation;
        this.hub = hub;
        keys = [(first, default)];
    }

    /// <summary>The key that is pinned or listed.</summary>
    public HubPublicKey First => keys[0].Key;

    /// <summary>The key the hub signs with now.</summary>
    public HubPublicKey Current => keys[^1].Key;

    /// <summary>In order, the oldest first.</summary>
    public IReadOnlyList<KeyRotation> Rotations => rotations;

    /// <summary>The last position any head may cover; null: no bound. What is beyond was signed by a key that its hub or the federation gave up.</summary>
    public Position? RevokedAfter { get; set; }

    /// <summary>Adds the next rotation; true when it is the one that follows, signed by both keys, or is held already.</summary>
    public bool TryExtend(KeyRotation rotation)
    {
        ArgumentNullException.ThrowIfNull(rotation);
        if (rotations.Exists(r => r.Encode().AsSpan().SequenceEqual(rotation.Encode())))
            return true;
        if (rotation.Federation != federation || rotation.Hub != hub
            // Who came later pinned a later key: the chain begins with the rotation that leads on from it, whatever its number.
            || (rotations.Count > 0 && rotation.Number != rotations[^1].Number + 1)
            || rotation.At <= keys[^1].After
            || !rotation.IsSigned(Current))
            return false;
        rotations.Add(rotation);
        keys.Add((rotation.NewKey, rotation.At));
        return true;
    }

    /// <summary>The key that may sign a head of this key id and position; null when there is none: unknown, retired before, or not yet in use.</summary>
    public HubPublicKey? For(KeyId id, Position covered)
    {
        for (var i = keys.Count - 1; i >= 0; i--)
        {
            if (keys[i].Key.Id != id)
                continue;
            var isYet = i == 0 || covered > keys[i].After;
            var isStill = i == keys.Count - 1 || covered <= keys[i + 1].After;
            if (isYet && isStill)
                return keys[i].Key;
        }
        return null;
    }

    /// <summary>True when the ring knows the key at all, whatever it may sign.</summary>
    public bool Knows(KeyId id) => keys.Exists(k => k.Key.Id == id);

    /// <summary>The key of this fingerprint; null when the ring has none.</summary>
    public HubPublicKey? Of(string fingerprint) => keys.Find(k => k.Key.Fingerprint == fingerprint).Key;

    /// <summary>True when the bytes are signed by the key in use, or by the one the head is of: an announcement is made by whoever holds the hub's key now.</summary>
    public bool IsAnnouncedBy(ReadOnlySpan<byte> announcement, SignedHead head)
    {
        ArgumentNullException.ThrowIfNull(head);
        var data = announcement[..^HubPublicKey.SignatureSize];
        var signature = announcement[^HubPublicKey.SignatureSize..];
        return For(head.Head.Key, head.Head.Position) is { } key && head.IsSignedBy(key)
            && (key.Verify(data, signature) || (key != Current && Current.Verify(data, signature)));
    }
}
