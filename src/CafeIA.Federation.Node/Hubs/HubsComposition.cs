using System.Net;
using System.Net.Sockets;
using CafeIA.Federation.Node.Exchange;
using CafeIA.Federation.Node.Hubs.Scrubbing;
using CafeIA.Federation.Node.Hubs.Following;
using CafeIA.Federation.Node.Hubs.Recovery;

namespace CafeIA.Federation.Node.Hubs;

/// <summary>How the hubs are put together.</summary>
internal static class HubsComposition
{
    /// <summary>
    /// Adds the local hub's registration, the silo with its grains, and the way in. Needs before it: the database and its schema, the options of hub and
    /// exchange, the hub's signer, its <see cref="HighWaterFile"/>, an <see cref="ISegmentTransport"/> and an <see cref="IPeerClient"/>. Hosted services start in the order they are added.
    /// </summary>
    public static IHostApplicationBuilder AddHubs(this IHostApplicationBuilder builder, HubOptions hub, SiloOptions silo)
    {
        builder.Services.AddHostedService<LocalHub>();
        builder.UseOrleans(orleans => orleans
            .UseLocalhostClustering(
                FreePort(silo.SiloPort),
                FreePort(silo.GatewayPort),
                primarySiloEndpoint: null,
                serviceId: "cafeia",
                clusterId: $"cafeia-{hub.Id}"));
        builder.Services.AddHostedService<HubStart>();
        builder.Services.AddSingleton<HubProgress>();
        builder.Services.AddSingleton<SnapshotJoin>();
        builder.Services.AddSingleton<OwnStanding>();
        builder.Services.AddSingleton<IOwnStanding>(provider => provider.GetRequiredService<OwnStanding>());
        builder.Services.AddSingleton<OwnDatabase>();
        builder.Services.AddSingleton<Recall>();
        builder.Services.AddSingleton<EpochOpener>();
        builder.Services.AddSingleton<RefusalSamples>();
        builder.Services.AddSingleton<HubsTelemetry>();
        builder.Services.AddSingleton<IHubCommands, HubCommands>();
        builder.Services.AddSingleton<IReplicas, Replicas>();
        builder.Services.AddScrubbing();
        return builder;
    }

    private static int FreePort(int configured)
    {
        if (configured != 0)
            return configured;
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
