using CafeIA.Federation.Chaos.Links;
using CafeIA.Federation.Chaos.Stage;

namespace CafeIA.Federation.Chaos.Faults;

/// <summary>One direction between two nodes, or a node's way to the broker, is cut.</summary>
internal sealed class CutLink(FederationStage federation) : Fault
{
    public override string Name => "cut-link";

    public override int Weight => 4;

    public override Strike Plan(Random random)
    {
        var link = One(random, [.. federation.Hubs.SelectMany(h => h.Peers.Links.Append(h.Broker.Link))]);
        var how = random.Next(2) == 0 ? Cut.Refused : Cut.Silent;
        var length = Seconds(random, 2, 45);
        return new(link.Name, $"{link.Name} coupé ({(how == Cut.Silent ? "muet" : "refusé")}) {length.TotalSeconds} s", async heal =>
        {
            link.Break(how);
            await HoldAsync(length, heal);
            link.Heal();
        });
    }
}

/// <summary>A node is alone: nothing comes in from the others, nothing goes out to them or to the broker. Its own authors still reach it.</summary>
internal sealed class Isolate(FederationStage federation) : Fault
{
    public override string Name => "isolate";

    public override Strike Plan(Random random)
    {
        var hub = One(random, federation.Hubs);
        var how = random.Next(2) == 0 ? Cut.Refused : Cut.Silent;
        var length = Seconds(random, 5, 60);
        return new("partition", $"{hub.Name} isolé ({(how == Cut.Silent ? "muet" : "refusé")}) {length.TotalSeconds} s", async heal =>
        {
            Link[] links = [.. federation.LinksOf(hub)];
            foreach (var link in links)
                link.Break(how);
            await HoldAsync(length, heal);
            foreach (var link in links)
                link.Heal();
        });
    }
}

/// <summary>A direction that is slow: each piece comes late.</summary>
internal sealed class SlowLink(FederationStage federation) : Fault
{
    public override string Name => "slow-link";

    public override int Weight => 1;

    public override Strike Plan(Random random)
    {
        var link = One(random, [.. federation.Hubs.SelectMany(h => h.Peers.Links.Append(h.Broker.Link))]);
        var delay = Seconds(random, 0.2, 2);
        var length = Seconds(random, 5, 45);
        return new($"{link.Name} lent", $"{link.Name} lent de {delay.TotalSeconds} s, {length.TotalSeconds} s", async heal =>
        {
            link.Delay = delay;
            await HoldAsync(length, heal);
            link.Delay = TimeSpan.Zero;
        });
    }
}
