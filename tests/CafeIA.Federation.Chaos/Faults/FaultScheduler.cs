using CafeIA.Federation.Chaos.Report;

namespace CafeIA.Federation.Chaos.Faults;

/// <summary>Chooses faults by a seed and lets them strike, several at once where they do not hold the same thing, until it is told to heal.</summary>
internal sealed class FaultScheduler(IReadOnlyList<Fault> faults, int seed, int pace, RunLog log)
{
    /// <summary>Choices before a busy moment is left to itself.</summary>
    private const int MaxChoices = 10;

    private readonly Random random = new(seed);
    private readonly Queue<Fault> pack = new();
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
            var fault = Draw();
            var strike = fault.Plan(random);
            lock (gate)
            {
                if (strike.Targets.Any(held.Contains))
                    continue;
                held.UnionWith(strike.Targets);
            }
            counts[fault.Name]++;
            log.Say($"{fault.Name} : {strike.Description}");
            return strike;
        }
        return null;
    }

    /// <summary>From a shuffled pack in which each kind lies as often as it weighs, so that a few minutes see every kind.</summary>
    private Fault Draw()
    {
        if (pack.Count == 0)
        {
            var cards = faults.SelectMany(f => Enumerable.Repeat(f, f.Weight)).ToArray();
            random.Shuffle(cards);
            foreach (var card in cards)
                pack.Enqueue(card);
        }
        return pack.Dequeue();
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
                held.ExceptWith(strike.Targets);
        }
    }
}
