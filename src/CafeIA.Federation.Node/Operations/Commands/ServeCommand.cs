using System.CommandLine;
using CafeIA.Federation.Node.Operations.Hosting;

namespace CafeIA.Federation.Node.Operations.Commands;

/// <summary><c>cafeia serve</c>: the node runs until Ctrl-C or SIGTERM.</summary>
internal static class ServeCommand
{
    public static Command Create()
    {
        var command = new Command("serve", "Démarre le nœud ; Ctrl-C l’arrête.");
        command.SetAction(RunAsync);
        return command;
    }

    public static async Task<int> RunAsync(ParseResult result, CancellationToken cancellationToken)
    {
        var (settings, configuration) = SettingsOptions.Read(result);
        await using var host = await NodeHost.StartAsync(settings, configuration, cancellationToken: cancellationToken);
        await result.InvocationConfiguration.Output.WriteLineAsync($"{host.Settings.Hub.Name} ({host.Settings.Hub.Id}) : {host.Address} — données dans {settings.Data.Folder}. Ctrl-C arrête le nœud.");
        await host.WaitForShutdownAsync(cancellationToken);
        return ExitCodes.Done;
    }
}
