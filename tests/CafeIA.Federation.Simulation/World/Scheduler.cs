namespace CafeIA.Federation.Simulation.World;

/// <summary>Runs what is due, in the order of its time and then of its planning. Time is in milliseconds and passes only here.</summary>
internal sealed class Scheduler
{
    /// <summary>The longest run takes a tenth of this.</summary>
    private const long MostSteps = 200_000;

    private readonly PriorityQueue<Action, (long Due, long Order)> due = new();
    private long order;

    public long Now { get; private set; }

    /// <summary>Events run so far.</summary>
    public long Steps { get; private set; }

    public void After(long delay, Action action) => due.Enqueue(action, (Now + Math.Max(0, delay), order++));

    /// <summary>Runs all that is due up to a time.</summary>
    public void RunUntil(long time)
    {
        while (due.TryPeek(out var action, out var at) && at.Due <= time)
        {
            due.Dequeue();
            Now = at.Due;
            if (++Steps > MostSteps)
                throw new Checks.BrokenInvariantException(12, $"more than {MostSteps} events");
            action();
        }
        Now = time;
    }
}
