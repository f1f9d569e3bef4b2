using CafeIA.Federation.Node.Accounts;
using CafeIA.Federation.Node.Hubs;
using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Node.Mail;
using CafeIA.Federation.Protocol;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Protocol.Journal;
using CafeIA.Federation.Protocol.Sequencing;

namespace CafeIA.Federation.Node.Intake.Proposals;

/// <summary>What people propose without an account, from the form to the decision.</summary>
internal sealed class ProposalDesk(ProposalStore store, IHubCommands hub, HubRegister hubs, Audit audit, People people, Outbox outbox, HubOptions options)
{
    public const int MaxReason = 1_000;

    /// <summary>Takes a proposal whose body was judged.</summary>
    /// <param name="kind">What it would become.</param>
    /// <param name="body">The canonical body.</param>
    /// <param name="title">Its title, for the letters.</param>
    /// <param name="tookPlace">A café of the past.</param>
    /// <param name="mail">Where the link to follow it goes; the hub's people are told too.</param>
    /// <param name="id">Of the proposal, where one that comes again is to be known; null: a new one.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task TakeAsync(EntryKind kind, byte[] body, string title, bool tookPlace, string mail, Guid? id, CancellationToken cancellation)
    {
        var secret = Secret.New();
        var letters = new List<Letter> { ProposalLetters.Taken(mail, hubs.Local.Name, title, Address("/proposer/suivi/" + secret)) };
        foreach (var person in await people.ListAsync(cancellation))
            letters.Add(ProposalLetters.Arrived(person.Mail, hubs.Local.Name, title, Address("/console")));
        await store.AddAsync(id, kind, body, tookPlace, mail, secret, letters, cancellation);
    }

    /// <summary>Who proposed it corrects it, while it waits.</summary>
    /// <returns>Refused as <c>already-decided</c>.</returns>
    public async Task<Result<bool>> CorrectAsync(Proposal proposal, EntryKind kind, byte[] body, bool tookPlace, CancellationToken cancellation) =>
        await store.CorrectAsync(proposal.Id, kind, body, tookPlace, cancellation) ? true : Decided();

    /// <summary>It becomes an entry of this hub, on everyone's map from then on.</summary>
    /// <param name="proposal">While it waits.</param>
    /// <param name="kind">What it becomes.</param>
    /// <param name="body">As it was proposed, or corrected.</param>
    /// <param name="title">Of that body.</param>
    /// <param name="person">Who decides.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>Refused as the hub refuses (<see cref="IHubCommands"/>), or as <c>already-decided</c>.</returns>
    public async Task<Result<EntryId>> AcceptAsync(Proposal proposal, EntryKind kind, byte[] body, string title, Person person, CancellationToken cancellation)
    {
        if (proposal.State != ProposalState.Waiting)
            return Decided();
        // The entry's id is the proposal's and so is the command's: two who accept at once, or a node that died in between, make one entry.
        var entry = new EntryId(proposal.Id);
        var written = await hub.SubmitAsync(new(entry, true, kind, ChangeOp.Put, body, CommandId.From("proposal", proposal.Id.ToString("N"))), cancellation);
        if (!written.IsOk)
            return written.Refusal;
        var others = new List<Npgsql.NpgsqlBatchCommand> { audit.Add(person.Name, body.AsSpan().SequenceEqual(proposal.Body) ? "proposal-accepted" : "proposal-corrected-and-accepted", proposal.Id) };
        if (proposal.Mail is { } mail)
            others.Add(outbox.Write(ProposalLetters.Accepted(mail, hubs.Local.Name, title, Address($"/{(kind == EntryKind.Resource ? "ressources" : "evenements")}/{written.Value.Entry}"))));
        return await store.SettleAsync(proposal.Id, ProposalState.Accepted, person.Id, null, written.Value.Entry, others, cancellation) ? written.Value.Entry : Decided();
    }

    /// <summary>It is not taken, and who proposed it is told why.</summary>
    /// <returns>Refused as <c>no-reason</c> or <c>already-decided</c>.</returns>
    public async Task<Result<bool>> RefuseAsync(Proposal proposal, string title, string reason, Person person, CancellationToken cancellation)
    {
        reason = reason.Trim();
        if (reason.Length is 0 or > MaxReason)
            return new Refusal("no-reason", $"Donnez la raison du refus, en {MaxReason} caractères au plus : elle est envoyée à la personne.", "raison");
        var others = new List<Npgsql.NpgsqlBatchCommand> { audit.Add(person.Name, "proposal-refused", proposal.Id, reason) };
        if (proposal.Mail is { } mail)
            others.Add(outbox.Write(ProposalLetters.Refused(mail, hubs.Local.Name, title, reason)));
        return await store.SettleAsync(proposal.Id, ProposalState.Refused, person.Id, reason, null, others, cancellation) ? true : Decided();
    }

    /// <summary>Who proposed it takes it back: from the list while it waits, from every map when it was accepted.</summary>
    public async Task<Result<bool>> WithdrawAsync(Proposal proposal, CancellationToken cancellation)
    {
        if (proposal is { State: ProposalState.Accepted, Entry: { } entry })
        {
            var withdrawn = await hub.SubmitAsync(new(entry, false, proposal.Kind, ChangeOp.Withdraw, null, CommandId.From("proposal-withdrawn", proposal.Id.ToString("N"))), cancellation);
            return withdrawn.IsOk ? true : withdrawn.Refusal;
        }
        return await store.SettleAsync(proposal.Id, ProposalState.Withdrawn, null, null, null, [audit.Add("la personne qui l’a proposée", "proposal-withdrawn", proposal.Id)], cancellation) ? true : Decided();
    }

    /// <summary>An entry of this hub leaves every map, by decision of one of its people.</summary>
    /// <returns>Refused as <c>no-reason</c> or as the hub refuses.</returns>
    public async Task<Result<bool>> WithdrawAsync(EntryKind kind, EntryId entry, string reason, Person person, CancellationToken cancellation)
    {
        reason = reason.Trim();
        if (reason.Length is 0 or > MaxReason)
            return new Refusal("no-reason", $"Donnez la raison du retrait, en {MaxReason} caractères au plus : elle reste dans le journal des décisions.", "raison");
        var withdrawn = await hub.SubmitAsync(new(entry, false, kind, ChangeOp.Withdraw, null, CommandId.None), cancellation);
        if (!withdrawn.IsOk)
            return withdrawn.Refusal;
        await audit.WriteAsync(person.Name, "entry-withdrawn", entry.Value, reason, cancellation);
        return true;
    }

    public static Refusal Decided() => new("already-decided", "Cette proposition a déjà reçu une réponse.");

    /// <summary>By the hub's own address: a letter never leads to a host that a request named.</summary>
    private string Address(string path) => options.AddressOf(path);
}
