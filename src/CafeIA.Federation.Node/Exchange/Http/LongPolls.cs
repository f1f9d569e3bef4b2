namespace CafeIA.Federation.Node.Exchange.Http;

/// <summary>The seats for those who wait for a journal to grow: so many and no more, because each holds a connection.</summary>
internal sealed class LongPolls(int seats) : IDisposable
{
    /// <summary>Long polls at once: a federation of a thousand hubs asks the broker lane first and a node only where that is silent.</summary>
    public const int MaxAtOnce = 512;

    private readonly SemaphoreSlim free = new(seats);

    public LongPolls()
        : this(MaxAtOnce)
    {
    }

    /// <summary>Null when all seats are taken. Disposing gives it back.</summary>
    public IDisposable? TryTake() => free.Wait(0) ? new Seat(free) : null;

    public void Dispose() => free.Dispose();

    private sealed class Seat(SemaphoreSlim free) : IDisposable
    {
        public void Dispose() => free.Release();
    }
}
