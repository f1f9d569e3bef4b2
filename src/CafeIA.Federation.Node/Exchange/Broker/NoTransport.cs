namespace CafeIA.Federation.Node.Exchange.Broker;

/// <summary>A node without a broker: a full member that pulls and is pulled from.</summary>
internal sealed class NoTransport : ISegmentTransport
{
    public bool IsAvailable => false;

    public ValueTask SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation) => ValueTask.CompletedTask;
}
