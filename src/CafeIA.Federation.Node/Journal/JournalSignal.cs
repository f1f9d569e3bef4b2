using System.Collections.Concurrent;
using CafeIA.Federation.Protocol.Identifiers;

namespace CafeIA.Federation.Node.Journal;

/// <summary>Wakes, within this process, whoever waits for a journal to grow: long polls, streams, cached pages.</summary>
internal sealed class JournalSignal
{
    private readonly ConcurrentDictionary<HubId, Position> ends = new();
    private TaskCompletionSource next = NewSource();

    /// <summary>How often any journal grew since the start: a version for what is cached from the directory.</summary>
    public long Version { get; private set; }

    /// <summary>Called after each commit, of the local hub and of replicas alike.</summary>
    public event Action<HubId, Position>? Advanced;

    public void Advance(HubId hub, Position end)
    {
        ends[hub] = end;
        TaskCompletionSource woken;
        lock (ends)
        {
            Version++;
            woken = next;
            next = NewSource();
        }
        woken.SetResult();
        Advanced?.Invoke(hub, end);
    }

    /// <summary>Completes when any journal grows after this call. Take it before looking at a journal, and nothing is missed.</summary>
    public Task NextAsync()
    {
        lock (ends)
        {
            return next.Task;
        }
    }

    /// <summary>Waits until the hub's journal ends after the position. False when the time is up or it was cancelled.</summary>
    public async Task<bool> WaitAsync(HubId hub, Position after, TimeSpan patience, TimeProvider time, CancellationToken cancellation)
    {
        using var timeout = new CancellationTokenSource(patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellation);
        try
        {
            while (true)
            {
                var grown = NextAsync();
                if (ends.TryGetValue(hub, out var end) && end > after)
                    return true;
                await grown.WaitAsync(either.Token);
            }
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
