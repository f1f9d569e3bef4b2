namespace CafeIA.Federation.Node.Exchange;

/// <summary>The broker lane: carries bytes as they are from this hub's own exchange to the others' queues. It may lose, repeat, delay or reorder anything; pull repairs.</summary>
internal interface ISegmentTransport
{
    /// <summary>False while there is no broker, or it does not answer: then sending does nothing and followers pull.</summary>
    bool IsAvailable { get; }

    /// <summary>Sends one message. Completes when the broker confirmed it, which holds the sender back and promises nothing more; a message that fails is dropped, counted and never thrown.</summary>
    /// <param name="bytes">An encoded segment or announcement; it must not change until the call completes.</param>
    /// <param name="cancellation">Gives up waiting.</param>
    ValueTask SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation);
}
