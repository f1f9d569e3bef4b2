using CafeIA.Federation.Protocol.Identifiers;

namespace CafeIA.Federation.Chaos.Load;

/// <summary>How an entry must stand once all is healed.</summary>
/// <param name="Hub">Its hub.</param>
/// <param name="Op">What the last acknowledged command did.</param>
/// <param name="Title">Its title after a put.</param>
internal sealed record ExpectedEntry(string Hub, ChangeOp Op, string Title);

/// <summary>Everything that was asked and everything that was acknowledged: what the federation must hold in the end. Thread-safe.</summary>
internal sealed class Expectations
{
    private readonly Lock gate = new();
    private readonly Dictionary<(string Hub, CommandId Id), Command> sent = [];
    private readonly Dictionary<(string Hub, CommandId Id), Acknowledgement> acknowledged = [];
    private readonly Dictionary<Guid, ExpectedEntry> entries = [];
    private readonly HashSet<(string Hub, CommandId Id)> excused = [];
    private readonly HashSet<Guid> excusedEntries = [];

    /// <summary>Called with the place of each change that was acknowledged with one.</summary>
    public event Action<Position>? Accepted;

    public void Sent(Command command)
    {
        lock (gate)
            sent[(command.Hub, command.Id)] = command;
    }

    public void Acknowledged(Command command, Acknowledgement answer)
    {
        lock (gate)
        {
            acknowledged[(command.Hub, command.Id)] = answer;
            entries[answer.Entry] = new(command.Hub, command.Op, command.Title);
            // From now on it is known again how the entry must stand.
            excusedEntries.Remove(answer.Entry);
        }
        if (answer.Position is { } position)
            Accepted?.Invoke(position);
    }

    /// <summary>What a hub had acknowledged, when it lost its disk and no other node held it: it may be gone, and need not be.</summary>
    /// <param name="hub">The hub.</param>
    /// <param name="held">Commands of its journal's newest epoch that another node holds.</param>
    /// <param name="epoch">That epoch: what was acknowledged in a former one was taken over when it was opened, and is held as far as it still counts.</param>
    /// <returns>How many commands are excused by it.</returns>
    public int Excuse(string hub, IReadOnlySet<CommandId> held, uint epoch)
    {
        lock (gate)
        {
            var lost = acknowledged.Where(a => a.Key.Hub == hub && !held.Contains(a.Key.Id) && !excused.Contains(a.Key) && !(a.Value.Position?.Epoch < epoch)).ToList();
            foreach (var (key, answer) in lost)
            {
                excused.Add(key);
                excusedEntries.Add(answer.Entry);
            }
            return lost.Count;
        }
    }

    /// <summary>The commands of a hub that were acknowledged with a place up to there, or in a former epoch.</summary>
    public IReadOnlySet<CommandId> UpTo(string hub, Position end)
    {
        lock (gate)
            return acknowledged.Where(a => a.Key.Hub == hub && a.Value.Position <= end).Select(a => a.Key.Id).ToHashSet();
    }

    /// <summary>True where the entry's last acknowledged change may have been lost with a disk.</summary>
    public bool IsExcused(Guid entry)
    {
        lock (gate)
            return excusedEntries.Contains(entry);
    }

    public Picture Take()
    {
        lock (gate)
            return new(sent.ToDictionary(), acknowledged.ToDictionary(), entries.ToDictionary(), excused.ToHashSet(), excusedEntries.ToHashSet());
    }

    /// <summary>All of it at one moment.</summary>
    internal sealed record Picture(
        IReadOnlyDictionary<(string Hub, CommandId Id), Command> Sent,
        IReadOnlyDictionary<(string Hub, CommandId Id), Acknowledgement> Acknowledged,
        IReadOnlyDictionary<Guid, ExpectedEntry> Entries,
        IReadOnlySet<(string Hub, CommandId Id)> Excused,
        IReadOnlySet<Guid> ExcusedEntries);
}
