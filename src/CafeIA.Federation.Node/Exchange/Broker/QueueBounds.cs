namespace CafeIA.Federation.Node.Exchange.Broker;

/// <summary>How much the broker keeps for a node that is away. More would only be older: what is lost here is pulled from the journals.</summary>
internal static class QueueBounds
{
    /// <summary>Ten minutes, in milliseconds.</summary>
    public const int MessageTtl = 600_000;

    /// <summary>64 MiB of bodies.</summary>
    public const int MaxBytes = 64 * 1024 * 1024;

    /// <summary>What is oldest goes first, and no publisher is ever held up.</summary>
    public const string Overflow = "drop-head";

    /// <summary>The queue's arguments. A queue that exists is only accepted with exactly these.</summary>
    public static Dictionary<string, object?> Arguments() => new()
    {
        ["x-message-ttl"] = MessageTtl,
        ["x-max-length-bytes"] = MaxBytes,
        ["x-overflow"] = Overflow,
    };
}
