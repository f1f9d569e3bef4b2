using CafeIA.Federation.Protocol.Heads;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Protocol.Journal;
using CafeIA.Federation.Protocol.Segments;
using CafeIA.Federation.Simulation.Nodes;
using CafeIA.Federation.Simulation.Store;
using CafeIA.Federation.Simulation.World;

namespace CafeIA.Federation.Simulation.Faults;

/// <summary>A malicious node: it follows the protocol where that serves it, and lies to whoever asks it.</summary>
internal sealed class Adversary
{
    private const int Interval = 1_500;
    private const int Kept = 40;

    private readonly Universe universe;
    private readonly SimNode node;
    private readonly Forgery forgery;
    private readonly List<byte[]> recorded = [];
    private JournalTable? other;

    public Adversary(Universe universe, SimNode node)
    {
        this.universe = universe;
        this.node = node;
        forgery = new(universe, node);
        universe.Scheduler.After(Interval, Act);
    }

    private Malice Malice => universe.Scenario.Malice;

    private bool Tampers => Malice == Malice.Tampers || universe.Scenario.StolenKey;

    /// <summary>What the lane brought is kept, to be sent again much later.</summary>
    public void Overhear(byte[] bytes)
    {
        if (recorded.Count < Kept)
            recorded.Add(bytes);
        else
            recorded[universe.Chance.Below(Kept)] = bytes;
    }

    public byte[] Segment(SimNode asker, HubId hub, Position after, int limit)
    {
        if (hub == node.Id)
            return OwnSegment(asker, after, limit);
        if (Tampers && !universe.Network.IsHealed && universe.Chance.Percent(20) && recorded.Count > 0)
            return universe.Chance.Pick(recorded);
        var bytes = Serving.Segment(node, hub, after, limit);
        return Tampers && universe.Chance.Percent(60) ? forgery.Of(hub, bytes) : bytes;
    }

    public Change? One(HubId hub, Position position)
    {
        var change = Serving.One(node, hub, position);
        return Tampers && change is not null && universe.Chance.Percent(60) ? Forgery.WithOtherBody(change) : change;
    }

    public HistoryAnswer? History(HubId hub, Position at) => Tampers && universe.Chance.Percent(50)
        ? Serving.History(node, hub, at) is { } answer ? answer with { Root = answer.Head.Identity } : null
        : Serving.History(node, hub, at);

    public HeadAnswer Keys(HubId hub)
    {
        var answer = Serving.Head(node, hub);
        return Tampers && universe.Chance.Percent(60) && hub != node.Id
            ? answer with { Rotations = [forgery.Rotation(hub)], Head = universe.Chance.Percent(30) ? forgery.Head(hub) : answer.Head }
            : answer;
    }

    public IReadOnlyDictionary<HubId, SignedHead> Heads()
    {
        var heads = new Dictionary<HubId, SignedHead>(Serving.Heads(node));
        if (Tampers && universe.Chance.Percent(50))
        {
            var victim = universe.Chance.Pick(universe.Nodes);
            if (victim != node && heads.ContainsKey(victim.Id))
                heads[victim.Id] = forgery.Head(victim.Id);
        }
        return heads;
    }

    private byte[] OwnSegment(SimNode asker, Position after, int limit)
    {
        var table = asker.Index % 2 == 1 && other is not null ? other : node.Store.Tables.Of(node.Id);
        var bytes = Serving.Segment(table, after, limit);
        return Malice == Malice.BadBodies ? forgery.OwnSegment(bytes) : bytes;
    }

    private void Act()
    {
        universe.Scheduler.After(Interval, Act);
        if (!node.IsUp || universe.IsClosing)
            return;
        var victim = universe.Chance.Pick(universe.Nodes);
        if (Tampers && !universe.Network.IsHealed && victim != node)
            Send(forgery.Of(victim.Id, []), universe.Chance.Pick(universe.Nodes));
        if (recorded.Count > 0 && Tampers)
            Send(universe.Chance.Pick(recorded), universe.Chance.Pick(universe.Nodes));
        if (Malice == Malice.Forks && !universe.Network.IsHealed && node.Store.Tables.Of(node.Id).Head is not null)
        {
            // The second history goes on from a copy of the first, and only some are told.
            other ??= node.Store.Copy().Of(node.Id);
            var bytes = forgery.Extend(other);
            foreach (var peer in universe.Nodes.Where(n => n != node && n.Index % 2 == 1))
                Send(bytes, peer);
        }
    }

    private void Send(byte[] bytes, SimNode to)
    {
        if (bytes.Length > 0 && to != node)
            universe.Network.Send(node, to, () => bytes);
    }
}
