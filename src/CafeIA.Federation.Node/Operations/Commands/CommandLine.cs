using System.CommandLine;
using System.Globalization;
using CafeIA.Federation.Node.Operations.Settings;

namespace CafeIA.Federation.Node.Operations.Commands;

/// <summary>The program's verbs. Without one it serves.</summary>
internal static class CommandLine
{
    /// <param name="args">Verb and options.</param>
    /// <param name="output">Where answers go; the standard output when null.</param>
    /// <param name="notes">Where everything else goes; the error output when null.</param>
    /// <returns>One of <see cref="ExitCodes"/>.</returns>
    public static async Task<int> RunAsync(string[] args, TextWriter? output = null, TextWriter? notes = null)
    {
        notes ??= Console.Error;
        // The parser's own words too; numbers and dates of the node stay invariant.
        CultureInfo.CurrentUICulture = CultureInfo.DefaultThreadCurrentUICulture = CultureInfo.GetCultureInfo("fr");
        var root = new RootCommand("CafeIA.Federation : le nœud d’un hub de la fédération Café IA. Sans commande, il démarre (serve).");
        SettingsOptions.AddTo(root);
        root.SetAction(ServeCommand.RunAsync);
        foreach (var command in (Command[])[ServeCommand.Create(), InitCommand.Create(), KeysCommand.Create(), ImportCommand.Create(), .. NodeCommands.Create(), .. RecoveryCommands.Create(), EraseCommand.Create(), BrokerCommand.Create(), DoctorCommand.Create()])
            root.Subcommands.Add(command);
        try
        {
            return await root.Parse(args).InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null, Output = output ?? Console.Out, Error = notes });
        }
        catch (StartRefusedException e)
        {
            foreach (var refusal in e.Refusals)
                await notes.WriteLineAsync(refusal.Field is null ? refusal.Message : $"{refusal.Field} : {refusal.Message}");
            return ExitCodes.Refused;
        }
    }
}
