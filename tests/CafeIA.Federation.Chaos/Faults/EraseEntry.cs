using CafeIA.Federation.Chaos.Load;
using CafeIA.Federation.Chaos.Stage;
using CafeIA.Federation.Protocol.Identifiers;

namespace CafeIA.Federation.Chaos.Faults;

/// <summary>No fault but a command that only the operator's console has: an event is written, then erased. From its acknowledgement on no node may serve a byte of it, whatever strikes.</summary>
internal sealed class EraseEntry(FederationStage federation, CommandSender sender, Expectations expectations) : Fault
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private int count;

    public override string Name => "erase";

    public override Strike Plan(Random random)
    {
        var hub = One(random, federation.Hubs);
        var pause = Seconds(random, 0, 5);
        var number = ++count;
        // The node stays up for it: a console that finds none starts one of its own.
        return new(hub.Name, $"{hub.Name} : une fiche écrite, puis effacée après {pause.TotalSeconds} s", async heal =>
        {
            using var giveUp = new CancellationTokenSource(Patience);
            var put = new Command(hub.Name, $"{hub.Name}-e-{number}", CommandId.From(hub.Credentials.Account, $"{hub.Name}-e-{number}"), ChangeOp.Put, null, $"Café à effacer {number}", null);
            expectations.Sent(put);
            var (answer, refusal) = await sender.SendAsync(hub, put, giveUp.Token);
            if (answer is null)
                throw new InvalidOperationException(refusal);
            expectations.Acknowledged(put, answer);
            await HoldAsync(pause, heal);
            await EraseAsync(hub, answer.Entry, giveUp.Token);
        });
    }

    private async Task EraseAsync(StagedHub hub, Guid entry, CancellationToken giveUp)
    {
        // The name by which the console's command is known over its repetitions.
        var command = new Command(hub.Name, $"effacement {entry}", CommandId.From("effacement", entry.ToString()), ChangeOp.Erase, entry, "", null);
        expectations.Sent(command);
        while (true)
        {
            var (_, _, notes) = await hub.Node.RunAsync(giveUp, "erase", entry.ToString());
            if (notes.Contains("effacée par le changement", StringComparison.Ordinal))
                break;
            await Task.Delay(Pause, TimeProvider.System, giveUp);
        }
        expectations.Acknowledged(command, new(entry, null));
    }
}
