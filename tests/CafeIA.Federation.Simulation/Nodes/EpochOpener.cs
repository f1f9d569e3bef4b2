using CafeIA.Federation.Protocol;
using CafeIA.Federation.Protocol.Following;
using CafeIA.Federation.Protocol.Heads;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Protocol.Journal;
using CafeIA.Federation.Protocol.Merkle;
using CafeIA.Federation.Protocol.Recovery;
using CafeIA.Federation.Protocol.Segments;
using CafeIA.Federation.Simulation.Store;
using CafeIA.Federation.Simulation.World;

namespace CafeIA.Federation.Simulation.Nodes;

/// <summary>"cafeia epoch open": gathers every history of this hub that a member holds, brings them together and begins the next epoch with what results.</summary>
/// <param name="node">Whose hub.</param>
/// <param name="isNeeded">A fork is to be ended; else it is a whim, which doubt, a fork or the end of the faults cuts short.</param>
internal sealed class EpochOpener(SimNode node, bool isNeeded)
{
    private readonly List<(IReadOnlyList<Change> Changes, SignedHead Head)> histories = [];
    private readonly HashSet<EntryId> decided = [];
    private int waiting;
    private uint ended;
    private uint opened;
    private bool isIncomplete;

    private JournalTable Table => node.Store.Tables.Of(node.Id);

    public void Start()
    {
        var members = node.Universe.Nodes.Where(n => n != node && !n.IsSlow).ToArray();
        waiting = members.Length;
        ended = Table.Epoch;
        // The next epoch may have been opened and lost: its number is not given twice.
        opened = Math.Max(ended, node.Mark.Read()?.End.Epoch ?? 0);
        foreach (var member in members)
        {
            node.Universe.Network.Ask(node, member, n => new Told(Serving.Journal(n, node.Id, Segment.MaxChanges), Serving.Head(n, node.Id).Known), told =>
            {
                if (told is null)
                    isIncomplete = true;
                else
                    Take(told);
                if (--waiting == 0 && !isIncomplete)
                    Open();
            });
        }
    }

    /// <summary>A history may be older than a change of key that another one has: each of the hub's own keys may have signed it.</summary>
    private void Take(Told told)
    {
        if (told.Known is { } known && node.KeysOf(node.Id).For(known.Head.Key, known.Head.Position) is { } signer && known.IsSignedBy(signer))
            opened = Math.Max(opened, known.Head.Epoch);
        for (var key = 0; key < node.KeysMade; key++)
        {
            if (TryTake(told.Segments, new(Universe.Federation, node.Id, Keys.Of(node.Index, key).PublicKey)))
                return;
        }
    }

    private bool TryTake(IReadOnlyList<byte[]> segments, KeyRing keys)
    {
        var state = new JournalState(Table.Epoch, new Frontier(), new StateDigest(), null);
        var follower = new Follower(Universe.Federation, node.Id, keys, state);
        var changes = new List<Change>();
        var current = new Dictionary<EntryId, CurrentChange>();
        foreach (var bytes in segments)
        {
            if (!SegmentCodec.TryDecode(bytes, out var segment))
                return false;
            var verdict = follower.Judge(segment);
            if (verdict is Verdict.NewEpoch || segment.Head.Head.Epoch > Table.Epoch)
            {
                // A later epoch is open already: it is to be pulled back, not opened again.
                isIncomplete = true;
                return true;
            }
            if (verdict is not Verdict.Apply apply || follower.Plan(apply, current).Batch is not { } batch)
                return false;
            foreach (var (change, _) in batch.Changes)
            {
                changes.Add(change);
                current[change.Header.Entry] = new(change.Header.Entry, change.Header.Position, change.Header.Kind, change.Header.Op, change.Leaf);
            }
        }
        if (changes.Count > 0)
            histories.Add((changes, follower.State.Head!));
        return true;
    }

    private void Open()
    {
        // Another call was faster.
        if (Table.Epoch != ended)
            return;
        if (!isNeeded && (node.Own.IsSuspect || node.Own.IsFrozen || node.Universe.Network.IsHealed))
            return;
        var ours = Table.Rows(Table.Epoch).Select(r => r.Read()).ToArray();
        var kept = Latest(ours);
        var heads = new List<Hash>();
        if (Table.Head is { } own)
            heads.Add(own.Identity);
        var fork = (ulong)ours.Length;
        foreach (var (theirs, head) in histories)
        {
            var common = 0;
            while (common < ours.Length && common < theirs.Count && ours[common].Leaf == theirs[common].Leaf)
                common++;
            if (common == theirs.Count)
                continue;
            fork = Math.Min(fork, (ulong)common);
            heads.Add(head.Identity);
            Bring(kept, Latest(ours.Skip(common)), Latest(theirs.Skip(common)));
        }
        if (NextEpoch.TryOpen(node, opened + 1, fork, heads, kept.Values))
            node.Own.Reopened();
    }

    /// <summary>The winners take their place; what loses is listed.</summary>
    private void Bring(Dictionary<EntryId, Change> kept, Dictionary<EntryId, Change> ours, Dictionary<EntryId, Change> theirs)
    {
        // What only this history changed stands. What an earlier merge decided for a third history stands for ours.
        foreach (var entry in ours.Keys.Except(theirs.Keys).ToArray())
            ours.Remove(entry);
        foreach (var entry in theirs.Keys.Where(e => ours.ContainsKey(e) || decided.Contains(e)))
            ours[entry] = kept[entry];
        foreach (var merged in HistoryMerge.Merge(ours, theirs, _ => node.Chance.Percent(50) ? Side.Ours : Side.Theirs))
        {
            decided.Add(merged.Entry);
            kept[merged.Entry] = merged.Winner ?? throw new InvalidOperationException("The operator chose.");
            if (merged.Loser is { } loser)
                node.Universe.Referee.Lost(node.Id, loser);
        }
    }

    private static Dictionary<EntryId, Change> Latest(IEnumerable<Change> changes)
    {
        var latest = new Dictionary<EntryId, Change>();
        foreach (var change in changes)
            latest[change.Header.Entry] = change;
        return latest;
    }

    /// <summary>What a member holds of the hub, and the highest head it has seen.</summary>
    private sealed record Told(IReadOnlyList<byte[]> Segments, SignedHead? Known);
}
