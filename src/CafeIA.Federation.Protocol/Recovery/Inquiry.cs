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

    /// <summary>Takes a member's answer.</summary>
    /// <param name="member">Who answers.</param>
    /// <param name="isSuspect">It doubts its own database: what it shows is taken, but its answer does not count, for two nodes restored together would vouch for each other.</param>
    /// <param name="head">Its highest head of this hub; null when it holds none.</param>
    /// <param name="held">How much of what the head covers it holds; null: all.</param>
    /// <returns>False when the head is not one this hub signed: then nothing of the answer counts.</returns>
    public bool Answer(HubId member, bool isSuspect, SignedHead? head, Position? held = null)
    {
        if (head is not null)
        {
            if (head.Head.Federation != federation || head.Head.Hub != hub
                || keys.For(head.Head.Key, head.Head.Position) is not { } key || !head.IsSignedBy(key))
                return false;
            var covered = held is { } part && part < head.Head.Position ? part : head.Head.Position;
            if (covered > HighestHeld)
                HighestHeld = covered;
            if (Highest is null || head.Head.Position > Highest.Head.Position)
            {
                Highest = head;
                HighestFrom = member;
            }
        }
        if (!isSuspect)
            missing.Remove(member);
        return true;
    }

    /// <summary>The operator says that this member's node no longer exists: nobody waits for it.</summary>
    public void Gone(HubId member)
    {
        expected.Add(member);
        missing.Remove(member);
    }
}
