using System.Security.Cryptography;
using CafeIA.Federation.Protocol.Heads;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Protocol.Journal;
using CafeIA.Federation.Protocol.Merkle;

namespace CafeIA.Federation.Protocol.Sequencing;

/// <summary>What an author wants done to an entry of the hub.</summary>
/// <param name="Entry">A new id for a new entry.</param>
/// <param name="IsNew">True when the caller made the id for this command, so that a retry with another id is the same command.</param>
/// <param name="Kind">The entry's kind.</param>
/// <param name="Op">Put or withdraw.</param>
/// <param name="Body">UTF-8 JSON of a put; null else.</param>
/// <param name="Command">Names the command over its retries.</param>
/// <param name="IfMatch">The position the entry must be at; null for any.</param>
public sealed record Intent(
    EntryId Entry,
    bool IsNew,
    EntryKind Kind,
    ChangeOp Op,
    ReadOnlyMemory<byte>? Body,
    CommandId Command = default,
    Position? IfMatch = null);

/// <summary>A command that the journal already holds.</summary>
public sealed record KnownCommand(Change Change);

/// <summary>What became of an intent, once its batch is committed.</summary>
/// <param name="Entry">The entry, which for a repeated command is the first one's.</param>
/// <param name="Position">Where its change stands.</param>
/// <param name="Repeated">True when the journal held the command already and nothing was written.</param>
public sealed record Sequenced(EntryId Entry, Position Position, bool Repeated);

/// <summary>The outcome of one call: a batch to commit (null when nothing is to be written) and what each intent becomes with it.</summary>
public sealed record SequencedBatch(JournalBatch? Batch, IReadOnlyList<Result<Sequenced>> Outcomes);

/// <summary>Puts a hub's own changes in order and signs the head over them. Pure: no store, no clock, no other source of chance than the one given.</summary>
public sealed class Sequencer(FederationId federation, HubId hub, HubSigner signer, JournalState state, RandomNumberGenerator random)
{
    private HubSigner signer = signer;

    /// <summary>Changes in one batch.</summary>
    public const int MaxBatch = 250;

    public JournalState State => state;

    /// <summary>
    /// Plans the intents as one batch. The state then stands as if the batch were committed: when it is not, throw the sequencer away and load the state anew.
    /// </summary>
    /// <param name="intents">At most <see cref="MaxBatch"/>.</param>
    /// <param name="current">Current changes of the entries the intents name, as committed.</param>
    /// <param name="known">Commands of the intents that the journal holds.</param>
    /// <param name="at">The time of the changes and of the head.</param>
    public SequencedBatch Sequence(
        IReadOnlyList<Intent> intents,
        IReadOnlyDictionary<EntryId, CurrentChange> current,
        IReadOnlyDictionary<CommandId, KnownCommand> known,
        DateTimeOffset at)
    {
        ArgumentNullException.ThrowIfNull(intents);
        ArgumentNullException.ThrowIfNull(current);
        ArgumentNullException.ThrowIfNull(known);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(intents.Count, MaxBatch);
        var before = state.Position;
        var rootBefore = state.Frontier.Root();
        var planned = new Plan(current, known);
        var outcomes = new Result<Sequenced>[intents.Count];
        for (var i = 0; i < intents.Count; i++)
            outcomes[i] = Place(intents[i], planned, at);
        if (planned.Changes.Count == 0)
            return new(null, outcomes);
        return new(Close(before, rootBefore, planned, at), outcomes);
    }

    /// <summary>Plans the change by which the hub passes to another key, alone in its batch: its head is of the old key, the next one of the new.</summary>
    /// <param name="successor">The new key.</param>
    /// <param name="number">1 for the hub's first change of key.</param>
    /// <param name="at">The time of the change and of the head.</param>
    public JournalBatch Rotate(HubSigner successor, uint number, DateTimeOffset at)
    {
        ArgumentNullException.ThrowIfNull(successor);
        var before = state.Position;
        var rootBefore = state.Frontier.Root();
        var planned = new Plan(new Dictionary<EntryId, CurrentChange>(), new Dictionary<CommandId, KnownCommand>());
        var rotation = KeyRotation.Sign(federation, hub, number, new(state.Epoch, state.Frontier.Size + 1), signer, successor);
        Append(new(ControlEntry.Key(hub, number), IsNew: true, EntryKind.Control, ChangeOp.Control, rotation.ToBody()), null, planned, at);
        var batch = Close(before, rootBefore, planned, at);
        signer = successor;
        return batch;
    }

    private JournalBatch Close(Position before, Hash rootBefore, Plan planned, DateTimeOffset at)
    {
        var root = state.Frontier.Root();
        var head = SignedHead.Sign(
            new Head
            {
                Federation = federation,
                Hub = hub,
                Epoch = state.Epoch,
                Size = state.Frontier.Size,
                Root = root,
                StateDigest = state.Digest.Digest(),
                Key = signer.PublicKey.Id,
                At = at,
            },
            signer);
        state.Head = state.Proven = head;
        JournalChange.DropErasedBodies(planned.Changes);
        return new(before, rootBefore, state.Epoch, planned.Changes, planned.Subtrees, state.Frontier.Clone(), root, head, []);
    }

    private Result<Sequenced> Place(Intent intent, Plan plan, DateTimeOffset at)
    {
        if (!intent.Command.IsNone && plan.TryKnown(intent.Command, out var known))
        {
            return IsSame(intent, known)
                ? new Sequenced(known.Header.Entry, known.Header.Position, Repeated: true)
                : new Refusal("idempotency-conflict", "Cette clé d’idempotence a déjà servi pour une autre demande.", "Idempotency-Key");
        }
        var previous = plan.Current(intent.Entry);
        if (Judge(intent, previous) is { } refusal)
            return refusal;
        var change = Append(intent, previous, plan, at);
        return new Sequenced(intent.Entry, change.Header.Position, Repeated: false);
    }

    private Change Append(Intent intent, CurrentChange? previous, Plan plan, DateTimeOffset at)
    {
        ReadOnlyMemory<byte> salt = default;
        if (intent.Body is not null)
        {
            var bytes = new byte[Change.SaltSize];
            random.GetBytes(bytes);
            salt = bytes;
        }
        var change = Change.Author(
            new ChangeHeader
            {
                Hub = hub,
                Position = new(state.Epoch, state.Frontier.Size + 1),
                At = at,
                Kind = intent.Kind,
                Entry = intent.Entry,
                Op = intent.Op,
                Command = intent.Command,
            },
            salt,
            intent.Body);
        state.Frontier.Append(change.Leaf, plan.Complete);
        state.Digest.Replace(intent.Entry, previous?.Leaf, change.Leaf);
        plan.Add(change, previous);
        return change;
    }

    private static Refusal? Judge(Intent intent, CurrentChange? previous)
    {
        if (previous is null && intent.Op != ChangeOp.Put)
            return new("entry-not-found", "Cette fiche n’existe pas sur ce nœud.");
        if (previous is null && intent.IfMatch is not null)
            return new("version-mismatch", "Cette fiche n’existe pas : la version attendue ne peut pas être la bonne.", "If-Match");
        if (previous is null)
            return null;
        if (previous.Op == ChangeOp.Erase)
            return new("entry-erased", "Cette fiche a été effacée : rien n’en reste, et elle ne revient pas.");
        if (previous.Op == ChangeOp.Withdraw && intent.Op != ChangeOp.Erase)
            return new("entry-withdrawn", "Cette fiche a été retirée : elle ne revient pas. Créez une nouvelle fiche.");
        if (intent.IfMatch is { } expected && expected != previous.Position)
            return new("version-mismatch", $"Cette fiche a changé entre-temps : sa version est {previous.Position}, pas {expected}.", "If-Match");
        return previous.Kind != intent.Kind ? new Refusal("kind-mismatch", "Cette fiche est d’une autre sorte.") : null;
    }

    /// <summary>The same command is the same op and kind, on the same entry unless the caller made the id anew, with the same body.</summary>
    private static bool IsSame(Intent intent, Change known) =>
        known.Header.Op == intent.Op
        && known.Header.Kind == intent.Kind
        && (intent.IsNew || known.Header.Entry == intent.Entry)
        && (intent.Body is { } body
            // Of a body that was erased or dropped since, nothing can be compared: the key alone says it.
            ? !known.Header.Commitment.IsZero && (known.Body is null || Change.Commit(known.Salt.Span, body.Span) == known.Header.Commitment)
            : known.Header.Commitment.IsZero);

    private sealed class Plan(IReadOnlyDictionary<EntryId, CurrentChange> current, IReadOnlyDictionary<CommandId, KnownCommand> known)
    {
        private readonly Dictionary<EntryId, CurrentChange> written = [];
        private readonly Dictionary<CommandId, Change> commands = [];

        public List<JournalChange> Changes { get; } = [];

        public List<(Subtree, Hash)> Subtrees { get; } = [];

        public CurrentChange? Current(EntryId entry) => written.GetValueOrDefault(entry) ?? current.GetValueOrDefault(entry);

        public bool TryKnown(CommandId command, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out Change? change)
        {
            if (commands.TryGetValue(command, out change))
                return true;
            change = known.TryGetValue(command, out var found) ? found.Change : null;
            return change is not null;
        }

        public void Complete(Subtree subtree, Hash hash)
        {
            if (subtree.Level > 0)
                Subtrees.Add((subtree, hash));
        }

        public void Add(Change change, CurrentChange? previous)
        {
            var header = change.Header;
            Changes.Add(new(change, previous?.Position.Seq ?? 0));
            written[header.Entry] = new(header.Entry, header.Position, header.Kind, header.Op, change.Leaf);
            if (!header.Command.IsNone)
                commands[header.Command] = change;
        }
    }
}
