using CafeIA.Federation.Protocol.Recovery;
using CafeIA.Federation.Simulation.Nodes;

namespace CafeIA.Federation.Simulation.Checks;

/// <summary>What becomes of a node's disk.</summary>
internal enum DiskFault
{
    /// <summary>A backup was restored and promoted to a new timeline; the high-water file beside it is still there.</summary>
    Promoted,

    /// <summary>The same, and the high-water file is gone.</summary>
    WithoutMark,

    /// <summary>The database's volume was put back to an older copy: the same timeline, only the high-water file tells.</summary>
    OlderVolume,

    /// <summary>The whole machine was put back: nothing on it can tell.</summary>
    OlderMachine,

    /// <summary>Nothing is left but the key.</summary>
    Lost,
}

internal sealed partial class Referee
{
    /// <summary>Puts a node's disk back, or loses it, and notes which acknowledged commands went with it for good.</summary>
    public void Restore(SimNode node, DiskFault fault, int length)
    {
        node.Crash();
        Remember(node);
        universe.Trace.Note($"{node} {fault}: {length} of {node.Store.Length} transactions are left");
        if (fault == DiskFault.Lost)
        {
            node.Store.Wipe();
            node.Mark.Replace(null);
            node.Erased.Replace(null);
        }
        else
        {
            var disk = length == 0 ? (Mark: node.FreshMark, Erased: null) : disks[node.Index][length - 1];
            node.Store.RestoreTo(length, isPromoted: fault is DiskFault.Promoted or DiskFault.WithoutMark);
            if (fault == DiskFault.WithoutMark)
                node.Mark.Replace(null);
            if (fault == DiskFault.OlderMachine)
            {
                node.Mark.Replace(disk.Mark);
                node.Erased.Replace(disk.Erased);
            }
        }
        if (fault is DiskFault.Lost or DiskFault.OlderMachine)
            erased.RemoveWhere(e => e.Node == node.Index && !node.Erased.Names(e.Hub, e.Entry));
        if (disks.TryGetValue(node.Index, out var kept))
            kept.RemoveRange(Math.Min(kept.Count, node.Store.Length), kept.Count - Math.Min(kept.Count, node.Store.Length));
        ledger.BeginLine(node.Index);
        foreach (var key in ends.Keys.Where(k => k.Node == node.Index).ToArray())
            ends[key] = node.Store.Tables.Of(key.Hub).End;
        foreach (var command in commands.Values)
            command.IsLost |= command.Acknowledged is not null && !universe.Honest.Any(n => n.Store.Tables.Of(command.Node.Id).FindCommand(command.Id) is not null);
        // What others hold now has to be asked for before this hub writes again.
        held.Clear();
        // Whether what is left on the machine can tell that its database went back.
        var own = node.Store.Tables.Of(node.Id);
        var canTell = node.Mark.Durable is not { } mark || (mark.Store != node.Store.Identity && !(mark.IsFresh && own.Size == 0)) || mark.End > own.End;
        if (canTell)
        {
            held[node.Index] = [.. universe.Honest.Where(n => n != node && !n.IsSlow)
                .Select(n => n.Store.Tables.Of(node.Id))
                .Where(t => t.Size > 0)
                .Select(t => (t.End, t.Row(t.End).Leaf))];
        }
    }

    /// <summary>The files beside the database as they are now, should the machine be put back to this moment.</summary>
    private void Remember(SimNode node)
    {
        if (!disks.TryGetValue(node.Index, out var kept))
            disks[node.Index] = kept = [];
        while (kept.Count < node.Store.Length)
            kept.Add((node.Mark.Durable, node.Erased.Content));
    }
}
