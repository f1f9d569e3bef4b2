using CafeIA.Federation.Protocol.Heads;
using CafeIA.Federation.Protocol.Identifiers;

namespace CafeIA.Federation.Protocol.Recovery;

/// <summary>"Which is your highest signed head of mine?", asked of every member by a hub that doubts its database. It writes again when all have answered and what they hold is held here.</summary>
public sealed class Inquiry
{
    private readonly KeyRing keys;
    private readonly FederationId federation;
    private readonly HubId hub;
    private readonly HashSet<HubId> expected;
    private readonly HashSet<HubId> missing;
    private readonly HashSet<HubId> gone = [];
    private readonly Dictionary<HubId, (SignedHead Head, Position Held)> shown = [];
    private bool isStrangerGone;

    /// <param name="federation">The hub's.</param>
    /// <param name="hub">The hub that asks.</param>
    /// <param name="keys">Its own keys.</param>
    /// <param name="members">Every active member but itself.</param>
    public Inquiry(FederationId federation, HubId hub, KeyRing keys, IEnumerable<HubId> members)
    {
        ArgumentNullException.ThrowIfNull(keys);
        ArgumentNullException.ThrowIfNull(members);
        this.federation = federation;
        this.hub = hub;
        this.keys = keys;
        expected = [.. members.Where(m => m != hub)];
        missing = [.. expected];
    }

    /// <summary>Another member, known only since the question was asked: its answer is waited for as well.</summary>
    public void Expect(HubId member)
    {
        if (member != hub && expected.Add(member))
            missing.Add(member);
    }

    /// <summary>The hub's own keys. A rotation that a restore lost extends it where a member tells of it.</summary>
    public KeyRing Keys => keys;

    /// <summary>Members whose answer still counts and is not there.</summary>
    public IReadOnlyCollection<HubId> Missing => missing;

    /// <summary>Everybody answered or is named gone.</summary>
    public bool IsComplete => missing.Count == 0;

    /// <summary>The highest head of this hub that anybody showed; null when nobody holds any.</summary>
    public SignedHead? Highest { get; private set; }

    /// <summary>Who showed it.</summary>
    public HubId? HighestFrom { get; private set; }

    /// <summary>The last position of this hub's journal that anybody holds: a head may speak of more than is left of it anywhere.</summary>
    public Position HighestHeld { get; private set; }

    /// <summary>What each member showed as the head of what it holds, and how much of that it holds. Any two of them may be of two histories, so each is to be held against the journal before this hub goes on.</summary>
    public IReadOnlyDictionary<HubId, (SignedHead Head, Position Held)> Shown => shown;

    /// <summary>The highest head of this hub that anybody holds or has only seen; null when nobody knows any.</summary>
    public SignedHead? HighestKnown { get; private set; }

    /// <summary>How far this hub had signed when that is further than what is held here and nobody holds the rest: those numbers are not to be given a second time, for who saw them would see two histories.</summary>
    /// <param name="end">Where the journal ends here, with all that was pulled back.</param>
    /// <param name="mark">What the high-water file said before; null when there was none.</param>
    /// <returns>Null when nothing is lost; also while an answer is missing, and when a member that was named gone may hold the rest of the same epoch, for then its history is brought together with the other one once it is back.</returns>
    public Position? Lost(Position end, Position? mark)
    {
        if (!IsComplete)
            return null;
        var signed = HighestKnown?.Head.Position ?? default;
        if (mark > signed)
            signed = mark.Value;
        // Who saw an epoch that was opened takes nothing more of the one before, whoever is gone.
        var isHeldByGone = (gone.Count > 0 || isStrangerGone) && signed.Epoch <= end.Epoch;
        return signed > end && !isHeldByGone ? signed : null;
    }

    /// <summary>Takes a member's answer.</summary>
    /// <param name="member">Who answers.</param>
    /// <param name="isSuspect">It doubts its own database: what it shows is taken, but its answer does not count, for two nodes restored together would vouch for each other.</param>
    /// <param name="head">Its highest head of this hub; null when it holds none.</param>
    /// <param name="held">How much of what the head covers it holds; null: all.</param>
    /// <param name="known">A later head of this hub that it has seen, though it does not hold what that covers; null when it has seen none. One that this hub did not sign is passed over.</param>
    /// <returns>False when the head is not one this hub signed: then nothing of the answer counts.</returns>
    public bool Answer(HubId member, bool isSuspect, SignedHead? head, Position? held = null, SignedHead? known = null)
    {
        if (head is not null)
        {
            if (!IsOwn(head))
                return false;
            var covered = held is { } part && part < head.Head.Position ? part : head.Head.Position;
            if (covered > HighestHeld)
                HighestHeld = covered;
            if (Highest is null || head.Head.Position > Highest.Head.Position)
            {
                Highest = head;
                HighestFrom = member;
            }
            shown[member] = (head, covered);
            Know(head);
        }
        if (known is not null && IsOwn(known))
            Know(known);
        if (!isSuspect)
        {
            missing.Remove(member);
            gone.Remove(member);
        }
        return true;
    }

    /// <summary>The operator says that this member's node no longer exists: nobody waits for it.</summary>
    public void Gone(HubId member)
    {
        if (expected.Add(member) | missing.Remove(member))
            gone.Add(member);
    }

    /// <summary>The same of a node whose hub was never met.</summary>
    public void GoneStranger() => isStrangerGone = true;

    private void Know(SignedHead head)
    {
        if (HighestKnown is null || head.Head.Position > HighestKnown.Head.Position)
            HighestKnown = head;
    }

    private bool IsOwn(SignedHead head) =>
        head.Head.Federation == federation && head.Head.Hub == hub && keys.For(head.Head.Key, head.Head.Position) is { } key && head.IsSignedBy(key);
}
