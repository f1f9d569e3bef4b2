using CafeIA.Federation.Node.Hubs;

namespace CafeIA.Federation.Node.Site;

/// <summary>What every page shows around its own: the hub's name, the addresses of style and icon.</summary>
internal sealed class PageFrame(HubOptions hub, Assets assets)
{
    public string HubName => hub.Name;

    public string Stylesheet { get; } = assets.Address("site.css");

    public string Icon { get; } = assets.Address("icon.svg");
}
