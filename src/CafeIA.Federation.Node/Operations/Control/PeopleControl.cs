using CafeIA.Federation.Node.Accounts;
using CafeIA.Federation.Node.Hubs;
using CafeIA.Federation.Node.Operations.Commands;

namespace CafeIA.Federation.Node.Operations.Control;

/// <summary><c>cafeia user add|people|remove|link</c>: who enters the console. Each change leaves a line in the list of decisions.</summary>
internal sealed class PeopleControl(People people, SignIn signIn, Audit audit, HubOptions hub)
{
    private const string Operator = "opérateur du nœud";

    public async Task AddAsync(Talk talk, string mail, string name)
    {
        var added = await people.AddAsync(mail, name, talk.Cancellation);
        if (!added.IsOk)
        {
            await talk.RefuseAsync(added.Refusal);
            return;
        }
        await audit.WriteAsync(Operator, "person-added", added.Value.Id, added.Value.Name, talk.Cancellation);
        await talk.NoteAsync($"{added.Value.Name} ({added.Value.Mail}) entre dans la console par {hub.AddressOf("/console")}, où un lien lui est envoyé ; ou par un lien d’ici : cafeia user link {added.Value.Mail}");
        await talk.EndAsync(ExitCodes.Done);
    }

    public async Task ListAsync(Talk talk)
    {
        var all = await people.ListAsync(talk.Cancellation);
        foreach (var person in all)
            await talk.SayAsync($"{person.Mail}  {person.Name}");
        if (all.Count == 0)
            await talk.NoteAsync("Personne. Inscrire quelqu’un : cafeia user add COURRIEL --name NOM");
        await talk.EndAsync(ExitCodes.Done);
    }

    public async Task RemoveAsync(Talk talk, string mail)
    {
        var person = await people.FindAsync(mail, talk.Cancellation);
        if (person is null || !await people.RemoveAsync(mail, talk.Cancellation))
        {
            await UnknownAsync(talk, mail);
            return;
        }
        await audit.WriteAsync(Operator, "person-removed", person.Id, person.Name, talk.Cancellation);
        await talk.NoteAsync($"{person.Name} n’entre plus ; ses sessions sont fermées.");
        await talk.EndAsync(ExitCodes.Done);
    }

    public async Task LinkAsync(Talk talk, string mail)
    {
        if (await people.FindAsync(mail, talk.Cancellation) is not { } person)
        {
            await UnknownAsync(talk, mail);
            return;
        }
        if (await signIn.NewLinkAsync(person.Id, talk.Cancellation) is not { } link)
        {
            await talk.RefuseAsync(new("too-many-links", $"Trop de liens de {person.Name} attendent d’être utilisés ; ils ne valent plus après {SignIn.LinkTime.TotalMinutes:0} minutes."));
            return;
        }
        await audit.WriteAsync(Operator, "link-made", person.Id, person.Name, talk.Cancellation);
        await talk.NoteAsync($"Ce lien fait entrer {person.Name}, une fois, dans les {SignIn.LinkTime.TotalMinutes:0} minutes :");
        await talk.SayAsync($"{hub.AddressOf("/console/entree/" + link)}");
        await talk.EndAsync(ExitCodes.Done);
    }

    private static Task UnknownAsync(Talk talk, string mail) => talk.RefuseAsync(new("unknown-person", $"« {mail} » n’est pas inscrit ; « cafeia user people » montre qui l’est.", "mail"));
}
