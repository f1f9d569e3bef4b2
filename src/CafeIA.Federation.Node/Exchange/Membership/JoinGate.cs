namespace CafeIA.Federation.Node.Exchange.Membership;

/// <summary>How many join requests a minute are looked at: each costs a signature's check and a row.</summary>
internal sealed class JoinGate(TimeProvider time)
{
    public const int PerMinute = 30;

    public const string RetrySeconds = "60";

    private readonly Lock gate = new();
    private DateTimeOffset minute;
    private int passed;

    public bool TryPass()
    {
        lock (gate)
        {
            var now = time.GetUtcNow();
            // A clock that went back begins anew as well.
            if (now - minute >= TimeSpan.FromMinutes(1) || now < minute)
                (minute, passed) = (now, 0);
            return ++passed <= PerMinute;
        }
    }
}
