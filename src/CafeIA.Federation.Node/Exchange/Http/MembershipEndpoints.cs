using System.Globalization;
using CafeIA.Federation.Node.Exchange.Membership;
using CafeIA.Federation.Protocol;
using CafeIA.Federation.Protocol.Membership;
using Microsoft.Net.Http.Headers;

namespace CafeIA.Federation.Node.Exchange.Http;

/// <summary><c>/federation/v1/membership</c>: the document as it was signed, from any node that holds it; and where a hub asks to be a member.</summary>
internal static class MembershipEndpoints
{
    public const string Path = "/federation/v1/membership";

    public const string RequestsPath = Path + "/requests";

    /// <summary>Bytes of a refusal that are read.</summary>
    public const int MaxProblem = 64 * 1024;

    /// <summary>Hexadecimal digits of the document's hash in a tag: enough to tell two of one version apart.</summary>
    private const int TagDigits = 16;

    /// <summary>Version and the beginning of the hash.</summary>
    public static string Tag(SignedMembership membership) =>
        string.Create(CultureInfo.InvariantCulture, $"{membership.Document.Version}.{membership.Identity.ToString()[..TagDigits]}");

    /// <summary><c>GET ?held=version.hash</c>: 204 when that is the one held here. <c>?version=n</c>: that version, which a newcomer needs to follow the chain of stewards.</summary>
    public static async Task<IResult> GetAsync(long? version, string? held, HttpRequest request, HttpResponse response, FederationMembership membership, MembershipStore store, CancellationToken cancellation)
    {
        if (membership.Held is not { } newest)
            return ExchangeEndpoints.Problem(404, new("no-membership", "Ce nœud ne tient pas de registre des membres."));
        response.Headers.CacheControl = "no-cache";
        if (version is { } wanted && wanted != newest.Document.Version)
        {
            return await store.FindAsync(wanted, cancellation) is { } envelope
                ? TypedResults.Bytes(envelope, "application/json")
                : ExchangeEndpoints.Problem(404, new("unknown-version", $"La version {wanted} du registre n’a jamais été acceptée ici.", "version"));
        }
        if (held == Tag(newest))
            return TypedResults.NoContent();
        response.Headers.ETag = $"\"{Tag(newest)}\"";
        return request.Headers.IfNoneMatch.Contains(response.Headers.ETag.ToString())
            ? TypedResults.StatusCode(StatusCodes.Status304NotModified)
            : TypedResults.Bytes(membership.Envelope, "application/json");
    }

    /// <summary><c>POST</c> a signed request: 202 when it waits for a steward's answer.</summary>
    public static async Task<IResult> RequestAsync(
        HttpRequest request, HttpResponse response, ExchangeIdentity identity, MembershipAuthor author, MembershipStore store, JoinGate gate, CancellationToken cancellation)
    {
        if (!author.IsSteward)
            return ExchangeEndpoints.Problem(403, new("not-steward", "Ce nœud n’est pas celui d’un garant de la fédération : la demande est à faire sur le nœud d’un garant."));
        if (!gate.TryPass())
        {
            response.Headers[HeaderNames.RetryAfter] = JoinGate.RetrySeconds;
            return ExchangeEndpoints.Problem(429, new("too-many-requests", "Trop de demandes à la fois. Réessayer dans une minute."));
        }
        var bytes = new byte[JoinRequest.MaxEnvelope + 1];
        var length = await request.Body.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellation);
        if (length > JoinRequest.MaxEnvelope)
            return ExchangeEndpoints.Problem(413, new("request-too-large", $"La demande dépasse {JoinRequest.MaxEnvelope} octets."));
        if (JoinRequest.TryDecode(bytes.AsSpan(0, length)) is not var (asked, key))
            return ExchangeEndpoints.Problem(400, new("bad-request", "Ce n’est pas une demande signée : la commande « cafeia membership join » en fait une."));
        if (asked.Federation != identity.Federation)
            return ExchangeEndpoints.Problem(409, new("other-federation", $"Cette fédération s’appelle « {identity.Federation} », pas « {asked.Federation} ».", "federation"));
        return await store.KeepRequestAsync(asked.Hub, key.Fingerprint, bytes.AsMemory(0, length), cancellation)
            ? TypedResults.Accepted((string?)null)
            : ExchangeEndpoints.Problem(503, new("too-many-waiting", "Trop de demandes attendent déjà une réponse. Joindre un garant."));
    }
}
