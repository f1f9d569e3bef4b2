using System.CommandLine;

namespace CafeIA.Federation.Node.Operations.Commands;

/// <summary><c>cafeia import FILE|URL</c>.</summary>
internal static class ImportCommand
{
    public static Command Create()
    {
        var from = new Argument<string>("FICHIER|ADRESSE") { Description = "Un agenda (.ics), un tableau (.csv) ou le JSON de ce projet" };
        var source = new Option<string?>("--source") { Description = "Nom stable de la source ; par défaut l’adresse, ou le nom du fichier", HelpName = "NOM" };
        var withdraw = new Option<bool>("--withdraw-missing") { Description = "Retire les fiches qui ont disparu de la source" };
        var dry = new Option<bool>("--dry-run") { Description = "Dit ce qui serait fait et n’écrit rien" };
        var command = new Command("import", "Importe des événements et des ressources ; répété, ne change que ce qui a changé à la source.") { from, source, withdraw, dry };
        command.SetAction(async (result, cancellationToken) =>
        {
            var given = result.GetValue(from)!;
            var (stream, refusal) = await GivenContent.OpenAsync(given, cancellationToken);
            if (stream is null)
                return await NodeCommands.RefusedAsync(result, refusal!);
            await using (stream)
            {
                var name = result.GetValue(source) ?? (File.Exists(given) ? Path.GetFileName(given) : given);
                var path = $"import?source={Uri.EscapeDataString(name)}&withdrawMissing={result.GetValue(withdraw)}&dryRun={result.GetValue(dry)}";
                return await NodeCommands.RunAsync(result, path, new StreamContent(stream), cancellationToken);
            }
        });
        return command;
    }
}
