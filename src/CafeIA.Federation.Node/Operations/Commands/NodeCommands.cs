using System.CommandLine;
using CafeIA.Federation.Node.Operations.Control;

namespace CafeIA.Federation.Node.Operations.Commands;

/// <summary>Verbs that a node carries out: the one that runs, or one that runs for the command's time.</summary>
internal static class NodeCommands
{
    public static IEnumerable<Command> Create()
    {
        yield return User();
        yield return Places();
        yield return Verify();
        yield return Peers();
        yield return MembershipCommand.Create();
    }

    private static Command Verify()
    {
        var deep = new Option<bool>("--deep") { Description = "Relit d’abord toute la base de ce nœud : corps, en-têtes, arbre, fiches et annuaire ; répare d’après le journal ou les pairs" };
        var verify = Verb("verify", "Compare les journaux de ce nœud à ceux de chaque pair ; rend 0 s’ils sont égaux, 1 sinon.", r => r.GetValue(deep) ? "verify?deep=true" : "verify");
        verify.Options.Add(deep);
        return verify;
    }

    private static Command User()
    {
        var name = new Option<string>("--name") { Description = "À qui ou à quoi sert la clé", HelpName = "NOM", DefaultValueFactory = _ => "sans nom" };
        var key = Verb("key", "Crée une clé d’API et l’affiche une seule fois.", r => $"user/key?name={Uri.EscapeDataString(r.GetValue(name)!)}");
        key.Options.Add(name);
        var account = new Argument<Guid>("NUMÉRO") { Description = "Numéro de la clé, comme « user list » le montre" };
        var revoke = Verb("revoke", "Révoque une clé.", r => $"user/revoke?account={r.GetValue(account)}");
        revoke.Arguments.Add(account);
        return new Command("user", "Personnes et clés d’API de ce hub.")
        {
            key, Verb("list", "Montre les clés.", _ => "user/list"), revoke,
            Add(), Verb("people", "Montre les personnes qui entrent dans la console.", _ => "user/people"),
            OfPerson("link", "Affiche un lien de connexion à la console, qui sert une fois."), OfPerson("remove", "Désinscrit une personne ; ses sessions s’arrêtent."),
        };
    }

    private static Command Add()
    {
        var mail = Mail();
        var name = new Option<string>("--name") { Description = "Son nom, comme les décisions le montrent", HelpName = "NOM", Required = true };
        var add = Verb("add", "Inscrit une personne à la console.", r => $"user/add?mail={Uri.EscapeDataString(r.GetValue(mail)!)}&name={Uri.EscapeDataString(r.GetValue(name)!)}");
        add.Arguments.Add(mail);
        add.Options.Add(name);
        return add;
    }

    private static Command OfPerson(string name, string description)
    {
        var mail = Mail();
        var command = Verb(name, description, r => $"user/{name}?mail={Uri.EscapeDataString(r.GetValue(mail)!)}");
        command.Arguments.Add(mail);
        return command;
    }

    private static Argument<string> Mail() => new("COURRIEL") { Description = "Adresse de courriel de la personne" };

    private static Command Peers()
    {
        var peers = Verb("peers", "Montre les pairs réglés, s’ils répondent et avec quelle clé.", _ => "peers");
        foreach (var (name, description) in (IEnumerable<(string, string)>)[("block", "Bloque un hub sur ce nœud : rien de lui n’y est plus montré ni pris."), ("unblock", "Reprend un hub bloqué.")])
        {
            var hub = MembershipCommand.Hub();
            var command = Verb(name, description, r => $"peers/{name}?hub={Uri.EscapeDataString(r.GetValue(hub)!)}");
            command.Arguments.Add(hub);
            peers.Subcommands.Add(command);
        }
        return peers;
    }

    private static Command Places()
    {
        var from = new Argument<string>("FICHIER|ADRESSE") { Description = "Le CSV de La Poste ou le JSON de geo.api.gouv.fr" };
        var update = new Command("update", "Prend les coordonnées exactes des communes d’un fichier ou d’une adresse.") { from };
        update.SetAction(async (result, cancellationToken) =>
        {
            var (stream, refusal) = await GivenContent.OpenAsync(result.GetValue(from)!, cancellationToken);
            if (stream is null)
                return await RefusedAsync(result, refusal!);
            await using (stream)
                return await RunAsync(result, $"places/update?source={Uri.EscapeDataString(result.GetValue(from)!)}", new StreamContent(stream), cancellationToken);
        });
        return new Command("places", "Lieux officiels.") { update };
    }

    internal static Command Verb(string name, string description, Func<ParseResult, string> path)
    {
        var command = new Command(name, description);
        command.SetAction((result, cancellationToken) => RunAsync(result, path(result), null, cancellationToken));
        return command;
    }

    internal static async Task<int> RunAsync(ParseResult result, string path, HttpContent? content, CancellationToken cancellationToken)
    {
        var (settings, configuration) = SettingsOptions.Read(result);
        await using var node = await ControlClient.OpenAsync(settings, configuration, cancellationToken);
        return await node.RunAsync(path, content, result.InvocationConfiguration.Output, result.InvocationConfiguration.Error, cancellationToken);
    }

    internal static async Task<int> RefusedAsync(ParseResult result, string sentence)
    {
        await result.InvocationConfiguration.Error.WriteLineAsync(sentence);
        return ExitCodes.Refused;
    }
}
