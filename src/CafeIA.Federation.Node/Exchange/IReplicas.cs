using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Protocol.Heads;
using CafeIA.Federation.Protocol.Identifiers;

namespace CafeIA.Federation.Node.Exchange;

/// <summary>The followers of the other hubs, as the exchange hands things to them. All calls return at once; what does not fit is dropped and pulled later.</summary>
internal interface IReplicas
{
    /// <summary>The hub is known and its key pinned: follow it from now on. Repeating it does nothing.</summary>
    void Follow(KnownHub hub);

    /// <summary>Bytes that came over the broker lane: a segment or an announcement of some hub, not verified.</summary>
    void Receive(ReadOnlyMemory<byte> bytes);

    /// <summary>The broker lane came up or broke: while it is down, nothing of it is waited for.</summary>
    void LaneChanged(bool isUp);

    /// <summary>A peer says that a hub's journal ends there; not verified.</summary>
    /// <param name="hub">Whose journal.</param>
    /// <param name="peer">Who says so, and where it can be pulled from.</param>
    /// <param name="head">The head it showed.</param>
    /// <param name="held">Of this node's own hub: how much of its journal the peer holds, as it says, for a head may only have been seen.</param>
    void Hint(KnownHub hub, Uri peer, SignedHead head, Position held = default);

    /// <summary>The newest head of a hub that was verified here, though what it covers may not be held; null when none was.</summary>
    Task<SignedHead?> KnownAsync(KnownHub hub);

    /// <summary>The hub's rows were put right behind its grain's back, this node's own hub included: what the grain has in memory is to be loaded anew.</summary>
    void Reload(KnownHub hub);
}
