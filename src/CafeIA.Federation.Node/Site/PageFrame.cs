using CafeIA.Federation.Node.Hubs;
using CafeIA.Federation.Node.Hubs.Recovery;
using CafeIA.Federation.Node.Journal;

namespace CafeIA.Federation.Node.Site;

/// <summary>What every page shows around its own: the hub's name, the addresses of style and icon.</summary>
internal sealed class PageFrame(HubOptions hub, Assets assets, HubRegister hubs, OwnStanding standing)
{
    public string HubName => hub.Name;

    /// <summary>Why this hub writes nothing now; null when it does.</summary>
    public string? Warning => hubs.Local.IsFrozen
        ? "Deux histoires du journal de ce hub existent : plus rien n’y est publié avant que son opérateur y mette fin (cafeia epoch open)."
        : standing.Sentence();

    public string Stylesheet { get; } = assets.Address("site.css");

    public string Icon { get; } = assets.Address("icon.svg");
}
