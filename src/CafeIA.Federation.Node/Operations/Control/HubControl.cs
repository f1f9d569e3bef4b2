using CafeIA.Federation.Node.Exchange;
using CafeIA.Federation.Node.Exchange.Membership;
using CafeIA.Federation.Node.Hubs;
using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Node.Operations.Commands;
using CafeIA.Federation.Protocol.Heads;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Protocol.Membership;

namespace CafeIA.Federation.Node.Operations.Control;

/// <summary><c>cafeia peers block|unblock</c> and <c>cafeia keys</c>: what this node's operator decides about another hub, and which key its own signs with.</summary>
internal sealed class HubControl(HubRegister hubs, HubStandings standings, HubSigners signers, IHubCommands commands, MembershipAuthor membership, PeerRoster roster, IReplicas replicas)
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

    /// <summary>The new key is on the disk, named by the journal and in use when this returns.</summary>
    public async Task RotateAsync(Talk talk)
    {
        var old = signers.Current.PublicKey;
        var rotated = await commands.RotateAsync(talk.Cancellation);
        if (!rotated.IsOk)
        {
            await talk.RefuseAsync(rotated.Refusal);
            return;
        }
        var successor = signers.Current.PublicKey;
        await talk.NoteAsync($"Nouvelle clé depuis {rotated.Value.Position}. L’ancienne, {old.Fingerprint}, ne vaut plus que pour ce qui précède ; garder son fichier, et une copie de sauvegarde du nouveau (dossier keys). Les autres nœuds suivent d’eux-mêmes.");
        if (await membership.PassOnAsync(old, successor, talk.Cancellation) is { } listed)
            await talk.NoteAsync(listed.IsOk ? $"Le registre des membres la donne depuis sa version {listed.Value.Version}." : listed.Refusal.Message);
        await talk.SayAsync(successor.Fingerprint);
        await talk.EndAsync(ExitCodes.Done);
    }

    public async Task ShowKeysAsync(Talk talk)
    {
        await talk.SayAsync(signers.Current.PublicKey.Fingerprint);
        await talk.EndAsync(ExitCodes.Done);
    }
}
