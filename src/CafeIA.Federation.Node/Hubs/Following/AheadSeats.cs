namespace CafeIA.Federation.Node.Hubs.Following;

/// <summary>How many of the hubs that are followed here may pull ahead at once. Who finds no seat pulls one segment after the other: with so many at it, none of the processors waits.</summary>
internal sealed class AheadSeats : IDisposable
{
    /// <summary>What waits in memory is at most so many segments and the rows made of them.</summary>
    public const int Max = 8;

    private readonly SemaphoreSlim free = new(Max);

    public bool TryTake() => free.Wait(0, CancellationToken.None);

    public void Leave() => free.Release();

    public void Dispose() => free.Dispose();
}
