using CafeIA.Federation.Node.Exchange.Broker;
using CafeIA.Federation.Protocol.Identifiers;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace CafeIA.Federation.Chaos.Stage;

/// <summary>What waits in the nodes' queues, asked of the broker as its administrator.</summary>
internal static class Queues
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>Messages by hub; null when the broker does not answer.</summary>
    public static Task<IReadOnlyDictionary<string, uint>?> CountAsync(FederationStage federation, CancellationToken cancellation) =>
        AskAsync(federation, (channel, queue, patience) => channel.MessageCountAsync(queue, patience), cancellation);

    /// <summary>Nothing waits in any queue any more; false when the broker does not answer.</summary>
    public static async Task<bool> PurgeAsync(FederationStage federation) =>
        await AskAsync(federation, (channel, queue, patience) => channel.QueuePurgeAsync(queue, patience), CancellationToken.None) is not null;

    private static async Task<IReadOnlyDictionary<string, uint>?> AskAsync(FederationStage federation, Func<IChannel, string, CancellationToken, Task<uint>> ask, CancellationToken cancellation)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(Patience);
        try
        {
            await using var connection = await new ConnectionFactory { Uri = federation.Broker.Administrator, AutomaticRecoveryEnabled = false }.CreateConnectionAsync(patience.Token);
            await using var channel = await connection.CreateChannelAsync(cancellationToken: patience.Token);
            var counts = new Dictionary<string, uint>();
            foreach (var hub in federation.Hubs)
                counts[hub.Name] = await ask(channel, BrokerNames.QueueOf(HubId.Parse(hub.Name)), patience.Token);
            return counts;
        }
        catch (Exception e) when (e is BrokerUnreachableException or OperationInterruptedException or AlreadyClosedException or IOException or TimeoutException or OperationCanceledException)
        {
            return null;
        }
    }
}
