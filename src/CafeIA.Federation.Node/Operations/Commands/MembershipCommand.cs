using System.CommandLine;

namespace CafeIA.Federation.Node.Operations.Commands;

/// <summary><c>cafeia membership</c>: who is in the federation, and who may say so.</summary>
internal static class MembershipCommand
{
    public static Command Create()
    {
        var command = NodeCommands.Verb("membership", "Montre le registre des membres de la fédération ; ses commandes le changent.", _ => "membership");
        command.Subcommands.Add(NodeCommands.Verb("found", "Fonde le registre : ce hub en est le garant et le premier membre.", _ => "membership/found"));
        command.Subcommands.Add(Join());
        command.Subcommands.Add(NodeCommands.Verb("requests", "Montre les hubs qui demandent à être membres.", _ => "membership/requests"));
        var key = new Option<string?>("--key") { Description = "Empreinte de sa clé, quand deux la demandent sous ce nom", HelpName = "EMPREINTE" };
        command.Subcommands.Add(OfHub("accept", "Accepte un hub qui l’a demandé, ou que ce nœud suit.", "membership/accept", key));
        var after = new Option<string?>("--after") { Description = "Le dernier changement de son journal qui compte : ce qui suit est gelé", HelpName = "ÉPOQUE.NUMÉRO" };
        command.Subcommands.Add(OfHub("expel", "Exclut un hub : plus aucun nœud ne montre rien de lui.", "membership/expel", after));
        command.Subcommands.Add(OfHub("left", "Dit qu’un hub est parti de lui-même ; ce qu’il a publié reste.", "membership/left"));
        command.Subcommands.Add(Switch("relay", "Fait du nœud d’un hub un relais, qui sert les journaux des hubs éteints.", "membership/relay"));
        command.Subcommands.Add(Switch("steward", "Fait d’un hub un garant, dont la signature change le registre.", "membership/steward"));
        return command;
    }

    private static Command Join()
    {
        var address = new Argument<string>("ADRESSE") { Description = "Le nœud d’un garant" };
        var steward = new Option<string?>("--steward") { Description = "Empreinte du garant, vérifiée auprès de lui : ce nœud le reconnaît désormais", HelpName = "EMPREINTE" };
        var join = NodeCommands.Verb("join", "Demande à être membre.", r => $"membership/join?address={Uri.EscapeDataString(r.GetValue(address)!)}{Given("&steward", r.GetValue(steward))}");
        join.Arguments.Add(address);
        join.Options.Add(steward);
        return join;
    }

    private static Command Switch(string name, string description, string path)
    {
        var off = new Option<bool>("--off") { Description = "Le contraire" };
        var hub = Hub();
        var command = NodeCommands.Verb(name, description, r => $"{path}?hub={Uri.EscapeDataString(r.GetValue(hub)!)}&on={!r.GetValue(off)}");
        command.Arguments.Add(hub);
        command.Options.Add(off);
        return command;
    }

    private static Command OfHub(string name, string description, string path, Option<string?>? option = null)
    {
        var hub = Hub();
        var command = NodeCommands.Verb(name, description, r => $"{path}?hub={Uri.EscapeDataString(r.GetValue(hub)!)}{(option is null ? "" : Given("&" + option.Name[2..], r.GetValue(option)))}");
        command.Arguments.Add(hub);
        if (option is not null)
            command.Options.Add(option);
        return command;
    }

    internal static Argument<string> Hub() => new("HUB") { Description = "Identifiant du hub" };

    private static string Given(string name, string? value) => value is null ? "" : $"{name}={Uri.EscapeDataString(value)}";
}
