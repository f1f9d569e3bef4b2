using System.Globalization;
using CafeIA.Federation.Protocol;

namespace CafeIA.Federation.Node.Site;

/// <summary>A hub's own colours, on the paper of the site: links, buttons and marks. A colour that could not be read on it is refused, with its contrast (WCAG 2.2, 1.4.3).</summary>
internal static class Theme
{
    /// <summary>Of text against what is behind it.</summary>
    private const double LeastContrast = 4.5;

    /// <summary>What the colour stands on, and what stands on it, in <c>site.css</c>: paper, cards, the ink of buttons and the two kinds of notices.</summary>
    private static readonly string[] Light = ["#fbf6ec", "#fffdf8", "#fffaf3", "#fbeccb", "#fae0da"];

    private static readonly string[] Dark = ["#1a1410", "#241c16", "#2a1408", "#3b2c10", "#45201b"];

    /// <summary>Everything that is wrong with the colours; a refusal's field is the setting.</summary>
    public static IEnumerable<Refusal> Check(SiteOptions options)
    {
        foreach (var (name, colour, against) in new[] { (nameof(SiteOptions.Colour), options.Colour, Light), (nameof(SiteOptions.DarkColour), options.DarkColour, Dark) })
        {
            if (colour is null)
                continue;
            var field = $"{SiteOptions.Section}:{name}";
            if (Luminance(colour) is null)
                yield return new("bad-colour", $"« {colour} » n’est pas une couleur : # et six chiffres hexadécimaux, comme #9c3d16.", field);
            else if (against.Min(other => Contrast(colour, other)) is var contrast && contrast < LeastContrast)
                yield return new("low-contrast", string.Create(CultureInfo.GetCultureInfo("fr-FR"), $"« {colour} » se lit mal : son contraste est de {contrast:0.0}, il en faut {LeastContrast:0.0}."), field);
        }
    }

    /// <summary>The style sheet of the colours; null where the site's own are kept.</summary>
    public static string? Css(SiteOptions options)
    {
        var light = options.Colour is { } colour ? $":root {{ --brick: {colour}; --bar: {colour}; }}\n" : "";
        var dark = options.DarkColour is { } night ? $"@media (prefers-color-scheme: dark) {{ :root {{ --brick: {night}; --bar: {night}; }} }}\n"
            : light.Length > 0 ? "@media (prefers-color-scheme: dark) { :root { --brick: #f2a679; --bar: #d98555; } }\n" : "";
        return light.Length + dark.Length > 0 ? light + dark : null;
    }

    /// <summary>1 to 21: WCAG 2.2, « contrast ratio ».</summary>
    public static double Contrast(string one, string other)
    {
        var (a, b) = (Luminance(one) ?? 0, Luminance(other) ?? 0);
        return (Math.Max(a, b) + 0.05) / (Math.Min(a, b) + 0.05);
    }

    /// <summary>0 to 1: WCAG 2.2, « relative luminance »; null for what is no colour.</summary>
    private static double? Luminance(string colour)
    {
        if (colour.Length != 7 || colour[0] != '#' || !int.TryParse(colour.AsSpan(1), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value))
            return null;
        return (0.2126 * Linear(value >> 16)) + (0.7152 * Linear((value >> 8) & 255)) + (0.0722 * Linear(value & 255));
    }

    private static double Linear(int channel)
    {
        var part = channel / 255.0;
        return part <= 0.04045 ? part / 12.92 : Math.Pow((part + 0.055) / 1.055, 2.4);
    }
}
