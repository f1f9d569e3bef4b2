using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Protocol;
using CafeIA.Federation.Protocol.Heads;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Protocol.Membership;

namespace CafeIA.Federation.Node.Exchange.Membership;

/// <summary>Makes the next version of the membership document, where this node holds a steward's key.</summary>
internal sealed class MembershipAuthor(FederationMembership membership, MembershipStore store, ExchangeIdentity identity, HubSigners signers, HubRegister hubs, TimeProvider time)
{
    /// <summary>True when a key of this node may sign the next version.</summary>
    public bool IsSteward => membership.Held is { } held && Steward(held.Document) is not null;

    /// <summary>Version 1: this hub is the steward, and the first member.</summary>
    public async Task<Result<MembershipDocument>> FoundAsync(CancellationToken cancellation)
    {
        if (membership.Held is { } held)
            return new Refusal("already-founded", $"Cette fédération a déjà un registre, à la version {held.Document.Version} : « cafeia membership » le montre.");
        var own = hubs.Local;
        var key = signers.Current.PublicKey;
        return await PublishAsync(
            new MembershipDocument
            {
                Federation = identity.Federation,
                Version = 1,
                At = time.GetUtcNow(),
                Stewards = [key],
                Members = [new Member(own.Id, own.Name, own.Address, key) { IsRelay = true }],
            },
            signers.Current,
            cancellation);
    }

    /// <summary>Takes a hub in, or back: one that asked, or one that is followed here by hand.</summary>
    /// <param name="hub">Which.</param>
    /// <param name="fingerprint">Which of its keys, where two asked in its name.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<Result<MembershipDocument>> AcceptAsync(HubId hub, string? fingerprint, CancellationToken cancellation)
    {
        var waiting = (await store.RequestsAsync(cancellation)).Where(r => r.Request.Hub == hub && (fingerprint is null || r.Fingerprint == fingerprint)).ToArray();
        if (waiting.Length > 1)
        {
            return new Refusal("two-keys", $"Deux clés demandent à être « {hub} ». Demander au hub laquelle est la sienne (« cafeia keys » l’affiche chez lui), puis : cafeia membership accept {hub} --key EMPREINTE", "hub")
            {
                Choices = [.. waiting.Select(r => r.Fingerprint)],
            };
        }
        Member member;
        if (waiting is [var request])
            member = new Member(hub, request.Request.Name, request.Request.Address, request.Key);
        else if (hubs.Find(hub) is { } known && (fingerprint is null || fingerprint == known.CurrentKey.Fingerprint))
            member = new Member(hub, known.Name, known.Address, known.CurrentKey);
        else
            return new Refusal("no-request", $"« {hub} » n’a rien demandé{(fingerprint is null ? "" : " avec cette clé")}, et aucun hub de ce nom n’est suivi ici. « cafeia membership requests » montre les demandes.", "hub");
        var published = await ChangeAsync(
            document => document.With(document.Find(hub) is { } listed ? listed with { Name = member.Name, Address = member.Address ?? listed.Address, Key = member.Key, Status = MemberStatus.Active, RevokedAfter = null } : member, time.GetUtcNow()),
            cancellation);
        if (published.IsOk)
            await store.ForgetRequestsAsync(hub, cancellation);
        return published;
    }

    /// <summary>Sends a hub away: nothing of it is shown any more.</summary>
    /// <param name="hub">Not this node's own.</param>
    /// <param name="after">The last position of its journal that counts; null: no bound.</param>
    /// <param name="cancellation">Gives up.</param>
    public Task<Result<MembershipDocument>> ExpelAsync(HubId hub, Position? after, CancellationToken cancellation) =>
        hub == hubs.Local.Id
            ? Task.FromResult<Result<MembershipDocument>>(new Refusal("own-hub", "Un hub ne s’exclut pas lui-même : « cafeia membership left » dit qu’il part.", "hub"))
            : ChangeMemberAsync(hub, member => member with { Status = MemberStatus.Expelled, RevokedAfter = after ?? member.RevokedAfter, IsRelay = false }, cancellation);

    /// <summary>Says that a hub has gone by itself; what it wrote stays.</summary>
    public Task<Result<MembershipDocument>> LeftAsync(HubId hub, CancellationToken cancellation) =>
        ChangeMemberAsync(hub, member => member with { Status = MemberStatus.Left, IsRelay = false }, cancellation);

    public Task<Result<MembershipDocument>> RelayAsync(HubId hub, bool isRelay, CancellationToken cancellation) =>
        ChangeMemberAsync(hub, member => member with { IsRelay = isRelay }, cancellation);

    /// <summary>Makes the hub's key a steward's, or no longer.</summary>
    public Task<Result<MembershipDocument>> StewardAsync(HubId hub, bool isSteward, CancellationToken cancellation)
    {
        if (membership.Held?.Document.Find(hub) is not { } member)
            return Task.FromResult<Result<MembershipDocument>>(NotListed(hub));
        if (!isSteward && membership.Held.Document.Stewards.All(s => s.Id == member.Key.Id))
            return Task.FromResult<Result<MembershipDocument>>(new Refusal("last-steward", $"« {hub} » est le dernier garant : en nommer un autre d’abord.", "hub"));
        return ChangeAsync(
            document => document with
            {
                Version = document.Version + 1,
                At = time.GetUtcNow(),
                Stewards = isSteward
                    ? [.. document.Stewards, .. document.IsSteward(member.Key.Id) ? [] : (HubPublicKey[])[member.Key]]
                    : [.. document.Stewards.Where(s => s.Id != member.Key.Id)],
            },
            cancellation);
    }

    /// <summary>This hub passed to another key: where the old one is listed, as member or steward, the new one takes its place. Signed by the old one, which is still at hand.</summary>
    /// <returns>Null where this node has nothing to say about the list.</returns>
    public async Task<Result<MembershipDocument>?> PassOnAsync(HubPublicKey old, HubPublicKey successor, CancellationToken cancellation)
    {
        if (!IsSteward || membership.Held!.Document is not { } held || (!held.IsSteward(old.Id) && held.Find(hubs.Local.Id)?.Key.Id != old.Id))
            return null;
        return await ChangeAsync(
            document => document with
            {
                Version = document.Version + 1,
                At = time.GetUtcNow(),
                Stewards = [.. document.Stewards.Select(s => s.Id == old.Id ? successor : s)],
                Members = [.. document.Members.Select(m => m.Id == hubs.Local.Id ? m with { Key = successor } : m)],
            },
            cancellation);
    }

    private Task<Result<MembershipDocument>> ChangeMemberAsync(HubId hub, Func<Member, Member> change, CancellationToken cancellation)
    {
        if (membership.Held?.Document.Find(hub) is not null)
            return ChangeAsync(document => document.With(change(document.Find(hub)!), time.GetUtcNow()), cancellation);
        return hubs.Find(hub) is { } known
            ? ChangeAsync(document => document.With(change(new Member(hub, known.Name, known.Address, known.CurrentKey)), time.GetUtcNow()), cancellation)
            : Task.FromResult<Result<MembershipDocument>>(NotListed(hub));
    }

    private async Task<Result<MembershipDocument>> ChangeAsync(Func<MembershipDocument, MembershipDocument> change, CancellationToken cancellation)
    {
        if (membership.Held is not { } held)
            return new Refusal("no-membership", "Ce nœud ne tient pas de registre des membres. En fonder un : cafeia membership found ; en rejoindre un : cafeia membership join ADRESSE.");
        return Steward(held.Document) is { } steward
            ? await PublishAsync(change(held.Document), steward, cancellation)
            : new Refusal("not-steward", "La clé de ce nœud n’est pas celle d’un garant de la fédération : cette commande se donne sur le nœud d’un garant.");
    }

    private async Task<Result<MembershipDocument>> PublishAsync(MembershipDocument document, HubSigner steward, CancellationToken cancellation)
    {
        if (document.Members.Count > MembershipDocument.MaxMembers || document.Stewards.Count > MembershipDocument.MaxStewards)
            return new Refusal("too-many", $"Le registre compte au plus {MembershipDocument.MaxMembers} hubs et {MembershipDocument.MaxStewards} garants.");
        var verdict = await membership.OfferAsync(SignedMembership.Sign(document, steward).Envelope.Encode(), cancellation);
        return verdict == MembershipVerdict.Accepted
            ? document
            : new Refusal("overtaken", "Un autre garant a publié une version entre-temps. Recommencer.");
    }

    /// <summary>The key of this node by which the next version can be signed; the one in use where both can.</summary>
    private HubSigner? Steward(MembershipDocument document) =>
        document.IsSteward(signers.Current.PublicKey.Id) ? signers.Current : document.Stewards.Select(s => signers.Find(s.Id)).FirstOrDefault(s => s is not null);

    private static Refusal NotListed(HubId hub) => new("hub-not-found", $"« {hub} » n’est ni dans le registre, ni suivi ici.", "hub");
}
