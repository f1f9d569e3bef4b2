using MassTransit;
using MassTransit.RabbitMqTransport;
using MassTransit.RabbitMqTransport.Middleware;

namespace CafeIA.Federation.Node.Exchange.Broker;

/// <summary>
/// Tells MassTransit that the queue it is to consume from is there: <see cref="BrokerTopology"/> saw to it. Without this it declares the queue, an exchange of the same name
/// and a binding between them at each start, which a hub's user has no right to.
/// </summary>
internal sealed class GivenTopology(ReceiveSettings settings) : IFilter<ChannelContext>
{
    public async Task Send(ChannelContext context, IPipe<ChannelContext> next)
    {
        // MassTransit's own filter sets this up once a channel; what is set up already it leaves alone.
        await context.OneTimeSetup<ConfigureTopologyContext<ReceiveSettings>>(() =>
        {
            context.GetOrAddPayload(() => settings);
            return Task.CompletedTask;
        });
        await next.Send(context);
    }

    public void Probe(ProbeContext context) => context.CreateFilterScope("givenTopology");
}
