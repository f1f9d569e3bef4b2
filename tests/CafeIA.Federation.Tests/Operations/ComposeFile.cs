using YamlDotNet.RepresentationModel;

namespace CafeIA.Federation.Tests.Operations;

/// <summary>The repository's docker-compose.yml as a tree, with anchors merged.</summary>
internal sealed class ComposeFile
{
    private readonly YamlMappingNode root;

    public ComposeFile()
    {
        Folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(Folder.FullName, "docker-compose.yml")))
            Folder = Folder.Parent ?? throw new FileNotFoundException("docker-compose.yml");
        var yaml = new YamlStream();
        using var reader = File.OpenText(Path.Combine(Folder.FullName, "docker-compose.yml"));
        yaml.Load(reader);
        root = (YamlMappingNode)yaml.Documents[0].RootNode;
    }

    /// <summary>The repository.</summary>
    public DirectoryInfo Folder { get; }

    public IReadOnlyDictionary<string, YamlMappingNode> Services => Entries(root, "services").ToDictionary(e => e.Key, e => (YamlMappingNode)e.Value);

    public IReadOnlyList<string> Volumes => [.. Entries(root, "volumes").Select(e => e.Key)];

    /// <summary>The services that are nodes: those with a hub.</summary>
    public IReadOnlyDictionary<string, YamlMappingNode> Nodes => Services.Where(s => Environment(s.Value).ContainsKey("CAFEIA_Hub__Id")).ToDictionary();

    public static IReadOnlyDictionary<string, string> Environment(YamlMappingNode service) =>
        Entries(service, "environment").ToDictionary(e => e.Key, e => ((YamlScalarNode)e.Value).Value!);

    public static IReadOnlyList<string> List(YamlMappingNode service, string key) =>
        service.Children.TryGetValue(key, out var list) ? [.. ((YamlSequenceNode)list).Select(i => ((YamlScalarNode)i).Value!)] : [];

    public static string? Value(YamlMappingNode service, string key) =>
        service.Children.TryGetValue(key, out var value) ? ((YamlScalarNode)value).Value
        : service.Children.TryGetValue("<<", out var merged) ? Value((YamlMappingNode)merged, key)
        : null;

    private static IEnumerable<KeyValuePair<string, YamlNode>> Entries(YamlMappingNode node, string key) =>
        node.Children.TryGetValue(key, out var child)
            ? ((YamlMappingNode)child).Select(e => KeyValuePair.Create(((YamlScalarNode)e.Key).Value!, e.Value))
            : [];
}
