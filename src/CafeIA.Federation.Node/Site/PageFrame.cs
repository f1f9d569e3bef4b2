using CafeIA.Federation.Node.Hubs;
using CafeIA.Federation.Node.Hubs.Recovery;
using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Node.Site.Text;
using CafeIA.Federation.Protocol.Membership;

namespace CafeIA.Federation.Node.Site;

/// <summary>What every page shows around its own: the hub's name, the addresses of style and icon.</summary>
internal sealed class PageFrame(HubOptions hub, Assets assets, HubRegister hubs, OwnStanding standing)
{
    public string HubName => hub.Name;

    /// <summary>Why this hub writes nothing now, or reaches nobody; null when all is well.</summary>
    public string? Warning => hubs.Local.IsFrozen
        ? PageLanguage.In(
            "Deux histoires du journal de ce hub existent : plus rien n’y est publié avant que son opérateur y mette fin (cafeia epoch open).",
            "Two histories of this hub’s journal exist: nothing more is published before its operator puts an end to it (cafeia epoch open).")
        : Doubt ?? (hubs.Local.Membership == MemberStatus.Expelled
            ? PageLanguage.In(
                "La fédération a exclu ce hub : les autres nœuds ne montrent plus rien de ce qu’il publie.",
                "The federation has expelled this hub: the other nodes show nothing more of what it publishes.")
            : null);

    public string Stylesheet { get; } = assets.Address("site.css");

    /// <summary>Null where the site's own colours are kept.</summary>
    public string? Theme { get; } = assets.Find(Assets.ThemeSheet);

    /// <summary>Null: the cup.</summary>
    public string? Logo { get; } = assets.Find(Assets.LogoName + ".svg") ?? assets.Find(Assets.LogoName + ".png");

    public string Live { get; } = assets.Address("live.js");

    public string Comfort { get; } = assets.Address("comfort.js");

    /// <summary>Null where the program was built without npm: the drawn map stands alone.</summary>
    public MovingMap? Map { get; } = assets.Find("maplibre-gl.mjs") is { } library
        ? new(assets.Address("map.js"), library, assets.Address("maplibre-gl-worker.mjs"), assets.Address("france.geojson"))
        : null;

    public string Icon { get; } = assets.Address("icon.svg");

    private string? Doubt => standing.Sentence() is { } sentence
        ? PageLanguage.In(sentence, "This node’s database may come from an old backup. Nothing is published before every member has told what it holds of this hub.")
        : null;
}

/// <summary>Addresses of what the moving map is made of.</summary>
/// <param name="Script">Begins it.</param>
/// <param name="Library">MapLibre GL JS, asked for by that script alone.</param>
/// <param name="Worker">Its other half.</param>
/// <param name="Outline">The land, as the drawn map has it.</param>
internal sealed record MovingMap(string Script, string Library, string Worker, string Outline);
