using CafeIA.Federation.Protocol;
using CafeIA.Federation.Protocol.Heads;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Protocol.Journal;
using CafeIA.Federation.Protocol.Merkle;
using CafeIA.Federation.Protocol.Segments;
using CafeIA.Federation.Simulation.Store;

namespace CafeIA.Federation.Simulation.Nodes;

/// <summary>A member's answer about one hub: its highest signed head, how much of that is held, whether the answering node doubts its own database, the hub's changes of key, and the highest head it has seen.</summary>
internal sealed record HeadAnswer(SignedHead? Head, Position Held, bool IsSuspect, IReadOnlyList<KeyRotation> Rotations, SignedHead? Known);

/// <summary>The root of a journal at some size, and the proof that leads from there to a head.</summary>
internal sealed record HistoryAnswer(SignedHead Head, Hash Root, IReadOnlyList<Hash> Proof);

/// <summary>What a node answers to its peers, from its tables alone.</summary>
internal static class Serving
{
    /// <summary>The next segment after a position; empty bytes when there is none. Of a later epoch it is the beginning.</summary>
    public static byte[] Segment(SimNode node, HubId hub, Position after, int limit) => Segment(node.Store.Tables.Of(hub), after, limit);

    public static byte[] Segment(JournalTable table, Position after, int limit)
    {
        var first = after.Epoch == table.Epoch ? after.Seq : 0;
        if (after.Epoch > table.Epoch || table.Proven is not { } head || table.Size <= first)
            return [];
        var changes = table.Rows(table.Epoch).Skip((int)first).Take((int)Math.Min((ulong)limit, table.Size - first)).Select(r => r.Read()).ToArray();
        var last = first + (ulong)changes.Length;
        // What is held without the head's end is shown with the proof that came with it: nobody else may hold it.
        var proof = table.Partial is { } partial
            ? Proof.Shorten(last, table.Size, head.Head.Size, partial.Proof, table.SubtreeOf)
            : Proof.Make(Proof.PlanConsistency(last, head.Head.Size), table.SubtreeOf);
        return SegmentCodec.Encode(new(head, first + 1, changes, proof, null));
    }

    /// <summary>The whole of the epoch that stands here, in pieces.</summary>
    public static IReadOnlyList<byte[]> Journal(SimNode node, HubId hub, int limit)
    {
        var table = node.Store.Tables.Of(hub);
        var segments = new List<byte[]>();
        for (ulong seq = 0; seq < table.Size; seq += (ulong)limit)
            segments.Add(Segment(node, hub, new(table.Epoch, seq), limit));
        return segments;
    }

    public static IReadOnlyDictionary<HubId, SignedHead> Heads(SimNode node) =>
        node.Store.Tables.Journals.Where(j => j.Value.Proven is not null).ToDictionary(j => j.Key, j => j.Value.Proven!);

    public static HeadAnswer Head(SimNode node, HubId hub)
    {
        var table = node.Store.Tables.Of(hub);
        return new(table.Proven, table.End, node.Own.IsSuspect, [.. table.Rotations], node.Replicas.GetValueOrDefault(hub)?.Known);
    }

    /// <summary>Null when less than that is held.</summary>
    public static HistoryAnswer? History(SimNode node, HubId hub, Position at)
    {
        var table = node.Store.Tables.Of(hub);
        if (table.Epoch != at.Epoch || table.Proven is not { } head || table.Size < at.Seq)
            return null;
        var proof = table.Partial is { } partial
            ? Proof.Shorten(at.Seq, table.Size, head.Head.Size, partial.Proof, table.SubtreeOf)
            : Proof.Make(Proof.PlanConsistency(at.Seq, head.Head.Size), table.SubtreeOf);
        return new(head, table.RootAt(at.Seq), proof);
    }

    /// <summary>One change as it is held; null when it is not.</summary>
    public static Change? One(SimNode node, HubId hub, Position position)
    {
        var table = node.Store.Tables.Of(hub);
        return position.Epoch == table.Epoch && position.Seq <= table.Size ? table.Row(position).Read() : null;
    }

    /// <summary>A page of a hub's changes as a partner reads them: after its cursor, with the cursor to go on from. Nothing of a hub that was put out.</summary>
    public static (IReadOnlyList<Change> Changes, Position Cursor) Page(SimNode node, HubId hub, Position cursor, int limit)
    {
        var table = node.Store.Tables.Of(hub);
        if (node.Store.Tables.Expelled.Hubs.Contains(hub) || cursor.Epoch > table.Epoch)
            return ([], cursor);
        // An epoch that ended goes on with the next one, from its beginning.
        var from = cursor.Epoch == table.Epoch ? cursor : new(table.Epoch, 0);
        var page = table.Rows(table.Epoch).Skip((int)from.Seq).Take(limit).Select(r => r.Read()).ToArray();
        return (page, page.Length > 0 ? page[^1].Header.Position : from);
    }

    /// <summary>What the directory shows of a hub: the bodies of its current puts that are whole.</summary>
    public static IReadOnlyDictionary<EntryId, Change> Visible(SimNode node, HubId hub)
    {
        var table = node.Store.Tables.Of(hub);
        var visible = new Dictionary<EntryId, Change>();
        if (node.Store.Tables.Expelled.Hubs.Contains(hub))
            return visible;
        foreach (var current in table.Current.Values)
        {
            if (current.Op == ChangeOp.Put && table.Row(current.Position).Read() is { Body: not null } change)
                visible[current.Entry] = change;
        }
        return visible;
    }
}
