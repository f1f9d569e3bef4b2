using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Node.Journal.Erasures;
using CafeIA.Federation.Protocol;
using CafeIA.Federation.Protocol.Heads;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CafeIA.Federation.Node.Exchange.Http;

/// <summary>Applied and purged position of one hub's erasures, in the open.</summary>
internal sealed record ErasedDocument(string Applied, string Purged);

/// <summary><c>GET /federation/v1/erasures</c>. Who wants proof reads <paramref name="Statement"/>; the rest is the same in the open, for people and scripts.</summary>
/// <param name="Hub">The hub of the node that answers.</param>
/// <param name="Statement">The signed statement as it is encoded, base64.</param>
internal sealed record ErasureDocument(string Hub, DateTimeOffset At, IReadOnlyDictionary<string, ErasedDocument> Erasures, string? Statement)
{
    public const string Path = "/federation/v1/erasures";

    /// <summary>Bytes of the longest answer.</summary>
    public const int MaxSize = 4 * ErasureStatement.MaxSize;

    public static async Task<Ok<ErasureDocument>> AnswerAsync(
        ExchangeIdentity identity, HubRegister hubs, ErasureStandings standings, HubSigners signers, TimeProvider time, CancellationToken cancellation)
    {
        var all = await standings.AllAsync(cancellation);
        var statement = ErasureStatement.Sign(identity.Federation, hubs.Local.Id, time.GetUtcNow(), all, signers.Current);
        return TypedResults.Ok(new ErasureDocument(
            statement.Hub.ToString(),
            statement.At,
            all.ToDictionary(e => e.Hub.ToString(), e => new ErasedDocument(e.Applied.ToString(), e.Purged.ToString())),
            Convert.ToBase64String(statement.Encode())));
    }

    /// <summary>The statement, when it is one of the hub and signed by its key.</summary>
    /// <param name="identity">Of this node.</param>
    /// <param name="hub">Whose node was asked.</param>
    public Result<ErasureStatement> Read(ExchangeIdentity identity, KnownHub hub)
    {
        var bytes = new byte[Math.Min(Statement?.Length ?? 0, MaxSize)];
        if (Statement is null || !Convert.TryFromBase64String(Statement, bytes, out var length) || !ErasureStatement.TryDecode(bytes.AsMemory(0, length), out var statement))
            return new Refusal("peer-answer", $"Le nœud de « {hub.Id} » répond mal : ce n’est pas un état des effacements.");
        return statement.Federation == identity.Federation && statement.Hub == hub.Id && statement.IsSignedBy(hub.CurrentKey)
            ? statement
            : new Refusal("bad-signature", $"L’état des effacements montré par le nœud de « {hub.Id} » n’est pas signé par sa clé.");
    }
}
