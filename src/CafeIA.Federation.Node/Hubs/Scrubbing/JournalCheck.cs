using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Protocol;
using CafeIA.Federation.Protocol.Heads;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Protocol.Journal;
using CafeIA.Federation.Protocol.Merkle;
using Npgsql;

namespace CafeIA.Federation.Node.Hubs.Scrubbing;

/// <summary>Reads a journal's rows from the first to the last: bodies against commitments, headers against leaves, leaves against subtrees and the signed root.</summary>
/// <remarks>
/// What a row says of itself proves nothing; the tree does. Leaves of a block of 256 are right when they make the hash stored for it, or, for the last block and for one whose
/// stored hash is wrong, when they make the root. Where leaf and header disagree each is tried. What is right by its leaf and gone by its bytes comes from a peer.
/// </remarks>
internal sealed class JournalCheck(NpgsqlDataSource database, JournalMender mender, PeerChanges peers)
{
    private const int BlockSize = 1 << JournalWriter.LowestStoredLevel;

    public async Task RunAsync(KnownHub hub, ScrubReport report, IScrubPace pace, CancellationToken cancellation)
    {
        if (await EndAsync(hub, cancellation) is not { Size: > 0 } end)
            return;
        var tree = new BlockTree(end.Size);
        var open = new List<(ulong First, IReadOnlyList<StoredRow> Rows)>();
        for (ulong first = 1; first <= end.Size; first += BlockSize)
        {
            var last = Math.Min(end.Size, first + BlockSize - 1);
            var (rows, stored) = await StoredRow.ReadBlockAsync(database, hub, end.Epoch, first, last, cancellation);
            var leaves = rows.Select(r => r.ToLeaf(hub, end.Epoch)).ToArray();
            var found = stored is { } hash ? LeafChoice.Find(leaves, l => MerkleTree.Root(l) == hash) : null;
            if (found is null)
                open.Add((first, rows));
            else
                await SettleAsync(hub, end.Epoch, rows, found, report, cancellation);
            tree.Set(first, found ?? [.. leaves.Select(l => l.Stored ?? l.OfHeader ?? Hash.Zero)]);
            report.Changes += rows.Count;
            await pace.RestAsync(rows.Count, cancellation);
        }
        foreach (var (first, rows) in open)
        {
            if (await ResolveAsync(hub, end, tree, first, rows, cancellation) is { } leaves)
                await SettleAsync(hub, end.Epoch, rows, leaves, report, cancellation);
            else
                report.Add(new(FindingKind.Tree, hub.Id, new(end.Epoch, first), null, IsMended: false, null));
        }
        if (tree.Root() == end.Truth)
            await CheckTreeAsync(hub, end, tree, report, cancellation);
        else if (open.Count == 0)
            report.Add(new(FindingKind.Tree, hub.Id, new(end.Epoch, end.Size), null, IsMended: false, null));
    }

    /// <summary>The right leaves of a block that no stored hash vouches for; null when nothing leads to the root.</summary>
    private async Task<Hash[]?> ResolveAsync(KnownHub hub, JournalEndRow end, BlockTree tree, ulong first, IReadOnlyList<StoredRow> rows, CancellationToken cancellation)
    {
        bool IsRight(Hash[] leaves) => tree.RootWith(first, leaves) == end.Truth;
        var stored = rows.Select(r => r.ToLeaf(hub, end.Epoch)).ToArray();
        var found = LeafChoice.Find(stored, IsRight);
        if (found is null)
        {
            // Several blocks may be wrong at once: then the hash stored for this one, if there is one, is what a peer's changes must make.
            var (_, hash) = await StoredRow.ReadBlockAsync(database, hub, end.Epoch, first, first + (ulong)rows.Count - 1, cancellation);
            await foreach (var (changes, _) in peers.RunsAsync(hub, end.Epoch, first, first + (ulong)rows.Count - 1, cancellation))
            {
                Hash[] theirs = [.. changes.Take(rows.Count).Select(c => c.Leaf)];
                if (IsRight(theirs) || (hash is { } h && MerkleTree.Root(theirs) == h))
                {
                    found = theirs;
                    break;
                }
            }
        }
        if (found is not null)
            tree.Set(first, found);
        return found;
    }

    /// <summary>With the right leaves known: whatever in the rows is not of them is mended.</summary>
    private async Task SettleAsync(KnownHub hub, uint epoch, IReadOnlyList<StoredRow> rows, Hash[] leaves, ScrubReport report, CancellationToken cancellation)
    {
        for (var i = 0; i < rows.Count; i++)
        {
            var row = rows[i];
            var at = new Position(epoch, row.Seq);
            var leaf = row.ToLeaf(hub, epoch);
            var change = leaf.OfHeader == leaves[i] ? row.WithoutBody() : null;
            if (leaf.Stored != leaves[i] && (leaf.HasHeader || leaf.Stored is not null))
            {
                await mender.LeafAsync(hub, at, leaves[i], cancellation);
                report.Add(new(FindingKind.Leaf, hub.Id, at, change?.Header.Entry, IsMended: true, null));
            }
            if (change is null && (leaf.HasHeader || leaf.Stored is null))
                change = await MendHeaderAsync(hub, at, leaves[i], report, cancellation);
            if (change is null)
                continue;
            if (leaf.HasHeader && leaf.OfHeader == leaves[i] && !row.CommandIs(change))
            {
                await mender.HeaderAsync(hub, change, cancellation);
                report.Add(new(FindingKind.Header, hub.Id, at, change.Header.Entry, IsMended: true, null));
            }
            if (row.HasBody && !row.BodyIs(change))
                await MendBodyAsync(hub, change, leaves[i], report, cancellation);
        }
    }

    private async Task<Change?> MendHeaderAsync(KnownHub hub, Position at, Hash leaf, ScrubReport report, CancellationToken cancellation)
    {
        var found = await peers.FindAsync(hub, at, leaf, needsBody: false, cancellation);
        if (found is { } good)
        {
            await mender.HeaderAsync(hub, good.Change, cancellation);
            // The row may have been gone with its body.
            if (good.Change is { Body: not null, BodyMatches: true })
                await mender.BodyAsync(hub, good.Change, cancellation);
        }
        report.Add(new(FindingKind.Header, hub.Id, at, found?.Change.Header.Entry, found is not null, found?.Source));
        return found?.Change;
    }

    private async Task MendBodyAsync(KnownHub hub, Change change, Hash leaf, ScrubReport report, CancellationToken cancellation)
    {
        var found = await peers.FindAsync(hub, change.Header.Position, leaf, needsBody: true, cancellation);
        // Wrong bytes are shown to nobody and sent to nobody: without right ones there are none. A body that was superseded may be missing.
        var isCurrent = await mender.BodyAsync(hub, found?.Change ?? change.WithoutBody(), cancellation);
        report.Add(new(FindingKind.Body, hub.Id, change.Header.Position, change.Header.Entry, found is not null || !isCurrent, found?.Source));
    }

    private async Task CheckTreeAsync(KnownHub hub, JournalEndRow end, BlockTree tree, ScrubReport report, CancellationToken cancellation)
    {
        var wrong = await WrongSubtreesAsync(hub, end.Epoch, tree, cancellation);
        foreach (var (subtree, hash) in wrong)
        {
            await mender.SubtreeAsync(hub, end.Epoch, subtree.Level, subtree.Index, hash, cancellation);
            report.Add(new(FindingKind.Tree, hub.Id, new(end.Epoch, (subtree.Index << subtree.Level) + 1), null, IsMended: true, null));
        }
        var frontier = tree.Frontier();
        if (end.Root == frontier.Root() && end.Frontier.AsSpan().SequenceEqual(frontier.ToArray()))
            return;
        await mender.EndAsync(hub, new(end.Epoch, end.Size), frontier.Root(), frontier.ToArray(), cancellation);
        report.Add(new(FindingKind.Tree, hub.Id, new(end.Epoch, end.Size), null, IsMended: true, null));
    }

    private async Task<IReadOnlyList<(Subtree Subtree, Hash Hash)>> WrongSubtreesAsync(KnownHub hub, uint epoch, BlockTree tree, CancellationToken cancellation)
    {
        var right = tree.Subtrees().ToDictionary(s => s.Subtree, s => s.Hash);
        await using var command = database.CreateCommand("select level, index, hash from subtree where hub_key = $1 and epoch = $2 and (index + 1) << level <= $3");
        command.Parameters.Add(new() { Value = hub.Key });
        command.Parameters.Add(new() { Value = (long)epoch });
        command.Parameters.Add(new() { Value = (long)tree.Size });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            var subtree = new Subtree(reader.GetInt16(0), (ulong)reader.GetInt64(1));
            var bytes = reader.GetFieldValue<byte[]>(2);
            if (bytes.Length == Hash.Size && right.TryGetValue(subtree, out var hash) && Hash.Read(bytes) == hash)
                right.Remove(subtree);
        }
        return [.. right.Select(r => (r.Key, r.Value))];
    }

    private async Task<JournalEndRow?> EndAsync(KnownHub hub, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand("select epoch, size, root, frontier, head from journal where hub_key = $1");
        command.Parameters.Add(new() { Value = hub.Key });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        if (!await reader.ReadAsync(cancellation))
            return null;
        var root = reader.GetFieldValue<byte[]>(2);
        SignedHead? head = null;
        if (!reader.IsDBNull(4))
            SignedHead.TryDecode(reader.GetFieldValue<byte[]>(4), out head);
        return new((uint)reader.GetInt64(0), (ulong)reader.GetInt64(1), root.Length == Hash.Size ? Hash.Read(root) : Hash.Zero, reader.GetFieldValue<byte[]>(3), head);
    }

    private sealed record JournalEndRow(uint Epoch, ulong Size, Hash Root, byte[] Frontier, SignedHead? Head)
    {
        /// <summary>The root that is signed; the one that was verified when the last change came, while the newest head covers less or more.</summary>
        public Hash Truth => Head is { } head && head.Head.Position == new Position(Epoch, Size) ? head.Head.Root : Root;
    }
}
