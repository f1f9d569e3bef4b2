using CafeIA.Federation.Node.Exchange;
using CafeIA.Federation.Node.Exchange.Membership;
using CafeIA.Federation.Node.Hubs;
using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Node.Operations.Commands;
using CafeIA.Federation.Protocol;
using CafeIA.Federation.Protocol.Heads;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Protocol.Membership;

namespace CafeIA.Federation.Node.Operations.Control;

/// <summary><c>cafeia membership …</c>: shows the federation's list of members, asks to be on it, and changes it where this node's key is a steward's.</summary>
internal sealed class MembershipControl(
    FederationMembership membership,
    MembershipAuthor author,
    MembershipStore store,
    MembershipClient client,
    MembershipWatch watch,
    HubSigners signers,
    HubOptions hub,
    ExchangeOptions exchange,
    HubRegister hubs,
    TimeProvider time)
{
    public async Task ShowAsync(Talk talk)
    {
        if (membership.Held is not { } held)
        {
            await talk.NoteAsync("Ce nœud ne tient pas de registre des membres : il suit les hubs réglés à la main. En fonder un : cafeia membership found ; en rejoindre un : cafeia membership join ADRESSE.");
            await talk.EndAsync(ExitCodes.Done);
            return;
        }
        var document = held.Document;
        await talk.SayAsync($"{document.Federation}  version {document.Version} du {document.At:yyyy-MM-dd HH:mm} UTC, signée par {held.Envelope.Key.Fingerprint}");
        foreach (var steward in document.Stewards)
            await talk.SayAsync($"garant  {steward.Fingerprint}{(document.Members.FirstOrDefault(m => m.Key.Id == steward.Id) is { } member ? $"  {member.Id}" : "")}{(signers.Find(steward.Id) is null ? "" : "  (ce nœud)")}");
        foreach (var member in document.Members)
            await talk.SayAsync($"{Word(member)}  {member.Id}  {member.Name}  {member.Address?.ToString() ?? "sans adresse"}  {member.Key.Fingerprint}{(member.IsRelay ? "  relais" : "")}{(member.RevokedAfter is { } after ? $"  rien après {after}" : "")}");
        await talk.EndAsync(ExitCodes.Done);
    }

    public async Task FoundAsync(Talk talk)
    {
        if (exchange.Stewards.Count > 0 || membership.StewardAddresses.Count > 0)
        {
            await talk.RefuseAsync(new("stewards-pinned", "Ce nœud reconnaît déjà des garants (Federation:Stewards, ou « membership join ») : il rejoint leur fédération, il n’en fonde pas une autre."));
            return;
        }
        await PublishedAsync(talk, await author.FoundAsync(talk.Cancellation), $"Ce hub est le garant. Les autres nœuds le reconnaissent par : cafeia membership join {hubs.Local.Address} --steward {signers.Current.PublicKey.Fingerprint}");
    }

    public async Task JoinAsync(Talk talk, string node, string? steward)
    {
        if (!Uri.TryCreate(node, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
        {
            await talk.RefuseAsync(new("bad-peer-address", $"« {node} » n’est pas l’adresse d’un nœud (http:// ou https://)."));
            return;
        }
        if (steward is not null && !PeerOptions.IsFingerprint(steward))
        {
            await talk.RefuseAsync(new("bad-fingerprint", $"« {steward} » n’est pas une empreinte : SHA256: puis 64 chiffres hexadécimaux.", "--steward"));
            return;
        }
        var shown = await client.NewestAsync(address, null, talk.Cancellation);
        if (!shown.IsOk)
        {
            await talk.RefuseAsync(shown.Refusal.Code == "peer-unreachable" ? shown.Refusal : new("no-membership", $"Le nœud {address} ne montre pas de registre des membres : est-ce celui d’un garant ?"));
            return;
        }
        if (SignedMembership.TryDecode(shown.Value.Span) is not { } offered)
        {
            await talk.RefuseAsync(new("peer-answer", $"Le nœud {address} répond mal : ce n’est pas un registre des membres."));
            return;
        }
        if (steward is not null)
            await membership.PinAsync(steward, address, talk.Cancellation);
        var verdict = await watch.AskAsync(address, talk.Cancellation) ?? MembershipVerdict.Held;
        if (verdict is MembershipVerdict.UnknownSteward or MembershipVerdict.OtherFederation)
        {
            await talk.RefuseAsync(NotTaken(verdict, offered, address, steward));
            return;
        }
        if (membership.Held?.Document.Find(hub.HubId) is { Status: MemberStatus.Active } listed && listed.Key.Id == signers.Current.PublicKey.Id)
        {
            await talk.NoteAsync($"« {hub.Id} » est déjà membre, à la version {membership.Held.Document.Version} du registre.");
            await talk.EndAsync(ExitCodes.Done);
            return;
        }
        var own = hubs.Local;
        var request = new JoinRequest(hub.FederationId, own.Id, own.Name, own.Address, time.GetUtcNow()).Sign(signers.Current);
        if (await client.RequestAsync(address, request.Encode(), talk.Cancellation) is { } refusal)
        {
            await talk.RefuseAsync(refusal);
            return;
        }
        await talk.NoteAsync($"Demande envoyée. Le garant l’accepte par « cafeia membership accept {own.Id} » ; lui donner l’empreinte de ce hub, à comparer :");
        await talk.SayAsync(signers.Current.PublicKey.Fingerprint);
        await talk.EndAsync(ExitCodes.Done);
    }

    private Refusal NotTaken(MembershipVerdict verdict, SignedMembership offered, Uri address, string? steward)
    {
        if (verdict == MembershipVerdict.OtherFederation)
            return new("other-federation", $"Ce registre est celui de la fédération « {offered.Document.Federation} », pas de « {hub.Federation} » (Hub:Federation).", "Hub:Federation");
        var signer = offered.Envelope.Key.Fingerprint;
        return steward is null
            ? new("unknown-steward", $"Le registre est signé par {signer}, que ce nœud ne connaît pas. Vérifier cette empreinte auprès du garant, puis : cafeia membership join {address} --steward {signer}", "--steward")
            : new("unknown-steward", $"Ni {steward} ni ceux que ses versions nomment n’ont signé ce registre, mais {signer}.", "--steward");
    }

    public async Task RequestsAsync(Talk talk)
    {
        var waiting = await store.RequestsAsync(talk.Cancellation);
        foreach (var request in waiting)
            await talk.SayAsync($"{request.Request.Hub}  {request.Request.Name}  {request.Request.Address?.ToString() ?? "sans adresse"}  {request.Fingerprint}  {request.ReceivedAt:yyyy-MM-dd HH:mm} UTC");
        await talk.NoteAsync(waiting.Count == 0 ? "Aucune demande n’attend." : "Comparer l’empreinte avec le hub (« cafeia keys » chez lui), puis : cafeia membership accept HUB");
        await talk.EndAsync(ExitCodes.Done);
    }

    public Task AcceptAsync(Talk talk, string name, string? key) =>
        WithHubAsync(talk, name, async id => await PublishedAsync(talk, await author.AcceptAsync(id, key, talk.Cancellation), $"« {id} » est membre."));

    public async Task ExpelAsync(Talk talk, string name, string? after)
    {
        Position? bound = null;
        if (after is not null)
        {
            if (!Position.TryParse(after, out var position) || position.Seq > long.MaxValue)
            {
                await talk.RefuseAsync(new("bad-position", $"« {after} » se lit époque.numéro, comme 1.42 : le dernier changement qui compte.", "--after"));
                return;
            }
            bound = position;
        }
        await WithHubAsync(talk, name, async id => await PublishedAsync(talk, await author.ExpelAsync(id, bound, talk.Cancellation), $"« {id} » est exclu : en moins d’une minute, plus aucun nœud relié ne montre rien de lui."));
    }

    public Task LeftAsync(Talk talk, string name) =>
        WithHubAsync(talk, name, async id => await PublishedAsync(talk, await author.LeftAsync(id, talk.Cancellation), $"« {id} » a quitté la fédération ; ce qu’il a publié reste."));

    public Task RelayAsync(Talk talk, string name, bool isRelay) =>
        WithHubAsync(talk, name, async id => await PublishedAsync(talk, await author.RelayAsync(id, isRelay, talk.Cancellation), isRelay ? $"Le nœud de « {id} » est un relais." : $"Le nœud de « {id} » n’est plus un relais."));

    public Task StewardAsync(Talk talk, string name, bool isSteward) =>
        WithHubAsync(talk, name, async id => await PublishedAsync(talk, await author.StewardAsync(id, isSteward, talk.Cancellation), isSteward ? $"« {id} » est garant." : $"« {id} » n’est plus garant."));

    private static async Task WithHubAsync(Talk talk, string name, Func<HubId, Task> run)
    {
        if (HubId.TryParse(name, out var id))
            await run(id);
        else
            await talk.RefuseAsync(new("bad-hub-id", $"« {name} » n’est pas un identifiant de hub."));
    }

    private static async Task PublishedAsync(Talk talk, Result<MembershipDocument> published, string done)
    {
        if (!published.IsOk)
        {
            await talk.RefuseAsync(published.Refusal);
            return;
        }
        await talk.SayAsync($"version {published.Value.Version}");
        await talk.NoteAsync(done);
        await talk.EndAsync(ExitCodes.Done);
    }

    private static string Word(Member member) => member.Status switch
    {
        MemberStatus.Active => "membre",
        MemberStatus.Expelled => "exclu ",
        MemberStatus.Left => "parti ",
        _ => "autre ",
    };
}
