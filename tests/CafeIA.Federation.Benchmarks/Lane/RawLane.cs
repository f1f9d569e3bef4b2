using CafeIA.Federation.Node.Exchange.Broker;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Tests.Fixtures;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace CafeIA.Federation.Benchmarks.Lane;

/// <summary>The baseline: RabbitMQ.Client alone on the same exchange and queues, with publisher confirms, and two consumers that copy each body and acknowledge it.</summary>
internal sealed class RawLane : IMeasuredLane
{
    /// <summary>As the product's sessions.</summary>
    private const ushort Prefetch = 64;

    /// <summary>No limit of its own on what waits for a confirm: the measurement has one.</summary>
    private static readonly CreateChannelOptions Confirmed = new(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true);

    private readonly List<IConnection> connections = [];
    private readonly List<Arrivals> consumers = [];
    private IChannel channel = null!;

    public IReadOnlyList<Arrivals> Consumers => consumers;

    public static async Task<RawLane> OpenAsync(RabbitServer broker, CancellationToken cancellation)
    {
        var lane = new RawLane();
        try
        {
            lane.channel = await (await lane.ConnectAsync(broker, 0, cancellation)).CreateChannelAsync(Confirmed, cancellation);
            for (var i = 1; i < RabbitServer.Hubs.Count; i++)
                await lane.ConsumeAsync(await lane.ConnectAsync(broker, i, cancellation), RabbitServer.Hubs[i], cancellation);
            return lane;
        }
        catch
        {
            await lane.DisposeAsync();
            throw;
        }
    }

    public ValueTask SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation) =>
        channel.BasicPublishAsync(BrokerNames.ExchangeOf(HubId.Parse(RabbitServer.Hubs[0])), "", mandatory: false, new BasicProperties(), bytes, cancellation);

    public async ValueTask DisposeAsync()
    {
        foreach (var connection in connections)
            await connection.DisposeAsync();
    }

    private async Task<IConnection> ConnectAsync(RabbitServer broker, int hub, CancellationToken cancellation)
    {
        var connection = await new ConnectionFactory { Uri = broker.AddressOf(RabbitServer.Hubs[hub]), AutomaticRecoveryEnabled = false }.CreateConnectionAsync(cancellation);
        connections.Add(connection);
        return connection;
    }

    private async Task ConsumeAsync(IConnection connection, string hub, CancellationToken cancellation)
    {
        var receiving = await connection.CreateChannelAsync(cancellationToken: cancellation);
        await receiving.BasicQosAsync(0, Prefetch, global: false, cancellation);
        var arrivals = new Arrivals();
        consumers.Add(arrivals);
        var consumer = new AsyncEventingBasicConsumer(receiving);
        consumer.ReceivedAsync += async (_, delivered) =>
        {
            arrivals.Add(delivered.Body.ToArray());
            await receiving.BasicAckAsync(delivered.DeliveryTag, multiple: false, CancellationToken.None);
        };
        await receiving.BasicConsumeAsync(BrokerNames.QueueOf(HubId.Parse(hub)), autoAck: false, consumer, cancellation);
    }
}
