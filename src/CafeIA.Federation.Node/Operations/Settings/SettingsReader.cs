using System.Reflection;
using CafeIA.Federation.Protocol;

namespace CafeIA.Federation.Node.Operations.Settings;

/// <summary>Reads the settings: defaults, then <c>{data}/cafeia.json</c>, then environment variables <c>CAFEIA_Section__Name</c>, then the command line.</summary>
internal static class SettingsReader
{
    public const string EnvironmentPrefix = "CAFEIA_";

    /// <summary>Sections of the framework that a file may hold besides <see cref="NodeSettings"/>.</summary>
    private static readonly string[] FrameworkSections = ["Logging"];

    /// <param name="overrides">Settings of the command line by their name, such as <c>Hub:Id</c>.</param>
    /// <exception cref="StartRefusedException">A setting is unknown, unreadable or out of its range; the message names it.</exception>
    public static (NodeSettings Settings, IConfigurationRoot Configuration) Read(IReadOnlyDictionary<string, string?> overrides)
    {
        // The folder holds the file, so it is known before the file is read and cannot be set in it.
        var folder = new ConfigurationBuilder().AddEnvironmentVariables(EnvironmentPrefix).AddInMemoryCollection(overrides).Build()["Data:Folder"];
        var data = new DataFolder(string.IsNullOrWhiteSpace(folder) ? DataFolder.Default : folder);
        try
        {
            var file = new ConfigurationBuilder().AddJsonFile(data.SettingsFile, optional: true).Build();
            var refusals = Unknown(file, typeof(NodeSettings), "", data.SettingsFile)
                .Concat(Unknown(new ConfigurationBuilder().AddInMemoryCollection(overrides).Build(), typeof(NodeSettings), "", "--set"))
                .ToList();
            var all = new ConfigurationBuilder()
                .AddConfiguration(file)
                .AddEnvironmentVariables(EnvironmentPrefix)
                .AddInMemoryCollection(overrides)
                .AddInMemoryCollection([new("Data:Folder", data.Root)])
                .Build();
            var settings = all.Get<NodeSettings>() ?? new NodeSettings();
            refusals.AddRange(settings.Check());
            return refusals.Count == 0 ? (settings, all) : throw new StartRefusedException(refusals);
        }
        catch (InvalidDataException e)
        {
            throw new StartRefusedException("bad-settings-file", $"{data.SettingsFile} n’est pas du JSON lisible : {e.InnerException?.Message ?? e.Message}");
        }
        catch (InvalidOperationException e)
        {
            // The binder names the key in its message ("Failed to convert configuration value 'x' at 'Orleans:SiloPort' to type …").
            throw new StartRefusedException("bad-setting", e.Message);
        }
    }

    private static IEnumerable<Refusal> Unknown(IConfiguration configuration, Type type, string path, string where)
    {
        foreach (var child in configuration.GetChildren())
        {
            var property = type.GetProperty(child.Key, BindingFlags.Public | BindingFlags.Instance | BindingFlags.IgnoreCase);
            if (property is { CanWrite: true })
            {
                if (property.PropertyType.Namespace?.StartsWith("CafeIA.", StringComparison.Ordinal) == true)
                {
                    foreach (var refusal in Unknown(child, property.PropertyType, $"{path}{child.Key}:", where))
                        yield return refusal;
                }
            }
            else if (path.Length > 0 || !FrameworkSections.Contains(child.Key, StringComparer.OrdinalIgnoreCase))
            {
                yield return new("unknown-setting", $"ce réglage n’existe pas ({where}). Les réglages sont dans la documentation, table « Configuration ».", path + child.Key);
            }
        }
    }
}
