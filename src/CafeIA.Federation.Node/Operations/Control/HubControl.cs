using CafeIA.Federation.Node.Exchange;
using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Node.Operations.Commands;
using CafeIA.Federation.Protocol.Heads;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Protocol.Membership;

namespace CafeIA.Federation.Node.Operations.Control;

/// <summary><c>cafeia peers block|unblock</c> and <c>cafeia keys</c>: what this node's operator decides about another hub, and which key its own signs with.</summary>
internal sealed class HubControl(HubRegister hubs, HubStandings standings, HubSigners signers, PeerRoster roster, IReplicas replicas)
{
    public async Task BlockAsync(Talk talk, string name, bool isBlocked)
    {
        if (!HubId.TryParse(name, out var id) || hubs.Find(id) is not { } hub)
        {
            await talk.RefuseAsync(new("hub-not-found", $"Aucun hub « {name} » n’est connu ici ; la page /hubs les montre.", "hub"));
            return;
        }
        if (hub.IsLocal)
        {
            await talk.RefuseAsync(new("own-hub", "Un nœud ne bloque pas son propre hub.", "hub"));
            return;
        }
        hub = await standings.BlockAsync(hub, isBlocked, talk.Cancellation);
        if (!hub.IsHidden)
        {
            roster.Follow(hub);
            replicas.Follow(hub);
        }
        await talk.NoteAsync(hub switch
        {
            { IsBlocked: true } => $"« {id} » est bloqué : rien de lui n’est plus montré ni pris sur ce nœud. Le reprendre : cafeia peers unblock {id}",
            { Membership: MemberStatus.Expelled } => $"« {id} » n’est plus bloqué ici, mais la fédération l’a exclu : rien de lui n’est montré.",
            _ => $"« {id} » est suivi de nouveau ; ses fiches reviennent.",
        });
        await talk.EndAsync(ExitCodes.Done);
    }

    public async Task ShowKeysAsync(Talk talk)
    {
        await talk.SayAsync(signers.Current.PublicKey.Fingerprint);
        await talk.EndAsync(ExitCodes.Done);
    }
}
