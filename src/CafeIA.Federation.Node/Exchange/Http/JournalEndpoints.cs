using System.Globalization;
using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Protocol;
using CafeIA.Federation.Protocol.Heads;
using CafeIA.Federation.Protocol.Identifiers;

namespace CafeIA.Federation.Node.Exchange.Http;

/// <summary>What any node may ask about a hub's journal besides its changes: how far it goes, that two sizes of it are one history, which keys sign it.</summary>
internal static class JournalEndpoints
{
    /// <summary><c>GET /federation/v1/hubs/{hub}/head</c>: the answer to "which is your highest signed head of mine?".</summary>
    public static async Task<IResult> HeadAsync(string hub, HubRegister hubs, JournalReader journals, IReplicas replicas, IOwnStanding standing, CancellationToken cancellation)
    {
        if (!HubId.TryParse(hub, out var id))
            return ExchangeEndpoints.Problem(400, new("bad-hub-id", $"« {hub} » n’est pas un identifiant de hub.", "hub"));
        // Of a hub that is not known here nothing is held: an answer like any other. Of one that is hidden it is told what is held: a head shows nothing, and a hub that forgot it must not go on without.
        if (hubs.Find(id) is not { } known)
            return TypedResults.Ok(PositionDocument.Of(null, null, standing.IsSuspect, null));
        var end = await journals.EndAsync(known, cancellation);
        var seen = new List<SignedHead?> { await replicas.KnownAsync(known) };
        if (known.IsFrozen && await hubs.ForkAsync(known, cancellation) is var (ours, theirs))
            seen.AddRange(ours, theirs);
        var later = seen.OfType<SignedHead>().MaxBy(h => h.Head.Position);
        return TypedResults.Ok(PositionDocument.Of(end?.Proven, end?.Position, standing.IsSuspect, later?.Head.Position > (end?.Proven?.Head.Position ?? default) ? later : null));
    }

    /// <summary><c>GET /federation/v1/hubs/{hub}/proof?epoch=e&amp;first=n&amp;second=m</c>.</summary>
    public static async Task<IResult> ProofAsync(string hub, string? epoch, string? first, string? second, HubRegister hubs, JournalReader journals, CancellationToken cancellation)
    {
        var (known, refusal) = Find(hub, hubs);
        if (known is null)
            return refusal!;
        if (!uint.TryParse(epoch, NumberStyles.None, CultureInfo.InvariantCulture, out var e)
            || !ulong.TryParse(first, NumberStyles.None, CultureInfo.InvariantCulture, out var n) || n > long.MaxValue
            || !ulong.TryParse(second, NumberStyles.None, CultureInfo.InvariantCulture, out var m) || m > long.MaxValue || m < n)
            return ExchangeEndpoints.Problem(400, new("bad-sizes", "« epoch », « first » et « second » sont des nombres entiers, « second » au moins égal à « first ».", "first"));
        return await journals.HistoryAsync(known, e, n, m, cancellation) is { } proof
            ? TypedResults.Ok(ProofDocument.Of(proof))
            : ExchangeEndpoints.Problem(404, new("not-held", $"Ce nœud ne tient pas {m} changements de « {known.Id} » à l’époque {e}.", "second"));
    }

    /// <summary><c>GET /federation/v1/hubs/{hub}/keys</c>.</summary>
    public static async Task<IResult> KeysAsync(string hub, HubRegister hubs, JournalLoader journals, ExchangeIdentity identity, CancellationToken cancellation)
    {
        var (known, refusal) = Find(hub, hubs);
        return known is null ? refusal! : TypedResults.Ok(KeysDocument.Of(await journals.LoadKeysAsync(identity.Federation, known, cancellation)));
    }

    private static (KnownHub? Hub, IResult? Refusal) Find(string hub, HubRegister hubs)
    {
        if (!HubId.TryParse(hub, out var id))
            return (null, ExchangeEndpoints.Problem(400, new("bad-hub-id", $"« {hub} » n’est pas un identifiant de hub.", "hub")));
        return hubs.Find(id) is { IsHidden: false } known
            ? (known, null)
            : (null, ExchangeEndpoints.Problem(404, new("unknown-hub", $"Ce nœud ne connaît pas le hub « {id} ».", "hub")));
    }
}
