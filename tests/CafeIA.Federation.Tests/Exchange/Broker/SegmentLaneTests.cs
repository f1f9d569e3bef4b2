using System.Security.Cryptography;
using CafeIA.Federation.Node.Exchange;
using CafeIA.Federation.Node.Exchange.Broker;
using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Protocol.Segments;
using CafeIA.Federation.Tests.Fixtures;
using RabbitMQ.Client;
using Xunit;

namespace CafeIA.Federation.Tests.Exchange.Broker;

/// <summary>The broker lane on the real broker, with the rights a hub has.</summary>
[Collection(OneBroker.Name)]
public sealed class SegmentLaneTests(PostgresServer postgres, RabbitServer rabbit)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Bytes_arrive_at_every_follower_as_they_were_sent_and_not_at_their_sender()
    {
        await rabbit.StartEmptyAsync(Cancellation);
        await using var alpha = await OpenAsync("alpha");
        await using var beta = await OpenAsync("beta");
        await using var gamma = await OpenAsync("gamma");
        // Every byte value, and a length no text form would keep.
        byte[][] messages = [[.. Enumerable.Range(0, 256).Select(i => (byte)i)], RandomNumberGenerator.GetBytes(1_048_577), [0]];
        foreach (var message in messages)
            await alpha.Transport.SendAsync(message, Cancellation);
        foreach (var follower in (LoneExchange[])[beta, gamma])
        {
            // Consumers run side by side: the lane promises no order, the segments tell it.
            var received = new List<byte[]>();
            foreach (var _ in messages)
                received.Add((await follower.Replicas.Received.Reader.ReadAsync(Cancellation)).ToArray());
            Assert.Equal(messages.OrderBy(m => m.Length), received.OrderBy(m => m.Length));
        }
        await beta.Transport.SendAsync(new byte[] { 7 }, Cancellation);
        Assert.Equal([7], await alpha.Replicas.Received.Reader.ReadAsync(Cancellation));
    }

    [Fact]
    public async Task A_message_on_the_wire_is_the_segment_and_nothing_else()
    {
        await rabbit.StartEmptyAsync(Cancellation);
        await using var alpha = await OpenAsync("alpha");
        await using var connection = await new ConnectionFactory { Uri = rabbit.Administrator }.CreateConnectionAsync(Cancellation);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: Cancellation);
        var tap = (await channel.QueueDeclareAsync(cancellationToken: Cancellation)).QueueName;
        await channel.QueueBindAsync(tap, BrokerNames.ExchangeOf(HubId.Parse("alpha")), "", cancellationToken: Cancellation);
        var sent = RandomNumberGenerator.GetBytes(4096);
        await alpha.Transport.SendAsync(sent, Cancellation);
        BasicGetResult? got = null;
        await Eventually.TrueAsync(async () => (got = await channel.BasicGetAsync(tap, autoAck: true, Cancellation)) is not null, "the message is there", Cancellation);
        Assert.Equal(sent, got!.Body.ToArray());
        Assert.Equal(SegmentCodec.ContentType, got.BasicProperties.ContentType);
        Assert.False(got.BasicProperties.Persistent);
    }

    [Fact]
    public async Task A_message_larger_than_a_segment_is_not_handed_on()
    {
        await rabbit.StartEmptyAsync(Cancellation);
        await using var alpha = await OpenAsync("alpha");
        await using var beta = await OpenAsync("beta");
        await alpha.Transport.SendAsync(new byte[Segment.MaxBytes + 1], Cancellation);
        await alpha.Transport.SendAsync(new byte[] { 9 }, Cancellation);
        Assert.Equal([9], await beta.Replicas.Received.Reader.ReadAsync(Cancellation));
    }

    [Fact]
    public async Task The_lane_makes_no_queue_or_exchange_besides_the_federations()
    {
        await rabbit.StartEmptyAsync(Cancellation);
        await using var alpha = await OpenAsync("alpha");
        await alpha.Transport.SendAsync(new byte[] { 1 }, Cancellation);
        await using var connection = await new ConnectionFactory { Uri = rabbit.Administrator }.CreateConnectionAsync(Cancellation);
        foreach (var name in (string[])["cafeia.node.alpha_error", "cafeia.node.alpha_skipped", "cafeia.node.alpha_delay"])
            Assert.False(await IsThereAsync(connection, c => c.QueueDeclarePassiveAsync(name)), name);
        foreach (var name in (string[])["cafeia.node.alpha", "cafeia.node.alpha_error", "cafeia.segment", "MassTransit:Fault"])
            Assert.False(await IsThereAsync(connection, c => c.ExchangeDeclarePassiveAsync(name)), name);
        Assert.True(await IsThereAsync(connection, c => c.QueueDeclarePassiveAsync("cafeia.node.alpha")));
    }

    [Fact]
    public async Task The_definitions_make_what_a_node_would_declare_itself()
    {
        await rabbit.StartEmptyAsync(Cancellation);
        await using var connection = await new ConnectionFactory { Uri = rabbit.Administrator }.CreateConnectionAsync(Cancellation);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: Cancellation);
        // RabbitMQ closes the channel when what exists differs in anything.
        await channel.QueueDeclareAsync("cafeia.node.alpha", durable: true, exclusive: false, autoDelete: false, QueueBounds.Arguments(), cancellationToken: Cancellation);
        await channel.ExchangeDeclareAsync("cafeia.segments.alpha", ExchangeType.Fanout, durable: true, autoDelete: false, cancellationToken: Cancellation);
        Assert.True(channel.IsOpen);
    }

    [Fact]
    public async Task A_user_who_may_everything_needs_no_definitions_and_hears_a_hub_it_meets_later()
    {
        await rabbit.StartEmptyAsync(Cancellation);
        await using var reader = await OpenAsync("delta", rabbit.Administrator);
        await using var writer = await OpenAsync("epsilon", rabbit.Administrator);
        var met = (await reader.Hubs.RegisterAsync(new HubProfile(HubId.Parse("epsilon"), "Epsilon", "autre", [], null, writer.Hubs.Local.PublicKey), isLocal: false, Cancellation)).Value;
        reader.Get<PeerRoster>().Follow(met);
        var sent = new byte[] { 4, 2 };
        await Eventually.TrueAsync(
            async () =>
            {
                await writer.Transport.SendAsync(sent, Cancellation);
                return reader.Replicas.Received.Reader.TryRead(out var got) && got.SequenceEqual(sent);
            },
            "a later binding carries messages",
            Cancellation);
    }

    [Fact]
    public async Task A_broker_that_is_killed_and_wiped_is_found_again_with_all_that_it_needs()
    {
        await using var own = new RabbitServer();
        // Absent at the start: the nodes run without it.
        await using var alpha = await LoneExchange.StartAsync(postgres, "alpha", own.AddressOf("alpha"));
        await using var beta = await LoneExchange.StartAsync(postgres, "beta", own.AddressOf("beta"));
        Assert.False(alpha.Transport.IsAvailable);
        await alpha.Transport.SendAsync(new byte[] { 0 }, Cancellation);

        await own.StartAsync(Cancellation);
        await CarriesAsync(alpha, beta, [1]);

        await own.KillAsync();
        await Eventually.TrueAsync(() => !alpha.Transport.IsAvailable && !beta.Transport.IsAvailable, "the lane notices", Cancellation);
        await Eventually.TrueAsync(() => alpha.Replicas.Lane == false && beta.Replicas.Lane == false, "the followers are told", Cancellation);
        await alpha.Transport.SendAsync(new byte[] { 2 }, Cancellation);
        own.Wipe();

        await own.StartAsync(Cancellation);
        await CarriesAsync(alpha, beta, [3]);
        Assert.True(beta.Replicas.Lane);
    }

    private static async Task CarriesAsync(LoneExchange from, LoneExchange to, byte[] bytes)
    {
        await Eventually.TrueAsync(() => from.Transport.IsAvailable && to.Transport.IsAvailable, "the lane is up", Cancellation);
        await from.Transport.SendAsync(bytes, Cancellation);
        Assert.Equal(bytes, await to.Replicas.Received.Reader.ReadAsync(Cancellation));
    }

    private static async Task<bool> IsThereAsync(IConnection connection, Func<IChannel, Task> look)
    {
        await using var channel = await connection.CreateChannelAsync(cancellationToken: Cancellation);
        try
        {
            await look(channel);
            return true;
        }
        catch (RabbitMQ.Client.Exceptions.OperationInterruptedException e) when (e.ShutdownReason?.ReplyCode == Constants.NotFound)
        {
            return false;
        }
    }

    private async Task<LoneExchange> OpenAsync(string hub, Uri? broker = null)
    {
        var exchange = await LoneExchange.StartAsync(postgres, hub, broker ?? rabbit.AddressOf(hub));
        await Eventually.TrueAsync(() => exchange.Transport.IsAvailable, $"the lane of {hub} is up", Cancellation);
        return exchange;
    }
}
