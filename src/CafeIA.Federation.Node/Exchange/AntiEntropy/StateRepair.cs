using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Protocol.Heads;
using CafeIA.Federation.Protocol.Identifiers;

namespace CafeIA.Federation.Node.Exchange.AntiEntropy;

/// <summary>Finds, from the rows themselves, journals whose state is not the one their hub signed, and mends them from a peer.</summary>
/// <remarks>
/// The signed digest stands beside the rows, so a node sees by itself that something changed them; no peer has to differ first. A peer is needed to say what they
/// were. The journals' own memory is loaded anew afterwards: it may have been built on what was wrong.
/// </remarks>
internal sealed partial class StateRepair(
    JournalLoader journals, ExchangeIdentity identity, ComputedStates computed, StateComparison comparison, EntryMender mender, IReplicas replicas, ILogger<StateRepair> logger)
{
    /// <summary>Mends the hub's rows from the peer.</summary>
    /// <returns>Entries that were put right.</returns>
    public async Task<int> MendAsync(KnownHub hub, SignedHead head, Uri peer, CancellationToken cancellation)
    {
        // The head stands in the database as well: what is mended rests on the hub's signature, not on the row.
        if ((await journals.LoadKeysAsync(identity.Federation, hub, cancellation)).For(head.Head.Key, head.Head.Position) is not { } key || !head.IsSignedBy(key))
        {
            LogNoHead(hub.Id, head.Head.Position);
            return 0;
        }
        var walk = await comparison.CompareAsync(hub, head.Head, peer, cancellation);
        if (!walk.IsOk)
        {
            ExchangeTelemetry.CountWalk(walk.Refusal.Code);
            LogNotCompared(hub.Id, head.Head.Position, peer, walk.Refusal.Message);
            return 0;
        }
        var mending = await comparison.FetchAsync(hub, head.Head, peer, walk.Value, cancellation);
        var mended = mending.Count == 0 ? 0 : await mender.MendAsync(hub, head.Head.Position, mending, cancellation);
        ExchangeTelemetry.CountWalk(mended > 0 ? "mended" : walk.Value.IsPeerWhole ? "not-mended" : "peer-damaged");
        ExchangeTelemetry.CountMended(mended);
        if (mended == 0)
        {
            LogNotMended(hub.Id, head.Head.Position, walk.Value.Differences, peer);
            return 0;
        }
        replicas.Reload(hub);
        var after = await computed.LookNowAsync(hub, cancellation);
        LogMended(hub.Id, head.Head.Position, mended, peer, after is { IsDamaged: true } ? "il en reste" : "l’état est de nouveau celui qui est signé");
        return mended;
    }

    [LoggerMessage(1, LogLevel.Error, "Journal de {Hub} à {Position} : {Count} fiches n’étaient plus ce que leur hub a signé (disque, ou main) ; réparées d’après {Peer}, {Outcome}")]
    private partial void LogMended(HubId hub, Position position, int count, Uri peer, string outcome);

    [LoggerMessage(2, LogLevel.Error, "Journal de {Hub} à {Position} : l’état d’ici n’est pas celui qui est signé, {Count} fiches diffèrent de {Peer}, qui ne permet pas de réparer ; d’autres pairs seront demandés")]
    private partial void LogNotMended(HubId hub, Position position, int count, Uri peer);

    [LoggerMessage(4, LogLevel.Error, "Journal de {Hub} à {Position} : la tête d’ici n’est pas signée par ce hub ; rien n’est réparé d’après elle")]
    private partial void LogNoHead(HubId hub, Position position);

    [LoggerMessage(3, LogLevel.Warning, "Journal de {Hub} à {Position} : l’état d’ici n’est pas celui qui est signé, et {Peer} n’a pas pu être comparé ({Reason}) ; d’autres pairs seront demandés")]
    private partial void LogNotCompared(HubId hub, Position position, Uri peer, string reason);
}
