using CafeIA.Federation.Chaos.Report;

namespace CafeIA.Federation.Chaos.Faults;

/// <summary>Chooses faults by a seed and lets them strike, several at once where they do not hold the same thing, until it is told to heal.</summary>
internal sealed class FaultScheduler(IReadOnlyList<Fault> faults, int seed, int pace, RunLog log)
{
    /// <summary>Choices before a busy moment is left to itself.</summary>
    private const int MaxChoices = 10;

    private readonly Random random = new(seed);
    private readonly HashSet<string> held = [];
    private readonly Lock gate = new();
    private readonly Dictionary<string, int> counts = faults.ToDictionary(f => f.Name, _ => 0);

    /// <summary>Strikes of each kind.</summary>
    public IReadOnlyDictionary<string, int> Counts => counts;

    /// <summary>Strikes for this long, then ends what lasts, and returns when all is undone.</summary>
    public async Task RunAsync(TimeSpan length, CancellationToken cancellation)
    {
        using var heal = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        heal.CancelAfter(length);
        var running = new List<Task>();
        try
        {
            while (true)
            {
                await Task.Delay(TimeSpan.FromSeconds(1 + (random.NextDouble() * (pace - 1))), TimeProvider.System, heal.Token);
                if (Choose() is { } chosen)
                    running.Add(StrikeAsync(chosen, heal.Token));
                running.RemoveAll(r => r.IsCompletedSuccessfully);
            }
        }
        catch (OperationCanceledException)
        {
            log.Say("tout guérit");
        }
        await Task.WhenAll(running);
    }

    private Strike? Choose()
    {
        for (var i = 0; i < MaxChoices; i++)
        {
            var ticket = random.Next(faults.Sum(f => f.Weight));
            var fault = faults.First(f => (ticket -= f.Weight) < 0);
            var strike = fault.Plan(random);
            lock (gate)
            {
                if (!held.Add(strike.Target))
                    continue;
            }
            counts[fault.Name]++;
            log.Say($"{fault.Name} : {strike.Description}");
            return strike;
        }
        return null;
    }

    private async Task StrikeAsync(Strike strike, CancellationToken heal)
    {
        try
        {
            await strike.RunAsync(heal);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            log.Violation($"{strike.Description} : {e.Message}");
        }
        finally
        {
            lock (gate)
                held.Remove(strike.Target);
        }
    }
}
