namespace CafeIA.Federation.Benchmarks.Lane;

/// <summary>One sender and its consumers on a broker.</summary>
internal interface IMeasuredLane : IAsyncDisposable
{
    IReadOnlyList<Arrivals> Consumers { get; }

    /// <summary>Completes when the broker confirmed; the bytes may change then.</summary>
    ValueTask SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation);
}
