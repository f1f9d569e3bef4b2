using CafeIA.Federation.Protocol;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Protocol.Journal;

namespace CafeIA.Federation.Simulation.Checks;

/// <summary>What the hubs have truly signed, and what they were told: against this all else is held.</summary>
internal sealed class Ledger
{
    private readonly Dictionary<(HubId Hub, Position Position), List<(int Line, Change Change)>> authored = [];
    private readonly Dictionary<(HubId Hub, Hash Commitment), ReadOnlyMemory<byte>> bodies = [];
    private readonly Dictionary<CommandId, HashSet<CommandId>> before = [];
    private readonly Dictionary<int, int> lines = [];
    private readonly HashSet<CommandId> losers = [];

    /// <summary>Histories a hub has begun: one, and one more with each database that was put back.</summary>
    public int LineOf(int node) => lines.GetValueOrDefault(node);

    public void BeginLine(int node) => lines[node] = LineOf(node) + 1;

    /// <summary>A hub wrote a change; false when it has written another at this place of the same history.</summary>
    public bool TryAuthor(HubId hub, int line, Change change)
    {
        var key = (hub, change.Header.Position);
        if (!authored.TryGetValue(key, out var there))
            authored[key] = there = [];
        if (there.Exists(t => t.Line == line && t.Change.Leaf != change.Leaf))
            return false;
        there.Add((line, change));
        if (change.Body is { } body)
            bodies[(hub, change.Header.Commitment)] = body;
        return true;
    }

    /// <summary>True when the hub wrote this body under the commitment: there, or in the epoch before, for an author that lost a body says the change again without it.</summary>
    public bool Wrote(HubId hub, Hash commitment, ReadOnlyMemory<byte> body) =>
        bodies.TryGetValue((hub, commitment), out var written) && written.Span.SequenceEqual(body.Span);

    /// <summary>The change with this leaf, as its hub signed it; null when it signed none.</summary>
    public Change? Find(HubId hub, Position position, Hash leaf) =>
        authored.TryGetValue((hub, position), out var there) ? there.Find(t => t.Change.Leaf == leaf).Change : null;

    /// <summary>A command was written over what another had written of the entry.</summary>
    public void Follows(CommandId command, CommandId previous)
    {
        if (!before.TryGetValue(command, out var known))
            before[command] = known = [];
        known.Add(previous);
    }

    /// <summary>The operator chose another history's.</summary>
    public void Lose(CommandId command) => losers.Add(command);

    /// <summary>True when the entry's last command came to be in sight of the other one, or the other is listed as the loser of a choice.</summary>
    public bool Accounts(CommandId last, CommandId other) => Reaches(last, other) || losers.Any(l => Reaches(l, other));

    private bool Reaches(CommandId from, CommandId to)
    {
        var seen = new HashSet<CommandId>();
        var open = new Stack<CommandId>([from]);
        while (open.TryPop(out var next))
        {
            if (next == to)
                return true;
            if (seen.Add(next) && before.TryGetValue(next, out var known))
            {
                foreach (var previous in known)
                    open.Push(previous);
            }
        }
        return false;
    }
}
