using CafeIA.Federation.Protocol.Identifiers;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace CafeIA.Federation.Node.Exchange.Broker;

/// <summary>
/// Sees to it that this hub's exchange and queue stand on the broker, and that the queue is bound to the exchange of each hub that is followed. Where this hub's user may not
/// declare (a broker shared by a federation), they come from the broker's definitions file, and what is missing there is said once.
/// </summary>
internal sealed partial class BrokerTopology(ILogger<BrokerTopology> logger)
{
    private const ushort AccessRefused = 403;
    private const ushort NotFound = 404;
    private const ushort PreconditionFailed = 406;

    private readonly HashSet<string> said = [];

    /// <summary>Declares what may be declared. False when the queue is neither there nor may be made: then nothing can be received.</summary>
    public async Task<bool> DeclareAsync(IConnection connection, HubId own, CancellationToken cancellation)
    {
        var exchange = BrokerNames.ExchangeOf(own);
        var queue = BrokerNames.QueueOf(own);
        var declared = await TryAsync(connection, c => DeclareExchangeAsync(c, own, cancellation), cancellation);
        if (declared == PreconditionFailed)
            Say(exchange, LogDifferent);
        declared = await TryAsync(connection, c => c.QueueDeclareAsync(queue, durable: true, exclusive: false, autoDelete: false, QueueBounds.Arguments(), cancellationToken: cancellation), cancellation);
        if (declared == PreconditionFailed)
            Say(queue, LogDifferent);
        if (declared != AccessRefused)
            return true;
        var isThere = await TryAsync(connection, c => c.QueueDeclarePassiveAsync(queue, cancellation), cancellation) is null;
        if (!isThere)
            Say(queue, LogMissing);
        return isThere;
    }

    /// <summary>Binds the queue to a followed hub's exchange, which may be older than that hub's first start. False when this user has no right to.</summary>
    public async Task<bool> BindAsync(IConnection connection, HubId own, HubId followed, CancellationToken cancellation)
    {
        var queue = BrokerNames.QueueOf(own);
        var refused = await TryAsync(
            connection,
            async channel =>
            {
                await DeclareExchangeAsync(channel, followed, cancellation);
                await channel.QueueBindAsync(queue, BrokerNames.ExchangeOf(followed), routingKey: "", cancellationToken: cancellation);
            },
            cancellation);
        if (refused is null)
            return true;
        Say(queue + " bindings", _ => LogGiven(queue));
        return false;
    }

    private static Task DeclareExchangeAsync(IChannel channel, HubId hub, CancellationToken cancellation) =>
        channel.ExchangeDeclareAsync(BrokerNames.ExchangeOf(hub), ExchangeType.Fanout, durable: true, autoDelete: false, cancellationToken: cancellation);

    /// <summary>Each attempt on a channel of its own, because a refusal closes the channel.</summary>
    /// <returns>Null when it was done, else AMQP's reply code.</returns>
    private static async Task<ushort?> TryAsync(IConnection connection, Func<IChannel, Task> attempt, CancellationToken cancellation)
    {
        await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellation);
        try
        {
            await attempt(channel);
            return null;
        }
        catch (OperationInterruptedException e) when (e.ShutdownReason?.ReplyCode is AccessRefused or NotFound or PreconditionFailed)
        {
            return e.ShutdownReason.ReplyCode;
        }
    }

    private void Say(string name, Action<string> log)
    {
        if (said.Add(name))
            log(name);
    }

    [LoggerMessage(1, LogLevel.Error, "Le courtier n’a pas « {Name} », et l’utilisateur de ce hub n’a pas le droit de la créer. Refaire le fichier de définitions du courtier (cafeia broker definitions) avec ce hub. D’ici là ce nœud tire les changements par HTTP.")]
    private partial void LogMissing(string name);

    [LoggerMessage(2, LogLevel.Warning, "Sur le courtier, « {Name} » existe avec d’autres réglages que ceux de ce programme ; elle est utilisée telle quelle.")]
    private partial void LogDifferent(string name);

    [LoggerMessage(3, LogLevel.Information, "Les liaisons de la file « {Name} » viennent du fichier de définitions du courtier : l’utilisateur de ce hub n’a pas le droit d’en faire. Un nouveau hub doit y être ajouté (cafeia broker definitions).")]
    private partial void LogGiven(string name);
}
