using CafeIA.Federation.Node.Exchange;
using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Protocol.Identifiers;

namespace CafeIA.Federation.Node.Hubs;

/// <summary>From whom a hub's journal can be pulled: the hub itself first, then a peer that showed a newer head, then the relays of the federation, then every other known node in turn.</summary>
internal sealed class PullSources(HubRegister hubs, HubId hub, ExchangeOptions exchange)
{
    private readonly HashSet<Uri> failed = [];
    private Uri? preferred;

    /// <summary>A whole round of sources failed, and none has been good since.</summary>
    public bool AllFailed { get; private set; }

    public void Prefer(Uri peer) => preferred = peer;

    /// <summary>The best source that has not failed in this round; when all have, a new round begins. Null when there is none at all.</summary>
    public Uri? Next()
    {
        var candidates = Candidates();
        var next = candidates.Find(c => !failed.Contains(c));
        if (next is null)
        {
            failed.Clear();
            next = candidates.FirstOrDefault();
            AllFailed = next is not null;
        }
        return next;
    }

    public void Failed(Uri source) => failed.Add(source);

    /// <summary>A source was good.</summary>
    /// <param name="forgive">Those that failed before are asked again; else they stay behind it in this round.</param>
    public void Good(bool forgive)
    {
        AllFailed = false;
        if (forgive)
            failed.Clear();
    }

    private List<Uri> Candidates()
    {
        var candidates = new List<Uri>();
        void Add(Uri? address)
        {
            if (address is not null && !candidates.Contains(address))
                candidates.Add(address);
        }
        var others = hubs.Hubs.Where(h => !h.IsLocal && h.Id != hub).ToArray();
        // What a hidden hub's node serves would be verified like anything else; it is not to be asked all the same.
        var shunned = others.Where(h => h.IsHidden).Select(h => h.Address).ToHashSet();
        Add(hubs.Find(hub)?.Address);
        Add(preferred);
        foreach (var other in others.OrderByDescending(h => h.IsRelay))
            Add(other.Address);
        foreach (var peer in exchange.Peers)
            Add(peer.Address);
        candidates.RemoveAll(shunned.Contains);
        return candidates;
    }
}
