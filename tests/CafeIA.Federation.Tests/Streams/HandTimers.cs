using System.Threading.Channels;

namespace CafeIA.Federation.Tests.Streams;

/// <summary>A clock whose timers go off when a test says so, and never by themselves.</summary>
internal sealed class HandTimers : TimeProvider
{
    private readonly Channel<Timer> set = Channel.CreateUnbounded<Timer>();

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer(() => callback(state), dueTime);
        set.Writer.TryWrite(timer);
        return timer;
    }

    /// <summary>Waits until a timer of that length is set, and lets it go off.</summary>
    public async Task FireAsync(TimeSpan dueTime, CancellationToken cancellation)
    {
        await foreach (var timer in set.Reader.ReadAllAsync(cancellation))
        {
            if (timer.DueTime != dueTime || timer.IsGone)
                continue;
            timer.Fire();
            return;
        }
    }

    private sealed class Timer(Action fire, TimeSpan dueTime) : ITimer
    {
        public TimeSpan DueTime => dueTime;

        public bool IsGone { get; private set; }

        public void Fire() => fire();

        public bool Change(TimeSpan dueTime, TimeSpan period) => true;

        public void Dispose() => IsGone = true;

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
