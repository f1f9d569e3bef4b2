using System.Collections.Concurrent;
using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Protocol.Identifiers;

namespace CafeIA.Federation.Node.Exchange;

/// <summary>The hubs that are followed, and the addresses at which one of them answered with the key that is pinned for it.</summary>
internal sealed class PeerRoster
{
    private readonly ConcurrentDictionary<HubId, KnownHub> hubs = new();
    private readonly ConcurrentDictionary<Uri, HubId> addresses = new();
    private volatile TaskCompletionSource changed = NewSource();

    /// <summary>Every hub that is followed, reachable or not.</summary>
    public IReadOnlyCollection<HubId> Hubs => [.. hubs.Keys.Order()];

    /// <summary>Where pulls and comparisons may go, in a steady order.</summary>
    public IReadOnlyList<Uri> Addresses => [.. addresses.Keys.OrderBy(a => a.AbsoluteUri, StringComparer.Ordinal)];

    /// <summary>Which hub answered there with the right key; null when none did.</summary>
    public HubId? HubAt(Uri address) => addresses.TryGetValue(address, out var hub) ? hub : null;

    /// <summary>Where the hub's own node answered; null when it never did.</summary>
    public Uri? AddressOf(HubId hub) => addresses.Where(a => a.Value == hub).Select(a => a.Key).OrderBy(a => a.AbsoluteUri, StringComparer.Ordinal).FirstOrDefault();

    /// <summary>Completes at the next change. Take it before reading, and nothing is missed.</summary>
    public Task ChangedAsync() => changed.Task;

    /// <summary>True when the hub is new here.</summary>
    public bool Follow(KnownHub hub)
    {
        var isNew = hubs.TryAdd(hub.Id, hub);
        if (isNew)
            Wake();
        return isNew;
    }

    /// <summary>This address answered as the hub, with the right key.</summary>
    public void Reached(Uri address, KnownHub hub)
    {
        if (addresses.TryAdd(address, hub.Id))
            Wake();
    }

    /// <summary>What answers there is not to be asked any more, until it answers right again.</summary>
    public void Refused(Uri address) => addresses.TryRemove(address, out _);

    private void Wake()
    {
        var woken = Interlocked.Exchange(ref changed, NewSource());
        woken.SetResult();
    }

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
