using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using CafeIA.Federation.Protocol.Identifiers;

namespace CafeIA.Federation.Node.Exchange.Broker;

/// <summary>A hub's user on the broker.</summary>
/// <param name="Hub">The hub.</param>
/// <param name="PasswordHash">As <see cref="RabbitPassword.Hash(string)"/> makes it.</param>
internal sealed record BrokerUser(HubId Hub, string PasswordHash);

/// <summary>
/// RabbitMQ's definitions document for a federation: loaded at each start of the broker (<c>load_definitions</c>), so that a wiped broker comes back with everything the nodes need.
/// </summary>
/// <remarks>
/// A hub's user may write its own exchange and read its own queue, and no more. It may also declare its own exchange, which MassTransit does before it sends: that harms
/// nobody, because binding it anywhere takes rights the user lacks. It can neither make queues nor bind any, so the bounds of its queue and who gets what stay as they are here.
/// </remarks>
internal static class BrokerDefinitions
{
    /// <summary>Users, permissions, exchanges, queues and bindings of these hubs, each following all the others.</summary>
    /// <param name="users">The hubs of the federation that share the broker.</param>
    /// <param name="virtualHost">The virtual host they share.</param>
    public static JsonObject Create(IReadOnlyList<BrokerUser> users, string virtualHost = "/")
    {
        var hubs = users.Select(u => u.Hub).Order().ToArray();
        return new JsonObject
        {
            ["vhosts"] = new JsonArray(new JsonObject { ["name"] = virtualHost }),
            ["users"] = Array(users.OrderBy(u => u.Hub), User),
            ["permissions"] = Array(hubs, h => Permission(h, virtualHost)),
            ["exchanges"] = Array(hubs, h => Exchange(h, virtualHost)),
            ["queues"] = Array(hubs, h => Queue(h, virtualHost)),
            ["bindings"] = Array(hubs.SelectMany(reader => hubs.Where(h => h != reader).Select(writer => (writer, reader))), b => Binding(b.writer, b.reader, virtualHost)),
            ["policies"] = new JsonArray(),
        };
    }

    private static JsonObject User(BrokerUser user) => new()
    {
        ["name"] = BrokerNames.UserOf(user.Hub),
        ["password_hash"] = user.PasswordHash,
        ["hashing_algorithm"] = RabbitPassword.Algorithm,
        ["tags"] = "",
    };

    private static JsonObject Permission(HubId hub, string virtualHost)
    {
        var exchange = Only(BrokerNames.ExchangeOf(hub));
        return new()
        {
            ["user"] = BrokerNames.UserOf(hub),
            ["vhost"] = virtualHost,
            ["configure"] = exchange,
            ["write"] = exchange,
            ["read"] = Only(BrokerNames.QueueOf(hub)),
        };
    }

    private static JsonObject Exchange(HubId hub, string virtualHost) => new()
    {
        ["name"] = BrokerNames.ExchangeOf(hub),
        ["vhost"] = virtualHost,
        ["type"] = "fanout",
        ["durable"] = true,
        ["auto_delete"] = false,
        ["internal"] = false,
        ["arguments"] = new JsonObject(),
    };

    private static JsonObject Queue(HubId hub, string virtualHost) => new()
    {
        ["name"] = BrokerNames.QueueOf(hub),
        ["vhost"] = virtualHost,
        ["durable"] = true,
        ["auto_delete"] = false,
        ["arguments"] = new JsonObject(QueueBounds.Arguments().Select(a => KeyValuePair.Create(a.Key, (JsonNode?)(a.Value is int number ? JsonValue.Create(number) : JsonValue.Create(a.Value?.ToString()))))),
    };

    private static JsonObject Binding(HubId writer, HubId reader, string virtualHost) => new()
    {
        ["source"] = BrokerNames.ExchangeOf(writer),
        ["vhost"] = virtualHost,
        ["destination"] = BrokerNames.QueueOf(reader),
        ["destination_type"] = "queue",
        ["routing_key"] = "",
        ["arguments"] = new JsonObject(),
    };

    private static string Only(string name) => $"^{Regex.Escape(name)}$";

    private static JsonArray Array<T>(IEnumerable<T> items, Func<T, JsonObject> make) => new([.. items.Select(i => (JsonNode)make(i))]);
}
