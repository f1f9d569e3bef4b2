using System.Security.Cryptography;
using CafeIA.Federation.Protocol.Heads;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Protocol.Journal;
using CafeIA.Federation.Protocol.Merkle;

namespace CafeIA.Federation.Protocol.Sequencing;

/// <summary>Opens an epoch: a journal of its own, which says what it ends and then takes over the current change of every entry.</summary>
public static class EpochAuthor
{
    /// <summary>Plans the whole of it as one batch, under one head.</summary>
    /// <param name="federation">The hub's.</param>
    /// <param name="hub">Whose journal.</param>
    /// <param name="signer">The hub's key in use.</param>
    /// <param name="ended">Where the epoch that ends stands in this store: the fence.</param>
    /// <param name="opening">What the first change says; its entries are counted from <paramref name="survivors"/>.</param>
    /// <param name="survivors">The current change of each entry, control entries included; salt, body and time stay as they are, and so does the command, which only one entry can have.</param>
    /// <param name="random">Salts the first change.</param>
    /// <param name="at">The time of the first change and of the head.</param>
    /// <returns>The batch, and the state once it is committed.</returns>
    public static (JournalBatch Batch, JournalState State) Open(
        FederationId federation,
        HubId hub,
        HubSigner signer,
        JournalState ended,
        EpochOpening opening,
        IReadOnlyCollection<Change> survivors,
        RandomNumberGenerator random,
        DateTimeOffset at)
    {
        ArgumentNullException.ThrowIfNull(signer);
        ArgumentNullException.ThrowIfNull(ended);
        ArgumentNullException.ThrowIfNull(opening);
        ArgumentNullException.ThrowIfNull(survivors);
        ArgumentNullException.ThrowIfNull(random);
        var said = opening with { Entries = (ulong)survivors.Count };
        var frontier = new Frontier();
        var digest = new StateDigest();
        var changes = new List<JournalChange>(survivors.Count + 1);
        var subtrees = new List<(Subtree, Hash)>();
        var salt = new byte[Change.SaltSize];
        random.GetBytes(salt);
        Add(Change.Author(
            new ChangeHeader
            {
                Hub = hub,
                Position = new(said.Number, 1),
                At = at,
                Kind = EntryKind.Control,
                Entry = ControlEntry.Epoch(hub, said.Number),
                Op = ChangeOp.Control,
            },
            salt,
            said.ToBody()));
        // A command that was sent again after the histories parted may have made an entry in each.
        var commands = new HashSet<CommandId>();
        foreach (var change in survivors)
        {
            var command = change.Header.Command;
            Add(Reissue(change, new(said.Number, frontier.Size + 1), command.IsNone || commands.Add(command) ? command : CommandId.None));
        }
        var head = SignedHead.Sign(
            new Head
            {
                Federation = federation,
                Hub = hub,
                Epoch = said.Number,
                Size = frontier.Size,
                Root = frontier.Root(),
                StateDigest = digest.Digest(),
                Key = signer.PublicKey.Id,
                At = at,
            },
            signer);
        var batch = new JournalBatch(ended.Position, ended.Frontier.Root(), said.Number, changes, subtrees, frontier.Clone(), frontier.Root(), head, [], EndsOpening: true);
        return (batch, new JournalState(said.Number, frontier, digest, head, said));

        void Add(Change change)
        {
            frontier.Append(change.Leaf, (subtree, hash) =>
            {
                if (subtree.Level > 0)
                    subtrees.Add((subtree, hash));
            });
            digest.Replace(change.Header.Entry, null, change.Leaf);
            changes.Add(new(change, 0));
        }
    }

    /// <summary>The same statement at another place: only its position is new, so salt and body still open its commitment.</summary>
    private static Change Reissue(Change change, Position position, CommandId command) =>
        Change.TryRead((change.Header with { Position = position, Command = command }).Encode(), change.Salt, change.Body, out var reissued)
            ? reissued
            : throw new InvalidOperationException($"The change {change.Header.Position} cannot be written again.");
}
