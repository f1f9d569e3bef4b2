namespace CafeIA.Federation.Tests.Fixtures;

/// <summary>A clock that stands until a test moves it. It has no timers.</summary>
internal sealed class ManualTime(DateTimeOffset now) : TimeProvider
{
    public DateTimeOffset Now { get; set; } = now;

    public override DateTimeOffset GetUtcNow() => Now;
}
