using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Protocol;
using CafeIA.Federation.Protocol.Heads;
using CafeIA.Federation.Protocol.Identifiers;

namespace CafeIA.Federation.Node.Exchange;

/// <summary>What another node answers over HTTP. A peer that is down, slow or wrong is a <see cref="Refusal"/>, not an exception: <c>peer-unreachable</c>, <c>peer-answer</c>.</summary>
internal interface IPeerClient
{
    /// <summary><c>GET /.well-known/cafeia-hub</c>.</summary>
    Task<Result<HubProfile>> DescribeAsync(Uri peer, CancellationToken cancellation);

    /// <summary><c>GET /federation/v1/heads</c>: the newest signed head of each hub the peer holds, and the state it found when it last looked; not verified.</summary>
    Task<Result<IReadOnlyDictionary<HubId, ShownHead>>> HeadsAsync(Uri peer, CancellationToken cancellation);

    /// <summary><c>GET /federation/v1/hubs/{hub}/segments?after=epoch.seq</c>: the encoded bytes of the next segment, or none when there is nothing new within <paramref name="wait"/>.</summary>
    /// <param name="peer">The hub's own node, or any other that holds its journal.</param>
    /// <param name="hub">Whose journal.</param>
    /// <param name="after">The last change held.</param>
    /// <param name="wait">How long the peer may hold the answer back while there is nothing new (long poll); zero: answer at once.</param>
    /// <param name="cancellation">Gives up.</param>
    Task<Result<ReadOnlyMemory<byte>>> PullAsync(Uri peer, HubId hub, Position after, TimeSpan wait, CancellationToken cancellation);

    /// <summary><c>GET /federation/v1/hubs/{hub}/head</c>: the peer's highest signed head of the hub, not verified, and whether the peer doubts its own database.</summary>
    Task<Result<PeerHead>> HeadAsync(Uri peer, HubId hub, CancellationToken cancellation);

    /// <summary><c>GET /federation/v1/hubs/{hub}/proof?epoch=e&amp;first=n&amp;second=m</c>: what the hub's root was at n as the peer holds it, and the proof from there to m.</summary>
    Task<Result<HistoryProof>> HistoryAsync(Uri peer, HubId hub, uint epoch, ulong first, ulong second, CancellationToken cancellation);

    /// <summary><c>GET /federation/v1/hubs/{hub}/keys</c>: the hub's keys, not verified.</summary>
    Task<Result<PeerKeys>> KeysAsync(Uri peer, HubId hub, CancellationToken cancellation);
}

/// <summary>What a peer shows of one hub's journal.</summary>
/// <param name="Head">The newest head it holds.</param>
/// <param name="State">What its own rows amount to; null while it has not looked, or is of an older program.</param>
/// <param name="Fork">The heads that prove to it that the hub has two histories, while the hub stands frozen there; empty else.</param>
internal sealed record ShownHead(SignedHead Head, ShownState? State, IReadOnlyList<SignedHead> Fork);

/// <summary>The digest a node computed from its own rows, which is the signed one unless something changed them.</summary>
internal sealed record ShownState(Position At, Hash Digest);

/// <summary>A peer's answer to "which is your highest signed head of this hub?".</summary>
/// <param name="Head">Null when it holds none.</param>
/// <param name="IsSuspect">The peer doubts its own database: its answer vouches for nothing.</param>
/// <param name="Held">How much of what the head covers it holds; null: all.</param>
/// <param name="Known">A later head that it has seen and verified without holding what it covers; null when there is none.</param>
internal sealed record PeerHead(SignedHead? Head, bool IsSuspect, Position? Held, SignedHead? Known);
