using CafeIA.Federation.Protocol.Heads;
using CafeIA.Federation.Protocol.Segments;

namespace CafeIA.Federation.Protocol.Following;

/// <summary>Why a segment was dropped.</summary>
public enum SegmentFault
{
    None = 0,

    /// <summary>Bytes that are no segment, or a segment whose changes are not a run of its hub's journal.</summary>
    Malformed,

    /// <summary>Another federation's or another hub's.</summary>
    Stranger,

    /// <summary>Of an epoch that its hub has ended.</summary>
    PastEpoch,

    /// <summary>An epoch that does not begin with the change that opens it.</summary>
    BadOpening,

    /// <summary>Signed by a key that is not the hub's.</summary>
    UnknownKey,

    /// <summary>Signed by a key of the hub that may not sign this part of its journal: retired before, or not yet in use.</summary>
    RetiredKey,

    /// <summary>Beyond where the federation revoked the hub's key.</summary>
    Revoked,

    /// <summary>The signature is not over these bytes.</summary>
    BadSignature,

    /// <summary>The changes are not those the head signs.</summary>
    RootMismatch,

    /// <summary>A body is not the one its header commits to.</summary>
    BodyMismatch,

    /// <summary>The state after the changes is not the one the head signs.</summary>
    DigestMismatch,

    /// <summary>The hub is expelled from the federation, or blocked on this node.</summary>
    Hidden,

    /// <summary>The hub is frozen: it showed two histories.</summary>
    Frozen,
}

/// <summary>What a follower makes of a segment.</summary>
public abstract record Verdict
{
    private Verdict()
    {
    }

    /// <summary>Verified, and begins where the journal ends or before: <paramref name="Skip"/> changes are held already.</summary>
    public sealed record Apply(Segment Segment, int Skip) : Verdict;

    /// <summary>All of it is held already.</summary>
    public sealed record Duplicate : Verdict;

    /// <summary>The head is good, but changes before the segment are missing.</summary>
    public sealed record Gap(SignedHead Head) : Verdict;

    public sealed record Refused(SegmentFault Fault) : Verdict;

    /// <summary>The hub has opened another epoch: its journal begins anew at seq 1, which is to be pulled.</summary>
    public sealed record NewEpoch(SignedHead Head) : Verdict;

    /// <summary>Two signed heads that cannot be of one history: of one size with different roots, or theirs against what is held and proven.</summary>
    public sealed record Fork(SignedHead Ours, SignedHead Theirs) : Verdict;
}
