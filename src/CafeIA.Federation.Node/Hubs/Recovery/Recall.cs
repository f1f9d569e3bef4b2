using CafeIA.Federation.Node.Exchange;
using CafeIA.Federation.Node.Exchange.Http;
using CafeIA.Federation.Node.Hubs.Following;
using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Protocol.Heads;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Protocol.Membership;
using CafeIA.Federation.Protocol.Recovery;
using CafeIA.Federation.Protocol.Segments;

namespace CafeIA.Federation.Node.Hubs.Recovery;

/// <summary>Asks every member what it holds of this hub, and pulls back what is not held here, verified with the hub's own keys like any journal.</summary>
internal sealed partial class Recall(
    HubRegister hubs,
    PeerRoster roster,
    ExchangeOptions exchange,
    IPeerClient peers,
    SnapshotJoin snapshots,
    HubOptions options,
    ILogger<Recall> logger)
{
    /// <summary>Members asked at once: a federation has hundreds, and all but a few answer at once.</summary>
    private const int AskedAtOnce = 16;

    /// <summary>There is somebody to ask. A hub alone has nobody who could hold more than it does.</summary>
    public bool HasMembers => exchange.Peers.Count > 0 || hubs.Hubs.Any(IsMember);

    /// <summary>A fresh question, to all that must answer.</summary>
    public Inquiry Begin(KeyRing keys) => new(options.FederationId, options.HubId, keys, []);

    /// <summary>Asks all that have not answered yet, once.</summary>
    /// <param name="inquiry">What is known so far.</param>
    /// <param name="gone">Members, by name or address, that the operator says no longer exist.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>Names and addresses of those whose answer is still missing.</returns>
    public async Task<IReadOnlyList<string>> AskAsync(Inquiry inquiry, IReadOnlyCollection<string> gone, CancellationToken cancellation)
    {
        var strangers = new List<string>();
        foreach (var hub in hubs.Hubs.Where(IsMember))
            inquiry.Expect(hub.Id);
        foreach (var peer in exchange.Peers)
        {
            // A peer that never answered as any hub is a member whose name is not known yet.
            if (roster.HubAt(peer.Address!) is { } id)
                inquiry.Expect(id);
            else if (hubs.Hubs.Any(h => h.Address == peer.Address))
                continue;
            else if (gone.Contains(peer.Address!.ToString()))
                inquiry.GoneStranger();
            else
                strangers.Add(peer.Address.ToString());
        }
        foreach (var name in gone)
        {
            if (HubId.TryParse(name, out var id))
                inquiry.Gone(id);
        }
        using var seats = new SemaphoreSlim(AskedAtOnce);
        var asked = inquiry.Missing.Select(async member =>
        {
            await seats.WaitAsync(cancellation);
            try
            {
                return (Member: member, Answer: await AskAsync(member, cancellation));
            }
            finally
            {
                seats.Release();
            }
        }).ToArray();
        foreach (var (member, answer) in await Task.WhenAll(asked))
        {
            if (answer is null)
                continue;
            if (new[] { answer.Head, answer.Known }.OfType<SignedHead>().Any(h => !inquiry.Keys.Knows(h.Head.Key)))
                await LearnKeysAsync(inquiry.Keys, member, cancellation);
            if (!inquiry.Answer(member, answer.IsSuspect, answer.Head, answer.Held, answer.Known))
                LogBadAnswer(member);
        }
        return [.. inquiry.Missing.Select(m => m.ToString()).Concat(strangers).Order(StringComparer.Ordinal)];
    }

    /// <summary>Pulls this hub's journal from other nodes until it holds the head.</summary>
    /// <param name="own">Applies to this hub's own journal.</param>
    /// <param name="wanted">The highest head somebody showed.</param>
    /// <param name="sources">Who may hold it, the best first.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<Taken> PullBackAsync(Applier own, SignedHead wanted, IReadOnlyList<Uri> sources, CancellationToken cancellation)
    {
        var from = own.Follower!.State.Position;
        Uri? floored = null;
        foreach (var (index, source) in sources.Index())
        {
            while (own.Follower!.State.Position < wanted.Head.Position)
            {
                var answer = await peers.PullAsync(source, own.Hub.Id, own.Follower.PullAfter, TimeSpan.Zero, cancellation);
                if (answer.Refusal?.Code == PeerHttp.Gone)
                    floored ??= source;
                if (!answer.IsOk || answer.Value.IsEmpty || !SegmentCodec.TryDecode(answer.Value, out var segment))
                    break;
                if (own.Follower.IsPartOfOpening(segment))
                {
                    floored ??= source;
                    break;
                }
                var before = (own.Follower.State.Position, own.Follower.PullAfter);
                var taken = await own.TakeAsync(segment, source, isLast: index == sources.Count - 1, null, null, cancellation);
                if (taken is Taken.Forked or Taken.Fenced)
                    return taken;
                if (taken == Taken.Refused || before == (own.Follower.State.Position, own.Follower.PullAfter))
                    break;
            }
        }
        // Nobody holds the changes one by one, or an epoch is to be taken over whole: what they amounted to comes back, though not the versions that were superseded.
        if (own.Follower!.State.Position < wanted.Head.Position && floored is not null)
        {
            var taken = await snapshots.RunAsync(
                hubs.Local, own.Follower, floored, (head, source) => own.TakeHeadAsync(head, source, cancellation), (head, source) => own.IsForkAsync(head, source, cancellation), cancellation);
            await own.LoadAsync(cancellation);
            if (taken != Taken.Good)
                return taken;
        }
        if (own.Follower!.State.Position < wanted.Head.Position)
            return Taken.Refused;
        if (own.Follower.State.Position > from)
            LogPulledBack(from, own.Follower.State.Position);
        return Taken.Good;
    }

    /// <summary>Every address at which a copy of this hub's journal may be found, the given member's first.</summary>
    public IReadOnlyList<Uri> Sources(HubId? first) =>
    [
        .. new[] { first is { } id ? AddressOf(id) : null }
            .Concat(roster.Addresses)
            .Concat(hubs.Hubs.Where(IsMember).Select(h => h.Address))
            .Concat(exchange.Peers.Select(p => p.Address))
            .OfType<Uri>()
            .Distinct(),
    ];

    /// <summary>Nobody waits for a hub that was sent away or has gone.</summary>
    private static bool IsMember(KnownHub hub) => hub is { IsLocal: false, IsHidden: false } && hub.Membership != MemberStatus.Left;

    private async Task<PeerHead?> AskAsync(HubId member, CancellationToken cancellation)
    {
        if (AddressOf(member) is not { } address)
            return null;
        var answer = await peers.HeadAsync(address, options.HubId, cancellation);
        return answer.IsOk ? answer.Value : null;
    }

    /// <summary>A restore may have lost changes of key: each proves itself to who has the key before.</summary>
    private async Task LearnKeysAsync(KeyRing keys, HubId member, CancellationToken cancellation)
    {
        if (AddressOf(member) is { } address && await peers.KeysAsync(address, options.HubId, cancellation) is { IsOk: true } told)
            told.Value.ExtendTo(keys);
    }

    /// <summary>The address it answered at; else the one it gives.</summary>
    private Uri? AddressOf(HubId member) => roster.AddressOf(member) ?? hubs.Find(member)?.Address;

    [LoggerMessage(1, LogLevel.Warning, "Le nœud de {Hub} montre une tête que ce hub n’a pas signée ; sa réponse ne compte pas")]
    private partial void LogBadAnswer(HubId hub);

    [LoggerMessage(2, LogLevel.Warning, "Les changements de ce hub après {From} et jusqu’à {To} ont été repris d’autres nœuds")]
    private partial void LogPulledBack(Position from, Position to);
}
