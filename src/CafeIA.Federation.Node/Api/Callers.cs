using CafeIA.Federation.Node.Accounts;
using CafeIA.Federation.Protocol;

namespace CafeIA.Federation.Node.Api;

/// <summary>Who writes: the holder of an API key of this node's hub, <c>Authorization: Bearer …</c>.</summary>
internal sealed class Callers(ApiKeys keys)
{
    private const string Scheme = "Bearer ";

    /// <returns>The account, which names its commands; <c>key-missing</c> or <c>key-unknown</c>.</returns>
    public async Task<Result<string>> IdentifyAsync(HttpRequest request, CancellationToken cancellation)
    {
        var header = request.Headers.Authorization.ToString();
        if (!header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
            return new Refusal("key-missing", "Écrire demande une clé d’API de ce hub, donnée dans l’en-tête « Authorization: Bearer CLÉ ».", "Authorization");
        return await keys.FindAsync(header[Scheme.Length..].Trim(), cancellation) is { } account
            ? account.Id.ToString()
            : new Refusal("key-unknown", "Cette clé d’API n’est pas, ou plus, une clé de ce hub.", "Authorization");
    }
}
