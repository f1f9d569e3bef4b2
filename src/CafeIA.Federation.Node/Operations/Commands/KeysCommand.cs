using System.CommandLine;
using CafeIA.Federation.Node.Hubs;
using CafeIA.Federation.Node.Operations.Settings;

namespace CafeIA.Federation.Node.Operations.Commands;

/// <summary><c>cafeia keys</c>: the fingerprint that other nodes pin.</summary>
internal static class KeysCommand
{
    public static Command Create()
    {
        var command = new Command("keys", "Affiche l’empreinte de la clé du hub, que les autres nœuds épinglent.");
        command.SetAction(async (result, cancellationToken) =>
        {
            var data = new DataFolder(SettingsOptions.Read(result).Settings.Data.Folder);
            if (!System.IO.Directory.Exists(data.KeyFolder) || System.IO.Directory.GetFiles(data.KeyFolder, "hub*.pem").Length == 0)
                return await NodeCommands.RefusedAsync(result, $"Pas encore de clé dans {data.Root}. « cafeia init » ou le premier démarrage la crée.");
            using var signers = NodeKey.Read(data);
            // Which of several is in use, the journal says.
            if (signers.HasSeveral)
                return await NodeCommands.RunAsync(result, "keys", null, cancellationToken);
            await result.InvocationConfiguration.Output.WriteLineAsync(signers.Current.PublicKey.Fingerprint);
            return ExitCodes.Done;
        });
        command.Subcommands.Add(NodeCommands.Verb("rotate", "Passe à une nouvelle clé ; les autres nœuds suivent, par la signature de l’ancienne.", _ => "keys/rotate"));
        return command;
    }
}
