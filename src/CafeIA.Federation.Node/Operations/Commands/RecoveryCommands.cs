using System.CommandLine;

namespace CafeIA.Federation.Node.Operations.Commands;

/// <summary>Verbs for after a disaster: <c>recover</c> and <c>epoch open</c>.</summary>
internal static class RecoveryCommands
{
    public static IEnumerable<Command> Create()
    {
        yield return Recover();
        yield return Epoch();
    }

    private static Command Recover()
    {
        var from = new Option<string?>("--from") { Description = "Adresse d’un nœud qui tient le journal de ce hub", HelpName = "ADRESSE" };
        var without = new Option<string[]>("--without") { Description = "Hub, ou adresse de pair, qui n’existe plus : sa réponse n’est pas attendue", HelpName = "HUB", AllowMultipleArgumentsPerToken = true };
        var command = new Command("recover", "Reprend le journal de ce hub chez les autres nœuds, après la perte du disque ou le retour d’une sauvegarde.") { from, without };
        command.SetAction((result, cancellationToken) => NodeCommands.RunAsync(
            result,
            "recover?" + Query([("from", result.GetValue(from)), .. (result.GetValue(without) ?? []).Select(w => ("without", (string?)w))]),
            null,
            cancellationToken));
        return command;
    }

    private static Command Epoch()
    {
        var prefer = new Option<string?>("--prefer") { Description = "L’histoire retenue pour toute fiche que les deux ont changée", HelpName = "ours|theirs" };
        prefer.AcceptOnlyFromAmong("ours", "theirs");
        var choose = new Option<string[]>("--choose") { Description = "Le choix pour une fiche", HelpName = "FICHE=ours|theirs", AllowMultipleArgumentsPerToken = true };
        var dryRun = new Option<bool>("--dry-run") { Description = "Dit seulement ce que chaque fiche deviendrait" };
        var acceptLoss = new Option<bool>("--accept-loss") { Description = "Renonce à l’autre histoire si plus aucun nœud ne la tient" };
        var open = new Command("open", "Met fin à deux histoires du journal de ce hub : une nouvelle époque reprend ce que les deux contiennent. Les lignes affichées gardent ce qui perd.") { prefer, choose, dryRun, acceptLoss };
        open.SetAction((result, cancellationToken) => NodeCommands.RunAsync(
            result,
            "epoch/open?" + Query([
                ("prefer", result.GetValue(prefer)),
                ("dryRun", result.GetValue(dryRun) ? "true" : "false"),
                ("acceptLoss", result.GetValue(acceptLoss) ? "true" : "false"),
                .. (result.GetValue(choose) ?? []).Select(c => ("choose", (string?)c))]),
            null,
            cancellationToken));
        return new Command("epoch", "Époques du journal de ce hub.") { open };
    }

    private static string Query(IEnumerable<(string Name, string? Value)> values) =>
        string.Join('&', values.Where(v => v.Value is not null).Select(v => $"{v.Name}={Uri.EscapeDataString(v.Value!)}"));
}
