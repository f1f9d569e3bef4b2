using System.CommandLine;
using System.Globalization;
using CafeIA.Federation.Node.Operations.Settings;

namespace CafeIA.Federation.Node.Operations.Commands;

/// <summary>The program's verbs. Without one it serves.</summary>
internal static class CommandLine
{
    public static async Task<int> RunAsync(string[] args)
    {
        // The parser's own words too; numbers and dates of the node stay invariant.
        CultureInfo.CurrentUICulture = CultureInfo.DefaultThreadCurrentUICulture = CultureInfo.GetCultureInfo("fr");
        var root = new RootCommand("CafeIA.Federation : le nœud d’un hub de la fédération Café IA. Sans commande, il démarre (serve).");
        SettingsOptions.AddTo(root);
        root.SetAction(ServeCommand.RunAsync);
        foreach (var command in (Command[])[ServeCommand.Create(), InitCommand.Create(), KeysCommand.Create(), ImportCommand.Create(), .. NodeCommands.Create(), BrokerCommand.Create(), DoctorCommand.Create()])
            root.Subcommands.Add(command);
        try
        {
            return await root.Parse(args).InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
        }
        catch (StartRefusedException e)
        {
            foreach (var refusal in e.Refusals)
                await Console.Error.WriteLineAsync(refusal.Field is null ? refusal.Message : $"{refusal.Field} : {refusal.Message}");
            return ExitCodes.Refused;
        }
    }
}
