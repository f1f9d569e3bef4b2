using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Protocol.Heads;

namespace CafeIA.Federation.Node.Hubs;

/// <summary>Before anything else runs: the hubs of the database are known, and this node's own is among them with its key.</summary>
internal sealed class LocalHub(HubRegister hubs, JournalLoader journals, HubOptions options, HubSigners signers) : IHostedService
{
    /// <exception cref="HubChangedException">The database is another hub's.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await hubs.LoadAsync(cancellationToken);
        // Which of the keys is in use, the journal's last rotation says: not the newest file, which a change that was broken off may have left.
        var keys = hubs.Hubs.FirstOrDefault(h => h.IsLocal && h.Id == options.HubId) is { } known ? await journals.LoadKeysAsync(options.FederationId, known, cancellationToken) : null;
        var isHeld = keys is not null && signers.TryUse(keys.Current.Id);
        var profile = new HubProfile(options.HubId, options.Name, options.Kind, options.Territory, options.Address, isHeld ? keys!.First : signers.First.PublicKey);
        var registered = await hubs.RegisterAsync(profile, isLocal: true, cancellationToken);
        if (!registered.IsOk)
            throw new HubChangedException(registered.Refusal.Message);
        if (keys is not null && !isHeld)
            throw new HubChangedException($"La clé en usage de ce hub, {keys.Current.Fingerprint}, n’est pas dans son dossier de clés. Remettre la copie de sauvegarde de keys/hub-{keys.Rotations[^1].Number}.pem : une clé retirée ne signe plus.");
        hubs.PassTo(options.HubId, signers.Current.PublicKey);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}

/// <summary>Once the silo runs: the hub's grain loads its journal, so that the first command does not wait.</summary>
internal sealed class HubStart(IGrainFactory grains, HubRegister hubs) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken) => grains.GetGrain<IHubGrain>(hubs.Local.Id.ToString()).StartAsync().WaitAsync(cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}

/// <summary>The database is another hub's, or was written with another key; the message is the refusal's.</summary>
internal sealed class HubChangedException(string message) : Exception(message);
