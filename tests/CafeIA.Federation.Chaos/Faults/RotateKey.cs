using CafeIA.Federation.Chaos.Stage;

namespace CafeIA.Federation.Chaos.Faults;

/// <summary>No fault but what an operator may do at any time: the hub passes to a new key. Who follows it goes on, whatever strikes meanwhile.</summary>
internal sealed class RotateKey(FederationStage federation) : Fault
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    public override string Name => "rotate-key";

    public override int Weight => 1;

    public override Strike Plan(Random random)
    {
        var hub = One(random, federation.Hubs);
        // The node stays up for it: a console that finds none starts one of its own.
        return new(hub.Name, $"{hub.Name} : nouvelle clé", async _ =>
        {
            using var giveUp = new CancellationTokenSource(Patience);
            while (true)
            {
                var (code, output, notes) = await hub.Node.RunAsync(giveUp.Token, "keys", "rotate");
                if (code == 0)
                    return;
                if (giveUp.IsCancellationRequested)
                    throw new InvalidOperationException($"cafeia keys rotate: {output} {notes}");
                await Task.Delay(Pause, TimeProvider.System, giveUp.Token);
            }
        });
    }
}
