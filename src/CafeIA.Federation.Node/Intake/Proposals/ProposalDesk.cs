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
        var letters = new List<Letter> { ProposalLetters.Taken(mail, hubs.Local.Name, title, options.AddressOf("/proposer/suivi/" + secret)) };
        foreach (var person in await people.ListAsync(cancellation))
            letters.Add(ProposalLetters.Arrived(person.Mail, hubs.Local.Name, title, options.AddressOf("/console")));
        await store.AddAsync(id, kind, body, tookPlace, mail, secret, letters, cancellation);
    }

    /// <summary>Who proposed it corrects it, while it waits.</summary>
    /// <returns>The refusal, <c>already-decided</c>; null: it is corrected.</returns>
    public async Task<Refusal?> CorrectAsync(Proposal proposal, EntryKind kind, byte[] body, bool tookPlace, CancellationToken cancellation) =>
        await store.CorrectAsync(proposal.Id, kind, body, tookPlace, cancellation) ? null : ProposalRefusals.Decided;

    /// <summary>It becomes an entry of this hub, on everyone's map from then on.</summary>
    /// <param name="proposal">As it was read: one that was corrected since is read again.</param>
    /// <param name="kind">What it becomes.</param>
    /// <param name="body">As it was proposed, or corrected.</param>
    /// <param name="title">Of that body.</param>
    /// <param name="person">Who decides.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>Refused as the hub refuses (<see cref="IHubCommands"/>), as <c>already-decided</c> or as <c>proposal-changed</c>.</returns>
    public Task<Result<Settlement>> AcceptAsync(Proposal proposal, EntryKind kind, byte[] body, string title, Person person, CancellationToken cancellation) => store.SettleAsync(
        proposal.Id,
        proposal.Version,
        async waiting =>
        {
            // The entry's id is the proposal's and so is the command's: a node that died between the journal's commit and its own makes one entry.
            var written = await hub.SubmitAsync(new(new(proposal.Id), true, kind, ChangeOp.Put, body, CommandId.From("proposal", proposal.Id.ToString("N"))), cancellation);
            if (!written.IsOk)
                return written.Refusal;
            var entry = written.Value.Entry;
            var action = body.AsSpan().SequenceEqual(waiting.Body) ? "proposal-accepted" : "proposal-corrected-and-accepted";
            return new Settlement(
                ProposalState.Accepted,
                [audit.Add(person.Name, action, proposal.Id), .. Told(waiting, mail => ProposalLetters.Accepted(mail, hubs.Local.Name, title, options.AddressOf($"/{(kind == EntryKind.Resource ? "ressources" : "evenements")}/{entry}")))])
            {
                By = person.Id,
                Entry = entry,
                Kind = kind,
            };
        },
        cancellation);

    /// <summary>It is not taken, and who proposed it is told why.</summary>
    /// <returns>Refused as <c>no-reason</c>, <c>already-decided</c> or <c>proposal-changed</c>.</returns>
    public async Task<Result<Settlement>> RefuseAsync(Proposal proposal, string title, string reason, Person person, CancellationToken cancellation)
    {
        reason = reason.Trim();
        if (reason.Length is 0 or > MaxReason)
            return new Refusal("no-reason", $"Donnez la raison du refus, en {MaxReason} caractères au plus : elle est envoyée à la personne.", "raison");
        return await store.SettleAsync(
            proposal.Id,
            proposal.Version,
            waiting => Task.FromResult<Result<Settlement>>(new Settlement(
                ProposalState.Refused, [audit.Add(person.Name, "proposal-refused", proposal.Id, reason), .. Told(waiting, mail => ProposalLetters.Refused(mail, hubs.Local.Name, title, reason))])
            {
                By = person.Id,
                Reason = reason,
            }),
            cancellation);
    }

    /// <summary>Who proposed it takes it back: from the list while it waits, from every map when it was accepted.</summary>
    /// <returns>The refusal; null: it is taken back.</returns>
    public async Task<Refusal?> WithdrawAsync(Proposal proposal, CancellationToken cancellation)
    {
        if (proposal is { State: ProposalState.Accepted, Entry: { } entry })
            return (await hub.SubmitAsync(new(entry, false, proposal.Kind, ChangeOp.Withdraw, null, CommandId.From("proposal-withdrawn", proposal.Id.ToString("N"))), cancellation)).Refusal;
        var settled = await store.SettleAsync(
            proposal.Id,
            null,
            _ => Task.FromResult<Result<Settlement>>(new Settlement(ProposalState.Withdrawn, audit.Add("la personne qui l’a proposée", "proposal-withdrawn", proposal.Id))),
            cancellation);
        return settled.Refusal;
    }

    /// <summary>An entry of this hub leaves every map, by decision of one of its people.</summary>
    /// <returns>The refusal, <c>no-reason</c> or the hub's; null: it is withdrawn.</returns>
    public async Task<Refusal?> WithdrawAsync(EntryKind kind, EntryId entry, string reason, Person person, CancellationToken cancellation)
    {
        reason = reason.Trim();
        if (reason.Length is 0 or > MaxReason)
            return new Refusal("no-reason", $"Donnez la raison du retrait, en {MaxReason} caractères au plus : elle reste dans le journal des décisions.", "raison");
        var withdrawn = await hub.SubmitAsync(new(entry, false, kind, ChangeOp.Withdraw, null, CommandId.None), cancellation);
        if (!withdrawn.IsOk)
            return withdrawn.Refusal;
        await audit.WriteAsync(person.Name, "entry-withdrawn", entry.Value, reason, cancellation);
        return null;
    }

    /// <summary>The letter about a proposal, while its sender's address is known.</summary>
    private IEnumerable<Npgsql.NpgsqlBatchCommand> Told(Proposal proposal, Func<string, Letter> letter) =>
        proposal.Mail is { } mail ? [outbox.Write(letter(mail) with { About = proposal.Id })] : [];
}
