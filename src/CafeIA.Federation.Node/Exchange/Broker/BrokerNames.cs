using CafeIA.Federation.Protocol.Identifiers;

namespace CafeIA.Federation.Node.Exchange.Broker;

/// <summary>What things are called on the federation's broker. The names are part of the protocol: every node and the definitions file use the same.</summary>
internal static class BrokerNames
{
    /// <summary>The exchange only this hub may write to; every node that follows the hub binds its queue to it.</summary>
    public static string ExchangeOf(HubId hub) => $"cafeia.segments.{hub}";

    /// <summary>The queue only this hub's node may read.</summary>
    public static string QueueOf(HubId hub) => $"cafeia.node.{hub}";

    public static string UserOf(HubId hub) => $"cafeia.{hub}";
}
