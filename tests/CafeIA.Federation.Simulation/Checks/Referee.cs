using CafeIA.Federation.Protocol;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Protocol.Journal;
using CafeIA.Federation.Protocol.Merkle;
using CafeIA.Federation.Protocol.Sequencing;
using CafeIA.Federation.Simulation.Nodes;
using CafeIA.Federation.Simulation.Store;
using CafeIA.Federation.Simulation.World;

namespace CafeIA.Federation.Simulation.Checks;

/// <summary>Sees every effect of every node and holds it against the invariants as it happens. It knows nothing of how nodes decide.</summary>
internal sealed partial class Referee(Universe universe)
{
    /// <summary>The most that may wait anywhere.</summary>
    private const int MostWaiting = 16;

    private readonly Ledger ledger = new();
    private readonly Dictionary<int, uint> opened = [];
    private readonly Dictionary<CommandId, GivenCommand> commands = [];
    private readonly Dictionary<(int Node, HubId Hub), Position> ends = [];
    private readonly HashSet<(int Node, HubId Hub, EntryId Entry)> erased = [];
    private readonly Dictionary<int, List<(Position Position, Hash Leaf)>> held = [];
    private readonly Dictionary<int, List<(Protocol.Recovery.HighWater? Mark, byte[]? Erased)>> disks = [];

    private readonly Dictionary<int, HashSet<int>> vouchers = [];
    private readonly Dictionary<int, Position> told = [];
    private readonly Dictionary<int, HashSet<int>> gone = [];

    public Ledger Ledger => ledger;

    /// <summary>The longest queue of the run.</summary>
    public int MostSeen { get; private set; }

    public GivenCommand Given(SimNode node, string name, Intent intent) => commands[intent.Command] = new(node, name, intent);

    /// <summary>An answer leaves a node.</summary>
    public void Sent(SimNode node, GivenCommand command, Answer answer)
    {
        if (answer.Kind != AnswerKind.Acknowledged)
            return;
        universe.Trace.Note($"{node} acknowledges {command.Name} at {answer.Position}");
        var table = node.Store.Tables.Of(node.Id);
        if (answer.Position.Seq == 0 || answer.Position.Seq > (ulong)table.Rows(answer.Position.Epoch).Count || table.Row(answer.Position).Parsed.Command != command.Id)
            throw new BrokenInvariantException(2, $"{node} acknowledged {command.Name} at {answer.Position}, which is not committed");
        if (node.Mark.Durable is not { } mark || mark.End < answer.Position)
            throw new BrokenInvariantException(2, $"{node} acknowledged {command.Name} at {answer.Position} before its high-water file knew");
        if (command.Acknowledged is { } first && first != answer.Position && ledger.LineOf(node.Index) == 0 && first.Epoch == answer.Position.Epoch)
            throw new BrokenInvariantException(5, $"{command.Name} was written twice, at {first} and {answer.Position}");
        command.Acknowledged = answer.Position;
        // A hub whose whole machine was put back unnoticed to before an epoch it had opened goes on in one that is over: what it writes there nobody takes, and it goes when the hub hears of the other.
        command.IsLost = answer.Position.Epoch < opened.GetValueOrDefault(node.Index);
    }

    /// <summary>An author was told for good.</summary>
    public void Answered(SimNode node, GivenCommand command, Answer answer)
    {
        command.IsAnswered = true;
        command.IsRefused |= answer.Kind == AnswerKind.Refused;
        if (answer.Kind == AnswerKind.Refused)
            universe.Trace.Note($"{node} refuses {command.Name}: {answer.Code}");
    }

    /// <summary>A batch is durable at a node.</summary>
    public void Committed(SimNode node, HubId hub, JournalBatch batch, bool isOwn)
    {
        CheckOrder(node, hub, batch);
        var table = node.Store.Tables.Of(hub);
        // Another epoch ends the fork; until then both histories stand where they stood.
        if (table.Fork is not null)
            throw new BrokenInvariantException(3, $"{node} went on with {hub} to {batch.End} though it knows of two histories");
        if (isOwn)
            TakeOwn(node, table, batch);
        var author = universe.Node(hub);
        foreach (var (change, _) in batch.Changes)
        {
            var header = change.Header;
            if (ledger.Find(hub, header.Position, change.Leaf) is null)
                throw new BrokenInvariantException(9, $"{node} holds {hub} {header.Position}, which {hub} never signed");
            if (change.Body is { } body && author.Adversary is null && !ledger.Wrote(hub, header.Commitment, body))
                throw new BrokenInvariantException(9, $"{node} holds a body of {hub} {header.Position} that {hub} never wrote");
        }
        CheckDigest(node, hub, table, batch);
        if (batch.EndsOpening && table.Epochs.Where(e => e < batch.Epoch).SelectMany(table.Rows).FirstOrDefault(r => r.Body is not null) is { } left)
            throw new BrokenInvariantException(8, $"{node} keeps the body of {hub} {left.Parsed.Position}, whose epoch has ended: an erasure would not find it");
        Remember(node);
    }

    /// <summary>Something waits at a node.</summary>
    public void Queued(SimNode node, string what, int count)
    {
        MostSeen = Math.Max(MostSeen, count);
        if (count > MostWaiting)
            throw new BrokenInvariantException(12, $"{count} wait in the {what} of {node}");
    }

    /// <summary>A node begins to serve.</summary>
    public void Starting(SimNode node)
    {
        vouchers[node.Index] = [];
        gone[node.Index] = [];
        told[node.Index] = node.Mark.Durable?.End ?? default;
    }

    /// <summary>A node serves from now on.</summary>
    public void Started(SimNode node) => CheckErased(node);

    /// <summary>A member tells a hub what it holds of it.</summary>
    public void Vouched(SimNode asker, SimNode member)
    {
        if (!member.Own.IsSuspect)
            vouchers[asker.Index].Add(member.Index);
    }

    /// <summary>A hub heard a member's answer: from now on it knows that it signed so far.</summary>
    public void Told(SimNode asker, SimNode member, HeadAnswer answer)
    {
        if (member.Adversary is not null)
            return;
        foreach (var head in new[] { answer.Head, answer.Known }.OfType<Protocol.Heads.SignedHead>())
        {
            if (head.Head.Position > told[asker.Index])
                told[asker.Index] = head.Head.Position;
        }
        if (!answer.IsSuspect)
            gone[asker.Index].Remove(member.Index);
    }

    /// <summary>The operator named a member that cannot vouch.</summary>
    public void Gone(SimNode asker, SimNode member)
    {
        vouchers[asker.Index].Add(member.Index);
        gone[asker.Index].Add(member.Index);
    }

    /// <summary>A hub that was in doubt goes on.</summary>
    public void Settled(SimNode node)
    {
        foreach (var member in universe.Nodes)
        {
            if (member != node && !vouchers[node.Index].Contains(member.Index))
                throw new BrokenInvariantException(3, $"{node} went on before {member} had said, free of doubt, what it holds");
        }
        CheckHeld(node, $"{node} is sure of its journal");
    }

    /// <summary>A node's erase list names these for good.</summary>
    public void Erased(SimNode node, IReadOnlyCollection<(HubId Hub, EntryId Entry)> entries)
    {
        foreach (var (hub, entry) in entries)
            erased.Add((node.Index, hub, entry));
    }

    /// <summary>What a loser of a merge was is listed for the operator.</summary>
    public void Lost(HubId hub, Change loser)
    {
        universe.Trace.Note($"{hub} lists {NameOf(loser.Header.Command)} as the loser of a merge");
        ledger.Lose(loser.Header.Command);
    }

    /// <summary>A malicious hub signs something.</summary>
    public void Signed(HubId hub, Change change) => ledger.TryAuthor(hub, -1, change);

    private void CheckOrder(SimNode node, HubId hub, JournalBatch batch)
    {
        var end = ends.GetValueOrDefault((node.Index, hub), new(1, 0));
        var expected = batch.Epoch == end.Epoch ? end.Seq : 0;
        if (batch.Epoch < end.Epoch)
            throw new BrokenInvariantException(4, $"{node} went back from {end} of {hub} to epoch {batch.Epoch}");
        foreach (var (change, _) in batch.Changes)
        {
            if (change.Header.Position != new Position(batch.Epoch, ++expected))
                throw new BrokenInvariantException(change.Header.Position.Seq < expected ? 5 : 4, $"{node} holds {hub} {change.Header.Position} where {batch.Epoch}.{expected} belongs");
        }
        ends[(node.Index, hub)] = batch.End;
    }

    private void TakeOwn(SimNode node, JournalTable table, JournalBatch batch)
    {
        var line = ledger.LineOf(node.Index);
        if (batch.EndsOpening)
            opened[node.Index] = Math.Max(batch.Epoch, opened.GetValueOrDefault(node.Index));
        foreach (var (change, previousSeq) in batch.Changes)
        {
            if (!ledger.TryAuthor(node.Id, line, change))
                throw new BrokenInvariantException(7, $"{node} wrote twice at {change.Header.Position}");
            var header = change.Header;
            // Where a member was named gone, two histories are foreseen, and brought together when it is back.
            if (header.Position <= told[node.Index] && gone[node.Index].Count == 0 && node.Adversary is null)
                throw new BrokenInvariantException(3, $"{node} wrote at {header.Position} though it knew that it had signed up to {told[node.Index]}");
            if (header.Command.IsNone || batch.EndsOpening)
                continue;
            if (!commands.TryGetValue(header.Command, out var command) || command.Node != node)
                throw new BrokenInvariantException(1, $"{node} wrote a command nobody gave");
            var previous = previousSeq == 0 ? default : table.Row(header.Position with { Seq = previousSeq }).Parsed;
            if (previous is { Op: ChangeOp.Withdraw or ChangeOp.Erase } && header.Op == ChangeOp.Put)
                throw new BrokenInvariantException(11, $"{command.Name} brought a withdrawn entry back at {node}");
            if (command.Intent.IfMatch is { } expected && previous?.Position != expected)
                throw new BrokenInvariantException(1, $"{command.Name} was written over {previous?.Position}, not over {expected}");
            if (previous is not null)
                ledger.Follows(header.Command, previous.Command);
        }
        if (batch.EndsOpening)
            return;
        CheckHeld(node, $"{node} began a second history at {batch.Before}");
        held.Remove(node.Index);
    }

    /// <summary>What others held of a hub when its disk was put back has come back.</summary>
    private void CheckHeld(SimNode node, string what)
    {
        var table = node.Store.Tables.Of(node.Id);
        foreach (var (position, leaf) in held.GetValueOrDefault(node.Index) ?? [])
        {
            if (position.Epoch == table.Epoch && (position.Seq > table.Size || table.Row(position).Leaf != leaf))
                throw new BrokenInvariantException(3, $"{what} though {position} was held by others");
        }
    }

    private static void CheckDigest(SimNode node, HubId hub, JournalTable table, JournalBatch batch)
    {
        if (batch.Head.Head.Size != batch.After.Size)
            return;
        var digest = new StateDigest();
        foreach (var current in table.Current.Values.Where(c => c.Position.Epoch == batch.Epoch))
            digest.Replace(current.Entry, null, current.Leaf);
        if (digest.Digest() != batch.Head.Head.StateDigest)
            throw new BrokenInvariantException(1, $"{node} holds another state of {hub} {batch.End} than the head it believes says");
        if (table.RootAt(table.Size) != batch.Head.Head.Root)
            throw new BrokenInvariantException(9, $"{node} holds other changes of {hub} {batch.End} than the head it believes says");
    }

    private void CheckErased(SimNode node)
    {
        foreach (var (hub, table) in node.Store.Tables.Journals)
        {
            foreach (var row in table.Epochs.SelectMany(table.Rows))
            {
                if (row.Body is not null && erased.Contains((node.Index, hub, row.Parsed.Entry)))
                    throw new BrokenInvariantException(8, $"{node} holds the body of {hub} {row.Parsed.Position}, which was erased there");
            }
        }
    }

    private string NameOf(CommandId command) => commands.TryGetValue(command, out var given) ? given.Name : "a command of its own";
}
