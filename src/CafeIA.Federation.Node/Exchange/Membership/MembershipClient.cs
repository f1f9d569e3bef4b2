using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using CafeIA.Federation.Node.Exchange.Http;
using CafeIA.Federation.Protocol;
using CafeIA.Federation.Protocol.Membership;

namespace CafeIA.Federation.Node.Exchange.Membership;

/// <summary>Asks another node for the membership document, and a steward's node to be taken in.</summary>
internal sealed class MembershipClient(PeerHttp http, IHttpClientFactory clients, TimeProvider time)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>The envelope; empty when the peer holds the same as we.</summary>
    /// <param name="peer">Any node.</param>
    /// <param name="held">What we hold; null: nothing.</param>
    /// <param name="cancellation">Gives up.</param>
    public Task<Result<ReadOnlyMemory<byte>>> NewestAsync(Uri peer, SignedMembership? held, CancellationToken cancellation) =>
        http.GetAsync(new Uri(peer, $"{MembershipEndpoints.Path}{(held is null ? "" : $"?held={MembershipEndpoints.Tag(held)}")}"), SignedDocument.MaxEnvelope, TimeSpan.Zero, cancellation);

    /// <summary>The envelope of one version.</summary>
    public Task<Result<ReadOnlyMemory<byte>>> VersionAsync(Uri peer, long version, CancellationToken cancellation) =>
        http.GetAsync(new Uri(peer, string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{MembershipEndpoints.Path}?version={version}")), SignedDocument.MaxEnvelope, TimeSpan.Zero, cancellation);

    /// <summary>Null when the request waits there now; else why not, in the steward's own words.</summary>
    public async Task<Refusal?> RequestAsync(Uri steward, ReadOnlyMemory<byte> envelope, CancellationToken cancellation)
    {
        using var patience = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellation);
        try
        {
            using var client = clients.CreateClient(PeerHttp.ClientName);
            using var response = await client.PostAsync(new Uri(steward, MembershipEndpoints.RequestsPath), new ReadOnlyMemoryContent(envelope), either.Token);
            if (response.StatusCode == HttpStatusCode.Accepted)
                return null;
            var problem = response.Content.Headers.ContentType?.MediaType == "application/problem+json" && response.Content.Headers.ContentLength is null or < MembershipEndpoints.MaxProblem
                ? await response.Content.ReadFromJsonAsync<Microsoft.AspNetCore.Mvc.ProblemDetails>(either.Token)
                : null;
            return new("request-refused", problem?.Detail ?? $"Le nœud {steward.GetLeftPart(UriPartial.Authority)} répond {(int)response.StatusCode}.");
        }
        catch (Exception e) when (e is HttpRequestException or IOException or JsonException || (e is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            return new("peer-unreachable", $"Le nœud {steward.GetLeftPart(UriPartial.Authority)} n’est pas joignable : {e.Message}");
        }
    }
}
