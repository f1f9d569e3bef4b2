using CafeIA.Federation.Chaos.Stage;

namespace CafeIA.Federation.Chaos.Faults;

/// <summary><c>kill -9</c> of a node; its PostgreSQL runs on and the next start finds it.</summary>
internal sealed class KillNode(FederationStage federation) : Fault
{
    public override string Name => "kill-node";

    public override int Weight => 4;

    public override Strike Plan(Random random)
    {
        var node = One(random, federation.Hubs).Node;
        var pause = Seconds(random, 0, 8);
        return new(node.Hub, $"{node.Hub} tué, relancé après {pause.TotalSeconds} s", async heal =>
        {
            await node.KillAsync();
            await HoldAsync(pause, heal);
            node.Start();
            await node.AwaitReadyAsync(federation.Client, CancellationToken.None);
        });
    }
}

/// <summary><c>kill -9</c> of a node and of its PostgreSQL at once, as when the machine's power goes.</summary>
internal sealed class KillMachine(FederationStage federation) : Fault
{
    public override string Name => "kill-machine";

    public override Strike Plan(Random random)
    {
        var node = One(random, federation.Hubs).Node;
        var pause = Seconds(random, 0, 8);
        return new(node.Hub, $"{node.Hub} et sa base tués, relancés après {pause.TotalSeconds} s", async heal =>
        {
            await node.KillAsync();
            await node.StopPostgresAsync();
            await HoldAsync(pause, heal);
            node.Start();
            await node.AwaitReadyAsync(federation.Client, CancellationToken.None);
        });
    }
}

/// <summary><c>kill -9</c> of the postmaster: the node has to bring its PostgreSQL back by itself.</summary>
internal sealed class KillPostmaster(FederationStage federation) : Fault
{
    public override string Name => "kill-postmaster";

    public override Strike Plan(Random random)
    {
        var node = One(random, federation.Hubs).Node;
        return new(node.Hub, $"{node.Hub} : postmaster tué", async _ =>
        {
            node.KillPostmaster();
            await node.AwaitReadyAsync(federation.Client, CancellationToken.None);
        });
    }
}

/// <summary><c>kill -9</c> of one of PostgreSQL's children: the postmaster ends all sessions and recovers.</summary>
internal sealed class KillBackend(FederationStage federation) : Fault
{
    public override string Name => "kill-backend";

    public override Strike Plan(Random random)
    {
        var node = One(random, federation.Hubs).Node;
        var which = random.Next(1_000);
        return new(node.Hub, $"{node.Hub} : un processus de sa base tué", async _ =>
        {
            if (node.Postmaster is { } postmaster && Signals.Children(postmaster) is { Count: > 0 } children)
                Signals.Send(children[which % children.Count], Signals.Kill);
            await node.AwaitReadyAsync(federation.Client, CancellationToken.None);
        });
    }
}

/// <summary>SIGSTOP for up to a minute, then SIGCONT: a node, or all of a node's PostgreSQL, that hangs and comes back.</summary>
internal sealed class StopProcess(FederationStage federation, double longest) : Fault
{
    public override string Name => "sigstop";

    public override int Weight => 3;

    public override Strike Plan(Random random)
    {
        var node = One(random, federation.Hubs).Node;
        var isDatabase = random.Next(3) == 0;
        var length = Seconds(random, 2, longest);
        return new(node.Hub, $"{node.Hub} : {(isDatabase ? "sa base" : "le nœud")} gelé {length.TotalSeconds} s", async heal =>
        {
            var stopped = isDatabase
                ? node.Postmaster is { } postmaster ? [postmaster, .. Signals.Children(postmaster)] : []
                : node.ProcessId is { } id ? new[] { id } : [];
            foreach (var process in stopped)
                Signals.Send(process, Signals.Stop);
            await HoldAsync(length, heal);
            foreach (var process in stopped)
                Signals.Send(process, Signals.Continue);
            await node.AwaitReadyAsync(federation.Client, CancellationToken.None);
        });
    }
}
