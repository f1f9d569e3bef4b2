using CafeIA.Federation.Node.Exchange.AntiEntropy;
using CafeIA.Federation.Node.Exchange.Broker;
using CafeIA.Federation.Node.Exchange.Http;
using CafeIA.Federation.Node.Exchange.Membership;
using CafeIA.Federation.Node.Exchange.Snapshots;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace CafeIA.Federation.Node.Exchange;

/// <summary>
/// Everything this room adds to a node. It needs from others: <see cref="ExchangeOptions"/>, <see cref="ExchangeIdentity"/>, the journal's classes, <see cref="Protocol.Heads.HubSigners"/>,
/// <see cref="IReplicas"/> and <see cref="TimeProvider"/>.
/// </summary>
internal static class ExchangeComposition
{
    private static readonly TimeSpan ConnectPatience = TimeSpan.FromSeconds(3);

    /// <summary>So that an address that moved is looked up anew.</summary>
    private static readonly TimeSpan ConnectionLifetime = TimeSpan.FromMinutes(5);

    public static IServiceCollection AddExchange(this IServiceCollection services)
    {
        // MassTransit takes each message that a broker on its way out did not confirm for an error with a stack trace. Here that is the lane's contract, and this room says it in a sentence.
        services.AddLogging(logging => logging.AddFilter("MassTransit", LogLevel.Critical));
        services.TryAddSingleton(Random.Shared);
        services.AddSingleton<PeerRoster>();
        services.AddSingleton<LongPolls>();
        services.AddPeerClient();
        services.AddSingleton<ErasureClient>();
        services.AddSingleton<BrokerTopology>();
        services.AddSingleton<MassTransitTransport>();
        services.AddSingleton<ISegmentTransport>(provider => provider.GetRequiredService<ExchangeOptions>().BrokerAddress is null
            ? new NoTransport()
            : provider.GetRequiredService<MassTransitTransport>());
        services.AddSingleton<StateComparison>();
        services.AddSingleton<StateRepair>();
        services.AddHostedService<BrokerLane>();
        services.AddSingleton<PeerWatch>();
        services.AddHostedService(provider => provider.GetRequiredService<PeerWatch>());
        services.AddSingleton<MembershipStore>();
        services.AddSingleton<MembershipClient>();
        services.AddSingleton<FederationMembership>();
        services.AddSingleton<MembershipAuthor>();
        services.AddSingleton<JoinGate>();
        services.AddSingleton<MembershipWatch>();
        services.AddHostedService(provider => provider.GetRequiredService<MembershipWatch>());
        services.AddSingleton<StandingRefresh>();
        services.AddHostedService(provider => provider.GetRequiredService<StandingRefresh>());
        services.AddHostedService<HeadExchange>();
        services.AddHostedService<HeadAnnouncer>();
        return services;
    }

    /// <summary>Only what asks other nodes: commands need no more.</summary>
    public static IServiceCollection AddPeerClient(this IServiceCollection services)
    {
        services.AddHttpClient(PeerHttp.ClientName, client => client.Timeout = Timeout.InfiniteTimeSpan)
            // One line a long poll would drown the rest; what fails is a refusal, and who asked says it.
            .RemoveAllLoggers()
            .ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler
            {
                AllowAutoRedirect = false,
                UseCookies = false,
                ConnectTimeout = ConnectPatience,
                PooledConnectionLifetime = ConnectionLifetime,
            });
        services.AddSingleton<PeerHttp>();
        services.AddSingleton<IPeerClient, PeerClient>();
        services.AddSingleton<IStateClient, StateClient>();
        services.AddSingleton<ISnapshotClient, SnapshotClient>();
        return services;
    }
}
