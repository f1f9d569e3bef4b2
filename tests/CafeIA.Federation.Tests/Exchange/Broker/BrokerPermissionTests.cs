using CafeIA.Federation.Node.Exchange.Broker;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Tests.Fixtures;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;
using Xunit;

namespace CafeIA.Federation.Tests.Exchange.Broker;

/// <summary>What a hub's user may do on the real broker, and all that it may not.</summary>
[Collection(OneBroker.Name)]
public sealed class BrokerPermissionTests(RabbitServer rabbit)
{
    private static readonly string Own = BrokerNames.ExchangeOf(HubId.Parse("alpha"));
    private static readonly string OwnQueue = BrokerNames.QueueOf(HubId.Parse("alpha"));
    private static readonly string Foreign = BrokerNames.ExchangeOf(HubId.Parse("beta"));
    private static readonly string ForeignQueue = BrokerNames.QueueOf(HubId.Parse("beta"));

    [Fact]
    public Task A_hub_may_send_to_its_own_exchange() => AllowedAsync(c => PublishAsync(c, Own));

    [Fact]
    public Task A_hub_may_read_its_own_queue() => AllowedAsync(c => c.BasicGetAsync(OwnQueue, autoAck: true));

    [Fact]
    public Task Sending_to_another_hubs_exchange_is_refused() => RefusedAsync(c => PublishAsync(c, Foreign));

    [Fact]
    public Task Sending_straight_into_another_hubs_queue_is_refused() => RefusedAsync(c => PublishAsync(c, "", ForeignQueue));

    [Fact]
    public Task Reading_another_hubs_queue_is_refused() => RefusedAsync(c => c.BasicGetAsync(ForeignQueue, autoAck: true));

    [Fact]
    public Task Emptying_another_hubs_queue_is_refused() => RefusedAsync(c => c.QueuePurgeAsync(ForeignQueue));

    [Fact]
    public Task Binding_its_own_queue_anywhere_is_refused() => RefusedAsync(c => c.QueueBindAsync(OwnQueue, Foreign, ""));

    [Fact]
    public Task Unbinding_another_hubs_queue_is_refused() => RefusedAsync(c => c.QueueUnbindAsync(ForeignQueue, Own, ""));

    [Fact]
    public Task Binding_its_exchange_behind_another_hubs_is_refused() => RefusedAsync(c => c.ExchangeBindAsync(Own, Foreign, ""));

    [Fact]
    public Task Making_a_queue_of_its_own_is_refused() => RefusedAsync(c => c.QueueDeclareAsync("mine", durable: true, exclusive: false, autoDelete: false));

    [Fact]
    public Task Deleting_its_bounded_queue_to_make_an_unbounded_one_is_refused() => RefusedAsync(c => c.QueueDeleteAsync(OwnQueue));

    [Fact]
    public Task Deleting_another_hubs_exchange_is_refused() => RefusedAsync(c => c.ExchangeDeleteAsync(Foreign));

    private static Task PublishAsync(IChannel channel, string exchange, string routingKey = "") =>
        channel.BasicPublishAsync(exchange, routingKey, mandatory: false, body: new byte[] { 1, 2, 3 }).AsTask();

    private async Task AllowedAsync(Func<IChannel, Task> attempt)
    {
        await using var connection = await ConnectAsync();
        await using var channel = await ChannelAsync(connection);
        await attempt(channel);
        Assert.True(channel.IsOpen);
    }

    private async Task RefusedAsync(Func<IChannel, Task> attempt)
    {
        await using var connection = await ConnectAsync();
        await using var channel = await ChannelAsync(connection);
        var closed = new TaskCompletionSource<ushort>(TaskCreationOptions.RunContinuationsAsynchronously);
        channel.ChannelShutdownAsync += (_, shutdown) =>
        {
            closed.TrySetResult(shutdown.ReplyCode);
            return Task.CompletedTask;
        };
        await Assert.ThrowsAnyAsync<RabbitMQClientException>(() => attempt(channel));
        Assert.Equal(Constants.AccessRefused, await closed.Task.WaitAsync(TestContext.Current.CancellationToken));
    }

    private async Task<IConnection> ConnectAsync()
    {
        await rabbit.StartAsync(TestContext.Current.CancellationToken);
        return await new ConnectionFactory { Uri = rabbit.AddressOf("alpha"), AutomaticRecoveryEnabled = false }.CreateConnectionAsync(TestContext.Current.CancellationToken);
    }

    private static Task<IChannel> ChannelAsync(IConnection connection) =>
        connection.CreateChannelAsync(new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true));
}
