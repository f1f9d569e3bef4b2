using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Protocol.Heads;

namespace CafeIA.Federation.Node.Hubs;

/// <summary>Before anything else runs: the hubs of the database are known, and this node's own is among them with its key.</summary>
internal sealed class LocalHub(HubRegister hubs, HubOptions options, HubSigner signer) : IHostedService
{
    /// <exception cref="HubChangedException">The database is another hub's.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await hubs.LoadAsync(cancellationToken);
        var profile = new HubProfile(options.HubId, options.Name, options.Kind, options.Territory, options.Address, signer.PublicKey);
        var registered = await hubs.RegisterAsync(profile, isLocal: true, cancellationToken);
        if (!registered.IsOk)
            throw new HubChangedException(registered.Refusal.Message);
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
