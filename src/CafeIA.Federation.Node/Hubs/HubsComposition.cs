using CafeIA.Federation.Node.Exchange;
using CafeIA.Federation.Node.Hubs.Scrubbing;
using CafeIA.Federation.Node.Hubs.Following;
using CafeIA.Federation.Node.Hubs.Recovery;
using Orleans.Configuration;

namespace CafeIA.Federation.Node.Hubs;

/// <summary>How the hubs are put together.</summary>
internal static class HubsComposition
{
    /// <summary>With <see cref="MissedProbes"/>, a silo that died is declared dead after some 6 s. Orleans' own 5 s would take more than the 15 s in which a hub is to write again.</summary>
    private static readonly TimeSpan ProbeTimeout = TimeSpan.FromSeconds(2);

    private const int MissedProbes = 3;

    /// <summary>How late a silo learns of the others at most, where no gossip reached it.</summary>
    private static readonly TimeSpan MembershipRefresh = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Adds the local hub's registration, the silo with its grains, and the way in. Needs before it: the database and its schema, the options of hub and
    /// exchange, the hub's signer, its <see cref="HighWaterFile"/>, an <see cref="ISegmentTransport"/> and an <see cref="IPeerClient"/>. Hosted services start in the order they are added.
    /// </summary>
    public static IHostApplicationBuilder AddHubs(this IHostApplicationBuilder builder, HubOptions hub, SiloOptions silo)
    {
        builder.Services.AddHostedService<LocalHub>();
        builder.UseOrleans(orleans => orleans
            .UseLocalhostClustering(
                silo.SiloPort == 0 ? FreePorts.Take() : silo.SiloPort,
                silo.GatewayPort == 0 ? FreePorts.Take() : silo.GatewayPort,
                primarySiloEndpoint: null,
                serviceId: "cafeia",
                clusterId: $"cafeia-{hub.Id}")
            .Configure<ClusterMembershipOptions>(membership =>
            {
                membership.ProbeTimeout = ProbeTimeout;
                membership.NumMissedProbesLimit = MissedProbes;
                membership.TableRefreshTimeout = MembershipRefresh;
                // A clock that jumps while a node starts makes it look as if it had tried to join for longer than is allowed: it would end itself.
                membership.EvictWhenMaxJoinAttemptTimeExceeded = false;
            }));
        builder.Services.AddHostedService<HubStart>();
        builder.Services.AddSingleton<OwnKeys>();
        builder.Services.AddSingleton<HubProgress>();
        builder.Services.AddSingleton<SnapshotJoin>();
        builder.Services.AddSingleton<AheadSeats>();
        builder.Services.AddSingleton<OwnStanding>();
        builder.Services.AddSingleton<IOwnStanding>(provider => provider.GetRequiredService<OwnStanding>());
        builder.Services.AddSingleton<OwnDatabase>();
        builder.Services.AddSingleton<Recall>();
        builder.Services.AddSingleton<EpochOpener>();
        builder.Services.AddTransient<OwnRecovery>();
        builder.Services.AddSingleton<RefusalSamples>();
        builder.Services.AddSingleton<HubsTelemetry>();
        builder.Services.AddSingleton<IHubCommands, HubCommands>();
        builder.Services.AddSingleton<IReplicas, Replicas>();
        builder.Services.AddScrubbing();
        return builder;
    }
}
