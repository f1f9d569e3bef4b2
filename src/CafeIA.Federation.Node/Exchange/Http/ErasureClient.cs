using System.Text.Json;
using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Protocol;
using CafeIA.Federation.Protocol.Heads;

namespace CafeIA.Federation.Node.Exchange.Http;

/// <summary>Asks the node of a hub how far it is with erasures.</summary>
internal sealed class ErasureClient(PeerHttp http, ExchangeIdentity identity)
{
    /// <returns>The statement, verified; <c>peer-unreachable</c>, <c>peer-answer</c>, <c>bad-signature</c>; <c>no-address</c> where the hub's node has none.</returns>
    public async Task<Result<ErasureStatement>> AskAsync(KnownHub hub, CancellationToken cancellation)
    {
        if (hub.Address is null)
            return new Refusal("no-address", $"Le nœud de « {hub.Id} » n’a pas d’adresse.");
        var answer = await http.GetAsync(new Uri(hub.Address, ErasureDocument.Path), ErasureDocument.MaxSize, TimeSpan.Zero, cancellation);
        if (!answer.IsOk)
            return answer.Refusal;
        try
        {
            if (JsonSerializer.Deserialize<ErasureDocument>(answer.Value.Span, JsonSerializerOptions.Web) is { } document)
                return document.Read(identity, hub);
        }
        catch (JsonException)
        {
            // No JSON is a bad answer like any other.
        }
        return PeerHttp.BadAnswer(hub.Address, "ce n’est pas un état des effacements");
    }
}
