using CafeIA.Federation.Protocol;
using CafeIA.Federation.Protocol.Heads;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Protocol.Journal;
using CafeIA.Federation.Protocol.Merkle;
using CafeIA.Federation.Protocol.Sequencing;

namespace CafeIA.Federation.Simulation.Store;

/// <summary>A row of the journal: what of a change outlives its body.</summary>
internal sealed class ChangeRow(Change change, ulong previousSeq)
{
    public ReadOnlyMemory<byte> Header { get; } = change.HeaderBytes;

    public ChangeHeader Parsed { get; } = change.Header;

    public Hash Leaf { get; } = change.Leaf;

    public ulong PreviousSeq { get; } = previousSeq;

    public ReadOnlyMemory<byte> Salt { get; private set; } = change.Salt;

    public ReadOnlyMemory<byte>? Body { get; private set; } = change.Body;

    /// <summary>As it is sent and shown.</summary>
    public Change Read() => Change.TryRead(Header, Salt, Body, out var read) ? read : throw new InvalidOperationException("A stored change cannot be read.");

    /// <summary>The body came after all.</summary>
    public void Restore(Change change)
    {
        Salt = change.Salt;
        Body = change.Body;
    }

    public void Purge()
    {
        Salt = default;
        Body = null;
    }
}

/// <summary>All that a node's database holds of one hub: the rows the product keeps in its tables journal, change, entry and hub.</summary>
internal sealed class JournalTable
{
    private readonly Dictionary<uint, List<ChangeRow>> changes = new() { [1] = [] };
    private readonly Dictionary<EntryId, CurrentChange> current = [];
    private readonly Dictionary<CommandId, ChangeRow> commands = [];

    public uint Epoch { get; private set; } = 1;

    public ulong Size => (ulong)changes[Epoch].Count;

    public Position End => new(Epoch, Size);

    public Hash Root { get; private set; } = MerkleTree.EmptyRoot;

    /// <summary>The newest head that covers no more than what is held.</summary>
    public SignedHead? Head { get; private set; }

    /// <summary>The head under which what is held was proven, larger than what is held, and the proof that leads to it; null when <see cref="Head"/> covers all.</summary>
    public (SignedHead Head, IReadOnlyList<Hash> Proof)? Partial { get; private set; }

    /// <summary>The highest head of the history that is held.</summary>
    public SignedHead? Proven => Partial?.Head ?? Head;

    public List<KeyRotation> Rotations { get; } = [];

    /// <summary>The two heads that prove two histories. The hub stands still here until it opens another epoch.</summary>
    public (SignedHead Ours, SignedHead Theirs)? Fork { get; set; }

    public IReadOnlyDictionary<EntryId, CurrentChange> Current => current;

    public IEnumerable<uint> Epochs => changes.Keys;

    public IReadOnlyList<ChangeRow> Rows(uint epoch) => changes.TryGetValue(epoch, out var rows) ? rows : [];

    public ChangeRow Row(Position position) => changes[position.Epoch][(int)position.Seq - 1];

    public ChangeRow? FindCommand(CommandId command) => commands.GetValueOrDefault(command);

    /// <summary>The root at a size of the epoch that stands here.</summary>
    public Hash RootAt(ulong size) => MerkleTree.Root(changes[Epoch].Take((int)size).Select(r => r.Leaf));

    public Hash SubtreeOf(Subtree subtree) =>
        MerkleTree.Root(changes[Epoch].Skip((int)(subtree.Index << subtree.Level)).Take(1 << subtree.Level).Select(r => r.Leaf));

    /// <summary>The state a sequencer or follower goes on from: folded from the rows, as after a start.</summary>
    public JournalState Load()
    {
        var frontier = new Frontier();
        var digest = new StateDigest();
        foreach (var row in changes[Epoch])
        {
            frontier.Append(row.Leaf);
            digest.Replace(row.Parsed.Entry, row.PreviousSeq == 0 ? null : changes[Epoch][(int)row.PreviousSeq - 1].Leaf, row.Leaf);
        }
        var opening = Epoch > 1 && Size > 0 && changes[Epoch][0].Body is { } body ? EpochOpening.TryReadBody(body) : null;
        return new(Epoch, frontier, digest, Proven, opening);
    }

    public void Apply(JournalBatch batch)
    {
        if (batch.Epoch != Epoch)
        {
            changes[batch.Epoch] = [];
            Epoch = batch.Epoch;
            Head = null;
            Fork = null;
        }
        foreach (var (change, previousSeq) in batch.Changes)
            Add(new(change, previousSeq));
        if (batch.EndsOpening)
            EndEpochsBefore(batch.Epoch);
        Root = batch.RootAfter;
        Partial = batch.Head.Head.Size == batch.After.Size ? null : (batch.Head, batch.Proof);
        if (Partial is null)
            Head = batch.Head;
    }

    /// <summary>Every version of the entry loses its salt and body.</summary>
    public void Purge(EntryId entry)
    {
        if (!current.TryGetValue(entry, out var last))
            return;
        for (var seq = last.Position.Seq; seq > 0;)
        {
            var row = Row(last.Position with { Seq = seq });
            row.Purge();
            seq = row.PreviousSeq;
        }
    }

    private void Add(ChangeRow row)
    {
        var header = row.Parsed;
        changes[Epoch].Add(row);
        if (header.Op == ChangeOp.Erase)
            Purge(header.Entry);
        else if (row.Body is null && current.TryGetValue(header.Entry, out var last) && last.Position.Epoch < Epoch)
            TakeOver(Row(last.Position), row);
        current[header.Entry] = new(header.Entry, header.Position, header.Kind, header.Op, row.Leaf);
        if (header.Op == ChangeOp.Erase)
            Purge(header.Entry);
        if (!header.Command.IsNone)
            commands[header.Command] = row;
        if (header.Kind == EntryKind.Control && row.Body is { } body && KeyRotation.TryReadBody(body) is { } rotation && rotation.Number == Rotations.Count + 1)
            Rotations.Add(rotation);
    }

    /// <summary>The author had lost the body of what it says again in a new epoch; it may stand here, and goes with the epoch that ends.</summary>
    private static void TakeOver(ChangeRow before, ChangeRow row)
    {
        if (before.Body is not null && before.Parsed.Commitment == row.Parsed.Commitment)
            row.Restore(before.Read());
    }

    /// <summary>Everything is taken over: what still stands in an older epoch goes, and so do the old bodies.</summary>
    private void EndEpochsBefore(uint epoch)
    {
        foreach (var entry in current.Values.Where(c => c.Position.Epoch < epoch).Select(c => c.Entry).ToArray())
            current.Remove(entry);
        foreach (var (number, rows) in changes)
        {
            if (number < epoch)
                rows.ForEach(r => r.Purge());
        }
    }
}
