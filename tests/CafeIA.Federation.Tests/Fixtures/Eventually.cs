using Xunit;

namespace CafeIA.Federation.Tests.Fixtures;

/// <summary>Looks again and again, so many times, whether something has come about in another process.</summary>
internal static class Eventually
{
    private const int Attempts = 1200;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    public static Task TrueAsync(Func<bool> condition, string what, CancellationToken cancellation) => TrueAsync(() => Task.FromResult(condition()), what, cancellation);

    public static async Task TrueAsync(Func<Task<bool>> condition, string what, CancellationToken cancellation)
    {
        for (var i = 0; i < Attempts; i++)
        {
            if (await condition())
                return;
            await Task.Delay(Pause, TimeProvider.System, cancellation);
        }
        Assert.Fail($"It never came about that {what}.");
    }
}
