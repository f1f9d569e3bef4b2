namespace CafeIA.Federation.Node.Exchange;

/// <summary>How long to wait before trying again: doubling from the first to the most, each between half and all of it so that nodes started together do not call together.</summary>
internal sealed class Backoff(TimeSpan first, TimeSpan most, Random random)
{
    private int failures;

    public TimeSpan Next()
    {
        var wait = first * Math.Pow(2, failures);
        if (wait >= most)
            return Jitter(most, random);
        failures++;
        return Jitter(wait, random);
    }

    public void Reset() => failures = 0;

    /// <summary>Between half and all of the wait.</summary>
    public static TimeSpan Jitter(TimeSpan wait, Random random) => wait * (0.5 + (random.NextDouble() / 2));
}
