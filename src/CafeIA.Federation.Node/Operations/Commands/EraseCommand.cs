using System.CommandLine;

namespace CafeIA.Federation.Node.Operations.Commands;

/// <summary><c>cafeia erase ID</c>, <c>--status ID</c>, <c>--purge</c>.</summary>
internal static class EraseCommand
{
    public static Command Create()
    {
        var id = new Argument<Guid?>("ID") { Description = "Identifiant de la fiche", Arity = ArgumentArity.ZeroOrOne };
        var status = new Option<bool>("--status") { Description = "N’efface rien : demande à tous les nœuds où en est l’effacement de la fiche" };
        var purge = new Option<bool>("--purge") { Description = "Efface aussitôt du disque de ce nœud ce qui est déjà effacé, sans attendre la purge du jour" };
        var confirm = new Option<bool>("--server-done") { Description = "Avec --purge, pour une base externe : son administrateur a renouvelé les journaux WAL du serveur" };
        var command = new Command("erase", "Efface une fiche de ce hub sur tous les nœuds, sans retour ; dit où elle est inaccessible et où elle est purgée.") { id, status, purge, confirm };
        command.SetAction(async (result, cancellationToken) =>
        {
            if (result.GetValue(purge))
                return await NodeCommands.RunAsync(result, $"erase/purge?serverDone={result.GetValue(confirm)}", null, cancellationToken);
            if (result.GetValue(id) is not { } entry)
                return await NodeCommands.RefusedAsync(result, "Quelle fiche ? cafeia erase suivi de son identifiant, comme l’adresse de sa page le montre.");
            return await NodeCommands.RunAsync(result, $"erase{(result.GetValue(status) ? "/status" : "")}?id={entry}", null, cancellationToken);
        });
        return command;
    }
}
