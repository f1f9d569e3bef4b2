using CafeIA.Federation.Chaos.Report;
using CafeIA.Federation.Chaos.Stage;
using CafeIA.Federation.Protocol.Identifiers;

namespace CafeIA.Federation.Chaos.Load;

/// <summary>One of the tools that write to a hub: creates events, changes and withdraws its own, one command after the other, and repeats each until it is answered.</summary>
internal sealed class Author(StagedHub hub, int number, Random random, CommandSender sender, Expectations expectations, LoadFigures figures, RunLog log)
{
    /// <summary>Entries it keeps; beyond it withdraws.</summary>
    private const int MaxEntries = 150;

    private readonly List<(Guid Entry, Position Version)> entries = [];
    private int count;

    /// <param name="period">From one command to the next, while answers come faster.</param>
    /// <param name="resumed">Completed unless the load pauses.</param>
    /// <param name="stop">No new command after it; the one under way is still repeated.</param>
    /// <param name="giveUp">Nothing is sent after it.</param>
    public async Task RunAsync(TimeSpan period, Func<Task> resumed, CancellationToken stop, CancellationToken giveUp)
    {
        try
        {
            while (!stop.IsCancellationRequested)
            {
                await resumed().WaitAsync(stop);
                var started = TimeProvider.System.GetTimestamp();
                await WriteAsync(Next(), giveUp);
                var rest = period - TimeProvider.System.GetElapsedTime(started);
                if (rest > TimeSpan.Zero)
                    await Task.Delay(rest, TimeProvider.System, stop);
            }
        }
        catch (OperationCanceledException)
        {
            // Told to end.
        }
    }

    private Command Next()
    {
        var key = $"{hub.Name}-{number}-{++count}";
        var id = CommandId.From(hub.Credentials.Account, key);
        var title = $"Café {key}";
        var choice = random.Next(100);
        if (entries.Count == 0 || (choice < 50 && entries.Count < MaxEntries))
            return new(hub.Name, key, id, ChangeOp.Put, null, title, null);
        var (entry, version) = entries[random.Next(entries.Count)];
        // A third of the writes do not say which version they expect.
        Position? expected = random.Next(3) == 0 ? null : version;
        return choice < 85
            ? new(hub.Name, key, id, ChangeOp.Put, entry, title, expected)
            : new(hub.Name, key, id, ChangeOp.Withdraw, entry, title, expected);
    }

    private async Task WriteAsync(Command command, CancellationToken giveUp)
    {
        expectations.Sent(command);
        var started = TimeProvider.System.GetTimestamp();
        var (answer, refusal) = await sender.SendAsync(hub, command, giveUp);
        figures.Answered(TimeProvider.System.GetElapsedTime(started));
        if (command.Entry is { } touched)
            entries.RemoveAll(e => e.Entry == touched);
        if (answer is null)
        {
            // Only where a disk was lost may a version be another than the one that was acknowledged.
            if (command.Entry is not { } entry || !expectations.IsExcused(entry))
                log.Violation($"{command.Key} ({command.Op}, {command.Entry}) a été refusé : {refusal}");
            return;
        }
        if (command.Entry is { } meant && meant != answer.Entry)
            log.Violation($"{command.Key} : la réponse nomme la fiche {answer.Entry}, pas {meant}");
        expectations.Acknowledged(command, answer);
        if (command.Op == ChangeOp.Put)
            entries.Add((answer.Entry, answer.Position!.Value));
    }
}
