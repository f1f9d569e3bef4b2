using CafeIA.Federation.Protocol.Identifiers;
using MassTransit;
using MassTransit.RabbitMqTransport.Configuration;
using RabbitMQ.Client;

namespace CafeIA.Federation.Node.Exchange.Broker;

/// <summary>One unbroken time with the broker: a connection for topology, and MassTransit for what is sent and received. When either breaks, the session is over and a new one begins.</summary>
internal sealed class BrokerSession : IAsyncDisposable, IReceiveEndpointObserver
{
    /// <summary>Messages the broker hands over before the first is acknowledged. Handing on takes microseconds, so few suffice.</summary>
    private const int Prefetch = 64;

    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(3);

    private readonly TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly IBusControl bus;
    private readonly TimeProvider time;
    private ISendEndpoint? exchange;

    private BrokerSession(IConnection connection, IBusControl bus, TimeProvider time)
    {
        Connection = connection;
        this.bus = bus;
        this.time = time;
    }

    public IConnection Connection { get; }

    /// <summary>Completes when the broker is gone, for this session.</summary>
    public Task Ended => ended.Task;

    /// <param name="factory">How to reach the broker.</param>
    /// <param name="connection">Already open, its topology declared; the session takes it over.</param>
    /// <param name="own">This hub.</param>
    /// <param name="replicas">Who gets what arrives.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellation">Gives up.</param>
    public static async Task<BrokerSession> OpenAsync(ConnectionFactory factory, IConnection connection, HubId own, IReplicas replicas, TimeProvider time, CancellationToken cancellation)
    {
        // A bus of our own and not AddMassTransit: a session is shorter than the program, and that registration reports its usage to MassTransit's makers.
        var bus = Bus.Factory.CreateUsingRabbitMq(configure =>
        {
            configure.UseBroker(factory);
            configure.ReceiveEndpoint(BrokerNames.QueueOf(own), endpoint => Configure(endpoint, replicas));
        });
        var session = new BrokerSession(connection, bus, time);
        try
        {
            connection.ConnectionShutdownAsync += (_, _) =>
            {
                session.ended.TrySetResult();
                return Task.CompletedTask;
            };
            bus.ConnectReceiveEndpointObserver(session);
            using var patience = new CancellationTokenSource(StartPatience, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellation);
            await bus.StartAsync(either.Token);
            session.exchange = await bus.GetSendEndpoint(new Uri($"exchange:{BrokerNames.ExchangeOf(own)}?type=fanout&durable=true"));
            if (!connection.IsOpen)
                session.ended.TrySetResult();
            return session;
        }
        catch
        {
            await session.DisposeAsync();
            throw;
        }
    }

    /// <summary>Completes when the broker confirmed.</summary>
    public Task SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation) =>
        exchange!.Send(
            new SegmentMessage(bytes),
            context =>
            {
                context.Serializer = SegmentSerializer.Instance;
                // The journal is durable, the lane need not be: no disk write at the broker.
                context.Durable = false;
            },
            cancellation);

    public async ValueTask DisposeAsync()
    {
        ended.TrySetResult();
        using var patience = new CancellationTokenSource(StopPatience, time);
        try
        {
            await bus.StopAsync(patience.Token);
            await Connection.CloseAsync(Constants.ReplySuccess, "", StopPatience, abort: true, CancellationToken.None);
        }
        catch (Exception e) when (e is OperationCanceledException or TimeoutException or RabbitMqConnectionException or RabbitMQ.Client.Exceptions.RabbitMQClientException)
        {
            // The broker does not answer any more: there is nobody to say goodbye to.
        }
        finally
        {
            await Connection.DisposeAsync();
        }
    }

    Task IReceiveEndpointObserver.Ready(ReceiveEndpointReady ready) => Task.CompletedTask;

    Task IReceiveEndpointObserver.Stopping(ReceiveEndpointStopping stopping) => Task.CompletedTask;

    Task IReceiveEndpointObserver.Completed(ReceiveEndpointCompleted completed) => End();

    Task IReceiveEndpointObserver.Faulted(ReceiveEndpointFaulted faulted) => End();

    private static void Configure(IRabbitMqReceiveEndpointConfigurator endpoint, IReplicas replicas)
    {
        endpoint.ConfigureConsumeTopology = false;
        endpoint.PublishFaults = false;
        endpoint.PrefetchCount = Prefetch;
        // One at a time keeps the order the broker has them in: a reordered segment is a gap, and a gap is a pull.
        endpoint.ConcurrentMessageLimit = 1;
        endpoint.DiscardSkippedMessages();
        endpoint.ConfigureReceive(pipe => pipe.UseFilter(new SegmentInlet(replicas)));
        var settings = ((IRabbitMqReceiveEndpointConfiguration)endpoint).Settings;
        endpoint.ConfigureChannel(channel => channel.UseFilter(new GivenTopology(settings)));
    }

    private Task End()
    {
        ended.TrySetResult();
        return Task.CompletedTask;
    }
}
