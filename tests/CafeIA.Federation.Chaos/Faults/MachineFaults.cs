using System.Globalization;
using CafeIA.Federation.Chaos.Stage;

namespace CafeIA.Federation.Chaos.Faults;

/// <summary>The disk of one node is full to the last byte for a while.</summary>
internal sealed class FillDisk(FederationStage federation) : Fault
{
    public override string Name => "disk-full";

    public override Strike Plan(Random random)
    {
        var node = federation.Hubs[^1].Node;
        var length = Seconds(random, 3, 20);
        return new(node.Hub, $"{node.Hub} : disque plein {length.TotalSeconds} s", async heal =>
        {
            try
            {
                await federation.SmallDisk.FillAsync();
                await HoldAsync(length, heal);
            }
            finally
            {
                federation.SmallDisk.Free();
            }
            await node.AwaitReadyAsync(federation.Client, CancellationToken.None);
        });
    }
}

/// <summary>A node's wall clock jumps, forwards or back, by up to two hours, and later returns. Timers, which stand on the monotonic clock, go on.</summary>
internal sealed class JumpClock(FederationStage federation) : Fault
{
    private const int MostSeconds = 7_200;

    public override string Name => "clock-jump";

    public override Strike Plan(Random random)
    {
        var hub = One(random, federation.Hubs);
        var seconds = random.Next(-MostSeconds, MostSeconds);
        var length = Seconds(random, 5, 40);
        return new($"horloge {hub.Name}", string.Create(CultureInfo.InvariantCulture, $"{hub.Name} : horloge décalée de {seconds} s, {length.TotalSeconds} s"), async heal =>
        {
            Set(hub, seconds);
            await HoldAsync(length, heal);
            Set(hub, 0);
        });
    }

    private static void Set(StagedHub hub, int seconds)
    {
        // In one step: a reader of half a file would see another jump.
        var made = hub.ClockFile + ".new";
        File.WriteAllText(made, seconds.ToString("+0;-0", CultureInfo.InvariantCulture));
        File.Move(made, hub.ClockFile, overwrite: true);
    }
}
