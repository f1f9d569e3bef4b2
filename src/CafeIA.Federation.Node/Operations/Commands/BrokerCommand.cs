using System.CommandLine;
using System.Text.Json;
using CafeIA.Federation.Node.Exchange.Broker;
using CafeIA.Federation.Protocol.Identifiers;

namespace CafeIA.Federation.Node.Operations.Commands;

/// <summary><c>cafeia broker definitions</c>: what RabbitMQ loads at each start. Passwords come from the environment and leave as hashes.</summary>
internal static class BrokerCommand
{
    /// <summary>Followed by the hub in capitals with '_' for '-'.</summary>
    public const string PasswordVariable = "BROKER_PASSWORD_";

    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true };

    public static string VariableOf(HubId hub) => PasswordVariable + hub.ToString().ToUpperInvariant().Replace('-', '_');

    public static Command Create()
    {
        var hubs = new Option<string[]>("--hub") { Description = "Un hub qui partage le courtier ; répétable", HelpName = "HUB", Required = true };
        var output = new Option<FileInfo?>("--out") { Description = "Fichier à écrire, au lieu de la sortie", HelpName = "FICHIER" };
        var definitions = new Command(
            "definitions",
            $"Écrit les définitions de RabbitMQ (load_definitions). Le mot de passe de chaque hub est lu dans {PasswordVariable}HUB, en capitales avec « _ ».") { hubs, output };
        definitions.SetAction(async (result, cancellationToken) =>
        {
            var users = new List<BrokerUser>();
            foreach (var text in result.GetValue(hubs)!)
            {
                if (!HubId.TryParse(text, out var hub))
                    return await NodeCommands.RefusedAsync(result, $"« {text} » n’est pas un identifiant de hub.");
                if (Environment.GetEnvironmentVariable(VariableOf(hub)) is not { Length: > 0 } password)
                    return await NodeCommands.RefusedAsync(result, $"Le mot de passe de « {hub} » manque : le mettre dans la variable {VariableOf(hub)}.");
                users.Add(new(hub, RabbitPassword.Hash(password)));
            }
            var json = BrokerDefinitions.Create(users).ToJsonString(Readable);
            if (result.GetValue(output) is { } file)
                await File.WriteAllTextAsync(file.FullName, json + "\n", cancellationToken);
            else
                await result.InvocationConfiguration.Output.WriteLineAsync(json);
            return ExitCodes.Done;
        });
        return new Command("broker", "Le courtier de messages de la fédération.") { definitions };
    }
}
