using CafeIA.Federation.Protocol.Identifiers;

namespace CafeIA.Federation.Node.Exchange;

/// <summary>The federation this node exchanges in. Registered where the node is put together, because the exchange does not know the hub's own settings.</summary>
internal sealed record ExchangeIdentity(FederationId Federation);
