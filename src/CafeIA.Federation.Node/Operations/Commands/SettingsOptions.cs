using System.CommandLine;
using CafeIA.Federation.Node.Operations.Settings;

namespace CafeIA.Federation.Node.Operations.Commands;

/// <summary>The options every verb has: the data folder, and any setting by its name.</summary>
internal static class SettingsOptions
{
    private static readonly Option<string?> Data = new("--data") { Description = $"Dossier de données du nœud (par défaut {DataFolder.Default})", HelpName = "DOSSIER", Recursive = true };

    private static readonly Option<string?> Urls = new("--urls") { Description = "Adresses d’écoute, séparées par « ; » (par défaut http://*:8080)", HelpName = "ADRESSES", Recursive = true };

    private static readonly Option<string[]> Set = new("--set") { Description = "Un réglage par son nom, comme Hub:Id=auvergne-rhone-alpes ; répétable", HelpName = "NOM=VALEUR", Recursive = true };

    public static void AddTo(RootCommand root)
    {
        root.Options.Add(Data);
        root.Options.Add(Urls);
        root.Options.Add(Set);
    }

    /// <exception cref="StartRefusedException">A setting is wrong.</exception>
    public static (NodeSettings Settings, IConfigurationRoot Configuration) Read(ParseResult result) => SettingsReader.Read(Overrides(result));

    public static Dictionary<string, string?> Overrides(ParseResult result)
    {
        var overrides = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        foreach (var text in result.GetValue(Set) ?? [])
        {
            var equals = text.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0)
                throw new StartRefusedException("bad-set", $"« {text} » : un réglage s’écrit NOM=VALEUR, comme Hub:Id=auvergne-rhone-alpes.", "--set");
            overrides[text[..equals]] = text[(equals + 1)..];
        }
        if (result.GetValue(Data) is { } data)
            overrides["Data:Folder"] = data;
        if (result.GetValue(Urls) is { } urls)
            overrides["Http:Urls"] = urls;
        return overrides;
    }
}
