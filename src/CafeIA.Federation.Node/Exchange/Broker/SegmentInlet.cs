using CafeIA.Federation.Protocol.Segments;
using MassTransit;

namespace CafeIA.Federation.Node.Exchange.Broker;

/// <summary>
/// The end of the lane: takes the bytes off MassTransit's receive pipe before anything reads them, hands them over and is done, so that the message is acknowledged at once.
/// Nothing behind it runs: no deserializer, no consumer, no retry, no fault.
/// </summary>
internal sealed class SegmentInlet(IReplicas replicas) : IFilter<ReceiveContext>
{
    public Task Send(ReceiveContext context, IPipe<ReceiveContext> next)
    {
        if (context.Body.Length > Segment.MaxBytes)
        {
            ExchangeTelemetry.CountDropped("too-large");
            return Task.CompletedTask;
        }
        // A copy of its own: the transport takes its buffer back when this returns.
        var bytes = context.Body.GetBytes();
        ExchangeTelemetry.CountReceived(bytes.Length);
        replicas.Receive(bytes);
        return Task.CompletedTask;
    }

    public void Probe(ProbeContext context) => context.CreateFilterScope("segmentInlet");
}
