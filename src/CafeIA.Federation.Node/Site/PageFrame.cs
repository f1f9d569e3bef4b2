using CafeIA.Federation.Node.Hubs;
using CafeIA.Federation.Node.Hubs.Recovery;
using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Protocol.Membership;

namespace CafeIA.Federation.Node.Site;

/// <summary>What every page shows around its own: the hub's name, the addresses of style and icon.</summary>
internal sealed class PageFrame(HubOptions hub, Assets assets, HubRegister hubs, OwnStanding standing)
{
    public string HubName => hub.Name;

    /// <summary>Why this hub writes nothing now, or reaches nobody; null when all is well.</summary>
    public string? Warning => hubs.Local.IsFrozen
        ? "Deux histoires du journal de ce hub existent : plus rien n’y est publié avant que son opérateur y mette fin (cafeia epoch open)."
        : standing.Sentence() ?? (hubs.Local.Membership == MemberStatus.Expelled
            ? "La fédération a exclu ce hub : les autres nœuds ne montrent plus rien de ce qu’il publie."
            : null);

    public string Stylesheet { get; } = assets.Address("site.css");

    public string Icon { get; } = assets.Address("icon.svg");
}
