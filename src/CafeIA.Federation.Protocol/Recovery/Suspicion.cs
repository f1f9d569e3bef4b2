using CafeIA.Federation.Protocol.Heads;
using CafeIA.Federation.Protocol.Identifiers;

namespace CafeIA.Federation.Protocol.Recovery;

/// <summary>Why a hub doubts that its database is the newest one it had.</summary>
[Flags]
public enum Doubts
{
    None = 0,

    /// <summary>There is no high-water file that can be read, or one that was made with another key. One is made with each first key, so it was there.</summary>
    NoMark = 1,

    /// <summary>The file speaks of changes that the database does not hold.</summary>
    MarkAhead = 2,

    /// <summary>The database holds that many changes, but others.</summary>
    OtherHistory = 4,

    /// <summary>The file is of another database, or of another timeline of it: a restored or promoted copy.</summary>
    OtherStore = 8,

    /// <summary>A peer holds changes signed by this hub that the database does not hold.</summary>
    PeerAhead = 16,
}

/// <summary>The rules by which a hub comes to doubt its own database. While it does, it writes nothing: a second history could not be undone.</summary>
public static class Suspicion
{
    /// <param name="mark">What the high-water file says; null when there is none that can be read.</param>
    /// <param name="first">The hub's first key.</param>
    /// <param name="store">The database that is there now.</param>
    /// <param name="end">Where the hub's journal ends in it.</param>
    /// <param name="rootAtMark">The journal's root at the mark's size in the mark's epoch, where the database holds that much; null else.</param>
    /// <param name="proven">Position of the newest head under which the journal was proven: beyond its end when a recovery broke off between two pieces; null where there is none.</param>
    public static Doubts AtStart(HighWater? mark, HubPublicKey first, StoreIdentity store, Position end, Hash? rootAtMark, Position? proven = null)
    {
        if (mark is null || (mark.IsFresh && mark != HighWater.FreshFor(first)))
            return Doubts.NoMark;
        var doubts = proven > end ? Doubts.PeerAhead : Doubts.None;
        // A first start has a fresh mark and no data, and nothing to doubt.
        var isFirst = mark.IsFresh && end is { Epoch: 1, Seq: 0 };
        if (mark.Store != store && !isFirst)
            doubts |= Doubts.OtherStore;
        if (mark.End > end)
            doubts |= Doubts.MarkAhead;
        else if (!mark.IsFresh && rootAtMark is { } root && root != mark.Root)
            doubts |= Doubts.OtherHistory;
        return doubts;
    }
}
