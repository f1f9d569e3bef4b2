using CafeIA.Federation.Node.Exchange;
using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Protocol;
using CafeIA.Federation.Protocol.Following;
using CafeIA.Federation.Protocol.Heads;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Protocol.Journal;
using CafeIA.Federation.Protocol.Merkle;
using CafeIA.Federation.Protocol.Segments;

namespace CafeIA.Federation.Node.Hubs.Recovery;

/// <summary>A history of this hub that is not the one held here, as another node holds it.</summary>
/// <param name="Head">Its head.</param>
/// <param name="ForkSize">Changes that both have.</param>
/// <param name="ForkRoot">The root over them.</param>
/// <param name="Changes">Those after them, in order.</param>
internal sealed record OtherHistory(SignedHead Head, ulong ForkSize, Hash ForkRoot, IReadOnlyList<Change> Changes);

/// <summary>Looks for other histories of this hub and brings them here, verified.</summary>
internal sealed class OtherHistories(JournalProofs proofs, JournalLoader loader, IPeerClient peers, HubOptions options)
{
    /// <summary>The history a peer holds, where it parts from the one held here; null when it does not part, or the peer cannot show it whole.</summary>
    public async Task<OtherHistory?> FindAsync(KnownHub local, JournalState ours, Uri peer, CancellationToken cancellation)
    {
        var keys = await loader.LoadKeysAsync(options.FederationId, local, cancellation);
        var answer = await peers.HeadAsync(peer, local.Id, cancellation);
        if (!answer.IsOk || answer.Value.Head is not { } head || head.Head.Epoch != ours.Epoch
            || head.Head.Federation != options.FederationId || head.Head.Hub != local.Id
            || keys.For(head.Head.Key, head.Head.Position) is not { } key || !head.IsSignedBy(key))
            return null;
        var end = Math.Min(head.Head.Size, ours.Frontier.Size);
        if (await IsCommonAsync(local, head, end, peer, cancellation) is not false)
            return null;
        // The largest size at which both have the same root: between 0, which all have, and the end, at which they differ.
        ulong common = 0;
        var differs = end;
        while (differs - common > 1)
        {
            var middle = common + ((differs - common) / 2);
            switch (await IsCommonAsync(local, head, middle, peer, cancellation))
            {
                case true:
                    common = middle;
                    break;
                case false:
                    differs = middle;
                    break;
                default:
                    return null;
            }
        }
        return await PullAsync(local, keys, head, common, peer, cancellation);
    }

    /// <summary>Whether the peer's history has the same root at a size; null when it does not answer, or its answer does not lead to its head.</summary>
    private async Task<bool?> IsCommonAsync(KnownHub local, SignedHead head, ulong size, Uri peer, CancellationToken cancellation)
    {
        var theirs = await peers.HistoryAsync(peer, local.Id, head.Head.Epoch, size, head.Head.Size, cancellation);
        if (!theirs.IsOk || !Proof.VerifyConsistency(size, theirs.Value.RootAtFirst, head.Head.Size, head.Head.Root, [.. theirs.Value.Proof]))
            return null;
        return await proofs.RootAtAsync(local, new(head.Head.Epoch, size), cancellation) == theirs.Value.RootAtFirst;
    }

    private async Task<OtherHistory?> PullAsync(KnownHub local, KeyRing keys, SignedHead head, ulong common, Uri peer, CancellationToken cancellation)
    {
        var epoch = head.Head.Epoch;
        var frontier = await proofs.FrontierAtAsync(local, new(epoch, common), cancellation);
        var root = frontier.Root();
        var changes = new List<Change>();
        while (frontier.Size < head.Head.Size)
        {
            var answer = await peers.PullAsync(peer, local.Id, new(epoch, frontier.Size), TimeSpan.Zero, cancellation);
            if (!answer.IsOk || !SegmentCodec.TryDecode(answer.Value, out var segment))
                return null;
            var follower = new Follower(options.FederationId, local.Id, keys, new JournalState(epoch, frontier, new StateDigest(), null));
            if (follower.Judge(segment) is not Verdict.Apply { Skip: var skip })
                return null;
            foreach (var change in segment.Changes.Skip(skip))
            {
                frontier.Append(change.Leaf);
                changes.Add(change);
            }
            if (segment.Head.Head.Position > head.Head.Position)
                head = segment.Head;
        }
        return new(head, common, root, changes);
    }
}
