using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Protocol.Identifiers;
using MassTransit;
using RabbitMQ.Client;

namespace CafeIA.Federation.Node.Exchange.Broker;

/// <summary>Keeps a session with the broker for as long as the node runs.</summary>
/// <remarks>
/// The broker may be absent at the start, die, be wiped and come back at any time. One loop: connect, declare, start MassTransit, bind each hub that is followed as it becomes
/// known, wait for the end, begin again. MassTransit never waits for a broker by itself: it is only started beside a connection that stands, and thrown away with it, so a broker that
/// is away costs one connection attempt now and then, and everything is declared anew when it is back.
/// </remarks>
internal sealed partial class BrokerLane(
    ExchangeOptions options,
    HubRegister hubs,
    PeerRoster roster,
    IReplicas replicas,
    MassTransitTransport transport,
    BrokerTopology topology,
    IHostApplicationLifetime lifetime,
    TimeProvider time,
    ILoggerFactory loggers) : BackgroundService
{
    private static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromSeconds(5);

    private readonly ILogger logger = loggers.CreateLogger<BrokerLane>();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (options.BrokerAddress is not { } address)
            return;
        await lifetime.StartedAsync(stoppingToken);
        LogContext.ConfigureCurrentLogContext(loggers);
        var own = hubs.Local.Id;
        var factory = BrokerAddress.Factory(address, BrokerNames.UserOf(own));
        var backoff = new Backoff(FirstRetry, LongestRetry, Random.Shared);
        var saidAway = false;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await using var session = await OpenAsync(factory, own, stoppingToken);
                if (session is not null)
                {
                    backoff.Reset();
                    saidAway = false;
                    await KeepAsync(session, own, stoppingToken);
                }
            }
            // Whatever the broker, its client or MassTransit may throw: the answer is to begin again.
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                if (!saidAway)
                    LogAway(factory.HostName, factory.Endpoint.Port, e.InnerException?.Message ?? e.Message);
                saidAway = true;
            }
            finally
            {
                transport.Use(null);
            }
            await Task.Delay(backoff.Next(), time, stoppingToken);
        }
    }

    private async Task<BrokerSession?> OpenAsync(ConnectionFactory factory, HubId own, CancellationToken cancellation)
    {
        var connection = await factory.CreateConnectionAsync(cancellation);
        var isTaken = false;
        try
        {
            if (!await topology.DeclareAsync(connection, own, cancellation))
                return null;
            isTaken = true;
            return await BrokerSession.OpenAsync(factory, connection, own, replicas, time, cancellation);
        }
        finally
        {
            if (!isTaken)
                await connection.DisposeAsync();
        }
    }

    private async Task KeepAsync(BrokerSession session, HubId own, CancellationToken cancellation)
    {
        var bound = new HashSet<HubId>();
        while (true)
        {
            var changed = roster.ChangedAsync();
            foreach (var hub in roster.Hubs)
            {
                if (bound.Add(hub) && !await topology.BindAsync(session.Connection, own, hub, cancellation))
                    break;
            }
            if (transport.Use(session))
            {
                ExchangeTelemetry.CountSession();
                LogUp(own);
                replicas.LaneChanged(isUp: true);
            }
            await Task.WhenAny(session.Ended, changed).WaitAsync(cancellation);
            if (session.Ended.IsCompleted)
            {
                replicas.LaneChanged(isUp: false);
                LogLost(own);
                return;
            }
        }
    }

    [LoggerMessage(1, LogLevel.Information, "La voie du courtier est ouverte pour {Hub}")]
    private partial void LogUp(HubId hub);

    [LoggerMessage(2, LogLevel.Warning, "La voie du courtier est fermée pour {Hub} ; les changements voyagent par HTTP jusqu’à son retour")]
    private partial void LogLost(HubId hub);

    [LoggerMessage(3, LogLevel.Warning, "Le courtier {Host}:{Port} ne répond pas ({Reason}) ; les changements voyagent par HTTP jusqu’à son retour")]
    private partial void LogAway(string host, int port, string reason);
}
