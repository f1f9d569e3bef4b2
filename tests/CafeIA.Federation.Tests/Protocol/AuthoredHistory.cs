using CafeIA.Federation.Protocol;
using CafeIA.Federation.Protocol.Heads;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Protocol.Journal;
using CafeIA.Federation.Protocol.Merkle;
using CafeIA.Federation.Protocol.Segments;
using CafeIA.Federation.Protocol.Sequencing;
using CsCheck;
using Hash = CafeIA.Federation.Protocol.Hash;

namespace CafeIA.Federation.Tests.Protocol;

/// <summary>What a hub wrote, kept whole: the changes, a head at the end of each batch, and segments cut from them at will.</summary>
internal sealed class AuthoredHistory(HubId? hub = null)
{
    private const int Entries = 12;

    private readonly List<Change> changes = [];
    private readonly List<SignedHead> heads = [];
    private readonly List<JournalBatch> batches = [];
    private readonly Dictionary<EntryId, CurrentChange> current = [];
    private readonly Dictionary<CommandId, KnownCommand> known = [];
    private readonly Sequencer sequencer = TestHub.Sequencer(hub);

    public IReadOnlyList<Change> Changes => changes;

    public IReadOnlyList<SignedHead> Heads => heads;

    public IReadOnlyList<JournalBatch> Batches => batches;

    public JournalState State => sequencer.State;

    public ulong Size => State.Frontier.Size;

    /// <summary>Batches of puts, updates and withdrawals over a few entries, some refused; at least one change.</summary>
    public static Gen<AuthoredHistory> Random { get; } =
        Gen.Select(Gen.Int[0, Entries - 1], Gen.Int[0, 9], Gen.Int[0, 1000]).Array[1, 12].Array[1, 14]
            .Select(batches =>
            {
                var history = new AuthoredHistory();
                history.Write(Put(0, "first"));
                foreach (var batch in batches)
                    history.Write([.. batch.Select(s => s.Item2 == 0 ? Withdraw(s.Item1) : Put(s.Item1, $"{s.Item3}"))]);
                return history;
            });

    /// <summary>A history of so many changes, each of its own entry, in batches of 7.</summary>
    public static AuthoredHistory OfSize(int size)
    {
        var history = new AuthoredHistory();
        for (var i = 0; i < size; i += 7)
            history.Write([.. Enumerable.Range(i, Math.Min(7, size - i)).Select(n => Put(n, $"entry {n}"))]);
        return history;
    }

    public static Intent Put(int entry, string title, CommandId command = default, Position? ifMatch = null) =>
        new(TestHub.Entry(entry), false, EntryKind.Event, ChangeOp.Put, TestHub.Body($$"""{"title":"{{title}}"}"""), command, ifMatch);

    public static Intent Withdraw(int entry, CommandId command = default, Position? ifMatch = null) =>
        new(TestHub.Entry(entry), false, EntryKind.Event, ChangeOp.Withdraw, null, command, ifMatch);

    /// <summary>Sequences the intents as one batch and commits it.</summary>
    public IReadOnlyList<Result<Sequenced>> Write(params Intent[] intents)
    {
        var (batch, outcomes) = sequencer.Sequence(intents, current, known, TestHub.At.AddSeconds(changes.Count));
        if (batch is null)
            return outcomes;
        foreach (var (change, _) in batch.Changes)
        {
            var header = change.Header;
            changes.Add(change);
            current[header.Entry] = new(header.Entry, header.Position, header.Kind, header.Op, change.Leaf);
            if (!header.Command.IsNone)
                known[header.Command] = new(change);
        }
        heads.Add(batch.Head);
        batches.Add(batch);
        return outcomes;
    }

    /// <summary>Changes first to last with the head given, and the proof from last to its size.</summary>
    public Segment Cut(ulong first, ulong last, SignedHead? head = null)
    {
        head ??= heads[^1];
        var plan = Proof.PlanConsistency(last, head.Head.Size);
        return new(head, first, changes[(int)(first - 1)..(int)last], Proof.Make(plan, HashOf), null);
    }

    private Hash HashOf(Subtree subtree) =>
        MerkleTree.Root(changes.Skip((int)(subtree.Index << subtree.Level)).Take(1 << subtree.Level).Select(c => c.Leaf));

    /// <summary>The whole history cut into runs, each under some head that covers it.</summary>
    public Gen<Segment[]> RandomSplit() =>
        Gen.Select(Gen.Int[1, 9], Gen.Int[0, 99]).Array[(int)Size].Select(choices =>
        {
            var segments = new List<Segment>();
            ulong first = 1;
            foreach (var (length, headChoice) in choices)
            {
                if (first > Size)
                    break;
                var last = Math.Min(Size, first + (ulong)length - 1);
                var covering = heads.Where(h => h.Head.Size >= last).ToArray();
                segments.Add(Cut(first, last, covering[headChoice % covering.Length]));
                first = last + 1;
            }
            return segments.ToArray();
        });
}
