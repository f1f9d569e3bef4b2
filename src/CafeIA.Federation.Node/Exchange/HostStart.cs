namespace CafeIA.Federation.Node.Exchange;

/// <summary>Waits until the whole node has started: its own hub is registered and it answers over HTTP, so peers that are asked can ask back.</summary>
internal static class HostStart
{
    public static async Task StartedAsync(this IHostApplicationLifetime lifetime, CancellationToken cancellation)
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = lifetime.ApplicationStarted.Register(started.SetResult);
        await started.Task.WaitAsync(cancellation);
    }
}
