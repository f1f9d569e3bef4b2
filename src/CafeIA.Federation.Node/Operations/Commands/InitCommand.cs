using System.CommandLine;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using CafeIA.Federation.Node.Hubs;
using CafeIA.Federation.Node.Operations.Settings;

namespace CafeIA.Federation.Node.Operations.Commands;

/// <summary><c>cafeia init</c>: writes what it is told into <c>cafeia.json</c>, makes the key and prints its fingerprint. Repeated, it changes only what it is told.</summary>
internal static class InitCommand
{
    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly Option<string?> Id = new("--hub") { Description = "Identifiant du hub : 2 à 40 caractères parmi a–z, 0–9 et « - »", HelpName = "HUB" };
    private static readonly Option<string?> Name = new("--name") { Description = "Nom du hub, pour les personnes", HelpName = "NOM" };
    private static readonly Option<string?> Kind = new("--kind") { Description = string.Join(", ", HubOptions.Kinds), HelpName = "SORTE" };
    private static readonly Option<string[]> Territory = new("--territory") { Description = "Territoire servi, comme region:84, departement:69 ou national ; répétable", HelpName = "CODE" };
    private static readonly Option<string?> Address = new("--address") { Description = "Adresse publique du nœud", HelpName = "ADRESSE" };
    private static readonly Option<string?> Federation = new("--federation") { Description = "Nom de la fédération", HelpName = "NOM" };
    private static readonly Option<string[]> Peer = new("--peer") { Description = "Un autre nœud, avec l’empreinte de sa clé si elle est connue ; répétable", HelpName = "ADRESSE[=EMPREINTE]" };
    private static readonly Option<string[]> Steward = new("--steward") { Description = "Empreinte d’un garant de la fédération, dont la signature fait foi pour le registre des membres ; répétable", HelpName = "EMPREINTE" };
    private static readonly Option<string?> Broker = new("--broker") { Description = "Courtier de messages de la fédération, amqp://…", HelpName = "ADRESSE" };

    public static Command Create()
    {
        var command = new Command("init", "Écrit les réglages du nœud et crée sa clé ; affiche l’empreinte de celle-ci.") { Id, Name, Kind, Territory, Address, Federation, Peer, Steward, Broker };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult result, CancellationToken cancellationToken)
    {
        var overrides = Overrides(result);
        // Read with what is already written: a wrong setting writes nothing.
        var data = new DataFolder(SettingsReader.Read(overrides).Settings.Data.Folder);
        data.Create();
        var document = File.Exists(data.SettingsFile)
            ? JsonNode.Parse(await File.ReadAllTextAsync(data.SettingsFile, cancellationToken), documentOptions: new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true })!.AsObject()
            : [];
        foreach (var (setting, value) in overrides.Where(o => !o.Key.Equals("Data:Folder", StringComparison.OrdinalIgnoreCase)))
            SettingsDocument.Set(document, setting, value);
        var making = data.SettingsFile + ".new";
        await using (var file = new FileStream(making, new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite }))
            await JsonSerializer.SerializeAsync(file, document, Readable, cancellationToken);
        File.Move(making, data.SettingsFile, overwrite: true);
        using var signers = NodeKey.Read(data);
        await result.InvocationConfiguration.Error.WriteLineAsync($"Réglages dans {data.SettingsFile}. Démarrer : cafeia --data {data.Root}. L’empreinte de ce nœud, à donner aux autres :");
        await result.InvocationConfiguration.Output.WriteLineAsync(signers.Current.PublicKey.Fingerprint);
        return ExitCodes.Done;
    }

    private static Dictionary<string, string?> Overrides(ParseResult result)
    {
        var overrides = SettingsOptions.Overrides(result);
        foreach (var (option, setting) in new[] { (Id, "Hub:Id"), (Name, "Hub:Name"), (Kind, "Hub:Kind"), (Address, "Hub:Address"), (Federation, "Hub:Federation"), (Broker, "Broker:Address") })
        {
            if (result.GetValue(option) is { } value)
                overrides[setting] = value;
        }
        var territory = result.GetValue(Territory) ?? [];
        for (var i = 0; i < territory.Length; i++)
            overrides[$"Hub:Territory:{i}"] = territory[i];
        var stewards = result.GetValue(Steward) ?? [];
        for (var i = 0; i < stewards.Length; i++)
            overrides[$"Federation:Stewards:{i}"] = stewards[i];
        var peers = result.GetValue(Peer) ?? [];
        for (var i = 0; i < peers.Length; i++)
        {
            var split = peers[i].LastIndexOf("=SHA256:", StringComparison.Ordinal);
            overrides[$"Federation:Peers:{i}:Address"] = split < 0 ? peers[i] : peers[i][..split];
            if (split >= 0)
                overrides[$"Federation:Peers:{i}:Fingerprint"] = peers[i][(split + 1)..];
        }
        return overrides;
    }
}
