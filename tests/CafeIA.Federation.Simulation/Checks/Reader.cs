using CafeIA.Federation.Protocol;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Simulation.Nodes;
using CafeIA.Federation.Simulation.World;

namespace CafeIA.Federation.Simulation.Checks;

/// <summary>A partner that follows all hubs at some node by a cursor, and goes on at another node with the same cursor.</summary>
internal sealed class Reader(Universe universe, SimNode first)
{
    private const int Interval = 900;
    private const int PageSize = 3;

    private readonly Dictionary<HubId, Position> cursors = [];
    private readonly Dictionary<(HubId Hub, Position Position), Hash> seen = [];
    private SimNode node = first;

    public void Start() => universe.Scheduler.After(universe.Chance.Below(Interval), Look);

    /// <summary>Reads what is left and holds it against the journals.</summary>
    public void Close()
    {
        node = universe.Honest.First();
        foreach (var hub in universe.Honest.Where(h => !h.IsSlow && !node.Store.Tables.Expelled.Hubs.Contains(h.Id)))
        {
            while (Read(hub.Id))
            {
            }
            var table = hub.Store.Tables.Of(hub.Id);
            // What was lost with a disk may have been read before.
            if (cursors.GetValueOrDefault(hub.Id, new(1, 0)) < table.End)
                throw new BrokenInvariantException(6, $"a reader of {hub} stands at {cursors.GetValueOrDefault(hub.Id)} and is given nothing more, the journal goes to {table.End}");
            if (universe.Referee.Ledger.LineOf(hub.Index) > 0 || table.Epoch > 1)
                continue;
            foreach (var row in table.Rows(1))
            {
                if (!seen.TryGetValue((hub.Id, row.Parsed.Position), out var leaf))
                    throw new BrokenInvariantException(6, $"a reader was never given {hub} {row.Parsed.Position}");
                if (leaf != row.Leaf)
                    throw new BrokenInvariantException(6, $"a reader was given another {hub} {row.Parsed.Position}");
            }
        }
    }

    private void Look()
    {
        if (universe.Chance.Percent(15))
            node = universe.Chance.Pick(universe.Honest.ToArray());
        if (node.IsUp)
        {
            foreach (var hub in universe.Nodes)
                Read(hub.Id);
        }
        universe.Scheduler.After(Interval, Look);
    }

    private bool Read(HubId hub)
    {
        var cursor = cursors.GetValueOrDefault(hub, new(1, 0));
        var (changes, next) = Serving.Page(node, hub, cursor, PageSize);
        var expected = cursor;
        foreach (var change in changes)
        {
            var position = change.Header.Position;
            if (position != expected with { Seq = expected.Seq + 1 } && !(position.Epoch > expected.Epoch && position.Seq == 1))
                throw new BrokenInvariantException(6, $"a reader at {node} was given {hub} {position} after {expected}");
            seen[(hub, position)] = change.Leaf;
            expected = position;
        }
        cursors[hub] = next;
        return changes.Count > 0;
    }
}
