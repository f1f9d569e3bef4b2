namespace CafeIA.Federation.Chaos.Faults;

/// <summary>One blow: what is done, to what, and how it ends.</summary>
/// <param name="Targets">What it holds while it lasts: no two strikes hold the same.</param>
/// <param name="Description">What it does, with its length.</param>
/// <param name="RunAsync">Does it and undoes it. The token ends the waiting in between, never the undoing.</param>
internal sealed record Strike(IReadOnlyList<string> Targets, string Description, Func<CancellationToken, Task> RunAsync)
{
    public Strike(string target, string description, Func<CancellationToken, Task> run)
        : this([target], description, run)
    {
    }
}

/// <summary>A kind of fault: makes strikes from a seeded source of chance.</summary>
internal abstract class Fault
{
    /// <summary>What <c>--without</c> and the table call it.</summary>
    public abstract string Name { get; }

    /// <summary>How often it is chosen beside the others.</summary>
    public virtual int Weight => 2;

    public abstract Strike Plan(Random random);

    /// <summary>Waits, unless all is to be healed now.</summary>
    protected static async Task HoldAsync(TimeSpan length, CancellationToken heal)
    {
        try
        {
            await Task.Delay(length, TimeProvider.System, heal);
        }
        catch (OperationCanceledException)
        {
            // Time to heal.
        }
    }

    /// <summary>Seconds between the two, to a tenth.</summary>
    protected static TimeSpan Seconds(Random random, double least, double most) => TimeSpan.FromSeconds(Math.Round(least + (random.NextDouble() * (most - least)), 1));

    protected static T One<T>(Random random, IReadOnlyList<T> all) => all[random.Next(all.Count)];
}
