using CafeIA.Federation.Chaos.Stage;

namespace CafeIA.Federation.Chaos.Faults;

/// <summary><c>kill -9</c> of the broker, with or without all it ever wrote.</summary>
internal sealed class KillBroker(FederationStage federation, bool wipe) : Fault
{
    public override string Name => wipe ? "wipe-broker" : "kill-broker";

    public override Strike Plan(Random random)
    {
        var pause = Seconds(random, 0, 15);
        return new("courtier", $"courtier tué{(wipe ? ", ses données effacées" : "")}, relancé après {pause.TotalSeconds} s", async heal =>
        {
            await federation.Broker.KillAsync();
            if (wipe)
                federation.Broker.Wipe();
            await HoldAsync(pause, heal);
            await federation.Broker.StartAsync(CancellationToken.None);
        });
    }
}

/// <summary>SIGSTOP of the broker: connections stand and nothing answers.</summary>
internal sealed class StopBroker(FederationStage federation, double longest) : Fault
{
    public override string Name => "sigstop-broker";

    public override int Weight => 1;

    public override Strike Plan(Random random)
    {
        var length = Seconds(random, 2, longest);
        return new("courtier", $"courtier gelé {length.TotalSeconds} s", async heal =>
        {
            if (federation.Broker.ProcessId is not { } id)
                return;
            Signals.Send(id, Signals.Stop);
            await HoldAsync(length, heal);
            Signals.Send(id, Signals.Continue);
        });
    }
}
