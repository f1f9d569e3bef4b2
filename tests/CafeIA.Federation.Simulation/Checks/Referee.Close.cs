using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Protocol.Journal;
using CafeIA.Federation.Simulation.Nodes;
using CafeIA.Federation.Simulation.Store;
using CafeIA.Federation.Simulation.World;

namespace CafeIA.Federation.Simulation.Checks;

/// <summary>The end of a run: when all are equal, and whether what they are equal to is what was acknowledged.</summary>
internal sealed partial class Referee
{
    /// <summary>What is still to happen before the run can end; null: nothing.</summary>
    public string? WhyNotEqual()
    {
        foreach (var node in universe.Honest)
        {
            if (!node.IsUp)
                return $"{node} is down";
            if (node.Own.IsSuspect)
                return $"{node} doubts its database";
            if (universe.Authors[node.Index].Unanswered > 0)
                return $"{universe.Authors[node.Index].Unanswered} commands to {node} have no answer";
            if (node.Store.Tables.Expelled.Hubs.Count != (Expelled is null ? 0 : 1))
                return $"{node} does not know whom the members put out";
        }
        return universe.Nodes.Where(n => n.Adversary is null || universe.Scenario.Malice != Malice.Forks).Select(WhyNotEqual).FirstOrDefault(r => r is not null)
            ?? universe.Nodes.Where(n => n.Adversary is not null && universe.Scenario.Malice == Malice.Forks).Select(WhyNotFrozen).FirstOrDefault(r => r is not null);
    }

    /// <summary>Every invariant that shows only in the whole.</summary>
    public void Close()
    {
        foreach (var node in universe.Honest)
        {
            CheckErased(node);
            CheckVisible(node);
            if (node.Replicas.Values.FirstOrDefault(r => !r.IsOfItsEpoch) is { } replica)
                throw new BrokenInvariantException(4, $"{node} believes a head of {replica.Hub} whose epoch has ended");
        }
        foreach (var node in universe.Honest)
        {
            CheckAcknowledged(node);
            if (!node.IsSlow)
                CheckSame(node);
        }
        foreach (var reader in universe.Readers)
            reader.Close();
    }

    /// <summary>The members put a hub out.</summary>
    public void Expel(HubId hub) => Expelled = hub;

    /// <summary>Whom the members put out; null: nobody.</summary>
    public HubId? Expelled { get; private set; }

    private string? WhyNotEqual(SimNode author)
    {
        // What never answers reaches the others by the lane alone, or not at all.
        if (author.IsSlow)
            return null;
        var truth = author.Store.Tables.Of(author.Id);
        if (truth.Fork is not null)
            return $"{author} is frozen";
        if (LacksBody(author, author) is { } own)
            return own;
        foreach (var node in universe.Honest.Where(n => n != author))
        {
            var table = node.Store.Tables.Of(author.Id);
            if (table.Fork is not null)
                return $"{author} is frozen at {node}";
            if (table.End != truth.End || table.Root != truth.Root)
                return $"{node} holds {table.End} of {author}, which stands at {truth.End}";
            // What was lost with a disk may be known of by name.
            if (ledger.LineOf(author.Index) == 0 && node.Replicas[author.Id].IsBehind)
                return $"{node} believes it is behind {author}";
            if (LacksBody(node, author) is { } lacks)
                return lacks;
        }
        return null;
    }

    private string? LacksBody(SimNode node, SimNode author)
    {
        var table = node.Store.Tables.Of(author.Id);
        // Who was told that an entry is erased takes no body of it, also when its author's whole machine was put back to before that and everybody else has forgotten.
        return author.Adversary is null && table.Current.Values.FirstOrDefault(c => c.Op == ChangeOp.Put && table.Row(c.Position).Body is null && IsBodyHeld(author, c) && !node.Erased.Contains(author.Id, c.Entry)) is { } hidden
            ? $"{node} lacks the body of {author} {hidden.Position}"
            : null;
    }

    /// <summary>A disk may have been the last to hold a body whose header others have: then it is gone with that disk.</summary>
    private bool IsBodyHeld(SimNode author, CurrentChange current) => universe.Honest.Any(n =>
        n.Store.Tables.Of(author.Id) is { } table && table.Current.TryGetValue(current.Entry, out var held) && held.Leaf == current.Leaf && table.Row(held.Position).Body is not null);

    /// <summary>Where two nodes hold two histories of a hub, one of them at least holds the proof and stands still: the other may be ahead of all it can be shown.</summary>
    private string? WhyNotFrozen(SimNode forger)
    {
        var tables = universe.Honest.Select(n => (Node: n, Table: n.Store.Tables.Of(forger.Id))).ToArray();
        foreach (var (node, table) in tables)
        {
            foreach (var (other, theirs) in tables)
            {
                if (table.Epoch != theirs.Epoch)
                    return $"{node} holds epoch {table.Epoch} of {forger}, {other} epoch {theirs.Epoch}";
                var common = (int)Math.Min(table.Size, theirs.Size);
                if (table.Fork is null && theirs.Fork is null && table.Rows(table.Epoch).Take(common).Zip(theirs.Rows(table.Epoch)).Any(p => p.First.Leaf != p.Second.Leaf))
                    return $"{node} and {other} hold two histories of {forger}, and neither knows";
            }
        }
        return null;
    }

    /// <summary>Every node holds the same entries of a hub as the hub itself.</summary>
    private void CheckSame(SimNode author)
    {
        var truth = author.Store.Tables.Of(author.Id).Current;
        foreach (var node in universe.Honest)
        {
            var held = node.Store.Tables.Of(author.Id).Current;
            if (held.Count != truth.Count || held.Values.Any(c => !truth.TryGetValue(c.Entry, out var current) || current.Leaf != c.Leaf))
                throw new BrokenInvariantException(1, $"{node} holds {held.Count} entries of {author}, which has {truth.Count}, or others");
        }
    }

    private void CheckVisible(SimNode node)
    {
        foreach (var hub in universe.Nodes)
        {
            var visible = Serving.Visible(node, hub.Id);
            if (Expelled == hub.Id && visible.Count > 0)
                throw new BrokenInvariantException(9, $"{node} shows {visible.Count} entries of {hub}, which was put out");
            foreach (var change in visible.Values)
            {
                if (!change.BodyMatches)
                    throw new BrokenInvariantException(9, $"{node} shows a body of {hub} {change.Header.Position} that its header does not commit to");
                if (erased.Contains((node.Index, hub.Id, change.Header.Entry)))
                    throw new BrokenInvariantException(8, $"{node} shows {hub} {change.Header.Position}, which was erased");
            }
            if (node.Store.Tables.Of(hub.Id).Fork is { } fork)
                CheckProof(node, hub, fork);
        }
    }

    private static void CheckProof(SimNode node, SimNode hub, (Protocol.Heads.SignedHead Ours, Protocol.Heads.SignedHead Theirs) fork)
    {
        var ring = node.KeysOf(hub.Id);
        foreach (var head in new[] { fork.Ours, fork.Theirs })
        {
            if (ring.For(head.Head.Key, head.Head.Position) is not { } key || !head.IsSignedBy(key))
                throw new BrokenInvariantException(3, $"{node} froze {hub} on a head that {hub} did not sign");
        }
        if (fork.Ours.Identity == fork.Theirs.Identity)
            throw new BrokenInvariantException(3, $"{node} froze {hub} on one head");
    }

    /// <summary>The model: for each entry, what was acknowledged of it and is held anywhere is in sight.</summary>
    private void CheckAcknowledged(SimNode node)
    {
        var table = node.Store.Tables.Of(node.Id);
        foreach (var group in commands.Values.Where(c => c.Node == node && c is { Acknowledged: not null, IsLost: false }).GroupBy(c => EntryOf(table, c)))
        {
            var names = string.Join(", ", group.Select(c => c.Name));
            if (group.Key is not { } entry || !table.Current.TryGetValue(entry, out var current))
                throw new BrokenInvariantException(2, $"{node} has lost the entry of {names}");
            var row = table.Row(current.Position);
            var rank = group.Max(c => Rank(c.Intent.Op));
            if (Rank(current.Op) < rank)
                throw new BrokenInvariantException(11, $"{node} shows again what was withdrawn or erased by one of {names}");
            if (current.Op == ChangeOp.Erase && erased.Contains((node.Index, node.Id, entry)))
                continue;
            // Of a command that made an entry in each of two histories only one keeps its name.
            if (row.Parsed.Command.IsNone && table.Epoch > 1)
                continue;
            if (!commands.TryGetValue(row.Parsed.Command, out var last) || last.Intent.Op != current.Op)
                throw new BrokenInvariantException(1, $"{node} holds at {current.Position} what no command said");
            if (current.Op == ChangeOp.Put && row.Body is null && !IsBodyHeld(node, current))
                continue;
            if (current.Op == ChangeOp.Put && !(row.Body is { } body && last.Intent.Body is { } said && body.Span.SequenceEqual(said.Span)))
                throw new BrokenInvariantException(1, $"{node} holds another body at {current.Position} than {last.Name} gave");
            // Two histories that both withdrew or both erased it say the same: nothing of either is lost.
            foreach (var command in group.Where(c => current.Op == ChangeOp.Put && c.Intent.Op == ChangeOp.Put))
            {
                if (!ledger.Accounts(last.Id, command.Id))
                    throw new BrokenInvariantException(2, $"{command.Name} was acknowledged at {command.Acknowledged} and is gone without a word: {last.Name} stands in its place");
            }
        }
        if (ledger.LineOf(node.Index) == 0 && table.Epoch == 1)
            CheckReplay(node, table);
    }

    /// <summary>Where nothing was ever put back, the journal is the acknowledged commands in their order, each once, and nothing else.</summary>
    private void CheckReplay(SimNode node, JournalTable table)
    {
        var model = new Dictionary<CommandId, Position>();
        foreach (var command in commands.Values.Where(c => c.Node == node && c.Acknowledged is not null))
            model[command.Id] = command.Acknowledged!.Value;
        var written = table.Rows(1)
            .Where(r => r.Parsed.Kind != EntryKind.Control && (model.ContainsKey(r.Parsed.Command) || commands.GetValueOrDefault(r.Parsed.Command) is not { IsRefused: true }))
            .ToArray();
        foreach (var row in written)
        {
            if (!model.TryGetValue(row.Parsed.Command, out var position) || position != row.Parsed.Position)
                throw new BrokenInvariantException(1, $"{node} holds {NameOf(row.Parsed.Command)} at {row.Parsed.Position}, where the acknowledged commands have it {(model.ContainsKey(row.Parsed.Command) ? $"at {position}" : "nowhere")}");
        }
        if (written.Length != model.Count)
            throw new BrokenInvariantException(2, $"{node} holds {written.Length} changes of {model.Count} acknowledged commands");
    }

    /// <summary>A command that made its entry may have been written under the id of an earlier try.</summary>
    private static EntryId? EntryOf(JournalTable table, GivenCommand command) => table.FindCommand(command.Id)?.Parsed.Entry ?? command.Intent.Entry;

    private static int Rank(ChangeOp op) => op switch { ChangeOp.Erase => 2, ChangeOp.Withdraw => 1, _ => 0 };
}
