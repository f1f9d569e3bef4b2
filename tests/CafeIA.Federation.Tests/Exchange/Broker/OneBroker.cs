using Xunit;

namespace CafeIA.Federation.Tests.Exchange.Broker;

/// <summary>Tests that share the broker's queues: one after the other, so that none reads what another sent.</summary>
[CollectionDefinition(Name)]
public sealed class OneBroker
{
    public const string Name = "broker";
}
