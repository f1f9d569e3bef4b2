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
        command.SetAction(async (result, _) =>
        {
            var data = new DataFolder(SettingsOptions.Read(result).Settings.Data.Folder);
            if (!File.Exists(data.KeyFile))
                return await NodeCommands.RefusedAsync(result, $"Pas encore de clé dans {data.Root}. « cafeia init » ou le premier démarrage la crée.");
            using var signer = NodeKey.Read(data);
            await result.InvocationConfiguration.Output.WriteLineAsync(signer.PublicKey.Fingerprint);
            return ExitCodes.Done;
        });
        return command;
    }
}
