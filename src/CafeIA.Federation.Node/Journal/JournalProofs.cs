using CafeIA.Federation.Protocol;
using CafeIA.Federation.Protocol.Heads;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Protocol.Merkle;
using Npgsql;

namespace CafeIA.Federation.Node.Journal;

/// <summary>What a journal's root was at an earlier size, and the consistency proof from there to a later one (RFC 9162, section 2.1.4).</summary>
internal sealed record HistoryProof(ulong First, Hash RootAtFirst, ulong Second, IReadOnlyList<Hash> Proof);

/// <summary>Proofs over the journals held here, made from stored subtrees and leaves.</summary>
internal sealed class JournalProofs(NpgsqlDataSource database)
{
    /// <summary>Leaves of some runs of a journal: hub, epoch, the first and the last seq of each run.</summary>
    /// <remarks>Run by run: of a plain join PostgreSQL expects a ninth of the journal for each run, and reads all of it, 0.6 s for a million changes, to find a few hundred leaves.</remarks>
    internal const string Leaves =
        """
        select r.n, c.leaf
        from unnest($3::bigint[], $4::bigint[]) with ordinality as r (first, last, n)
        cross join lateral (
            select seq, leaf from change
            where hub_key = $1 and epoch = $2 and seq between r.first and r.last
            order by seq
            offset 0) c
        order by r.n, c.seq
        """;

    /// <summary>Null when the journal does not hold that much in that epoch.</summary>
    public async Task<Hash?> RootAtAsync(KnownHub hub, Position at, CancellationToken cancellation)
    {
        if (!await HoldsAsync(hub, at, cancellation))
            return null;
        var plan = Proof.PlanRoot(at.Seq);
        var hashes = await SubtreesAsync(hub, at.Epoch, plan, cancellation);
        return Proof.Make([plan], s => hashes[s])[0];
    }

    /// <summary>Null when the journal does not hold <paramref name="second"/> changes in that epoch.</summary>
    public async Task<HistoryProof?> HistoryAsync(KnownHub hub, uint epoch, ulong first, ulong second, CancellationToken cancellation)
    {
        if (first > second || !await HoldsAsync(hub, new(epoch, second), cancellation))
            return null;
        var root = Proof.PlanRoot(first);
        var plan = Proof.PlanConsistency(first, second);
        var hashes = await SubtreesAsync(hub, epoch, [.. plan.SelectMany(n => n).Concat(root).Distinct()], cancellation);
        return new(first, Proof.Make([root], s => hashes[s])[0], second, Proof.Make(plan, s => hashes[s]));
    }

    /// <summary>The consistency proof from a size that is held to a head.</summary>
    /// <param name="hub">Whose journal.</param>
    /// <param name="head">The head.</param>
    /// <param name="first">The size it leads from.</param>
    /// <param name="part">Where the journal ends here when the head covers more; else null.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<IReadOnlyList<Hash>> ToHeadAsync(KnownHub hub, Head head, ulong first, JournalEnd? part, CancellationToken cancellation)
    {
        if (part is null)
        {
            var plan = Proof.PlanConsistency(first, head.Size);
            var all = await SubtreesAsync(hub, head.Epoch, [.. plan.SelectMany(n => n).Distinct()], cancellation);
            return Proof.Make(plan, s => all[s]);
        }
        // Made once to learn which subtrees it needs, and again with their hashes.
        var needed = new HashSet<Subtree>();
        Make(subtree =>
        {
            needed.Add(subtree);
            return Hash.Zero;
        });
        var hashes = await SubtreesAsync(hub, head.Epoch, [.. needed], cancellation);
        return Make(s => hashes[s]);

        Hash[] Make(Func<Subtree, Hash> hashOf) => Proof.Shorten(first, part.Position.Seq, head.Size, part.ProvenProof, hashOf);
    }

    /// <summary>What is needed to append to the journal as it was at an earlier size.</summary>
    public async Task<Frontier> FrontierAtAsync(KnownHub hub, Position at, CancellationToken cancellation)
    {
        var plan = Proof.PlanRoot(at.Seq);
        var hashes = await SubtreesAsync(hub, at.Epoch, plan, cancellation);
        return Frontier.Read(at.Seq, plan.SelectMany(s => hashes[s].ToArray()).ToArray());
    }

    /// <summary>Hashes of perfect subtrees: the large ones as stored, the small ones from their leaves.</summary>
    public async Task<IReadOnlyDictionary<Subtree, Hash>> SubtreesAsync(KnownHub hub, uint epoch, IReadOnlyList<Subtree> subtrees, CancellationToken cancellation)
    {
        if (subtrees.Count == 0)
            return new Dictionary<Subtree, Hash>();
        var small = subtrees.Where(s => s.Level < JournalWriter.LowestStoredLevel).ToArray();
        var large = subtrees.Where(s => s.Level >= JournalWriter.LowestStoredLevel).ToArray();
        await using var batch = database.CreateBatch();
        var leaves = new NpgsqlBatchCommand(Leaves);
        leaves.Parameters.Add(new() { Value = hub.Key });
        leaves.Parameters.Add(new() { Value = (long)epoch });
        leaves.Parameters.Add(new() { Value = small.Select(s => (long)(s.Index << s.Level) + 1).ToArray() });
        leaves.Parameters.Add(new() { Value = small.Select(s => (long)((s.Index + 1) << s.Level)).ToArray() });
        batch.BatchCommands.Add(leaves);
        var stored = new NpgsqlBatchCommand(
            """
            select s.level, s.index, s.hash
            from unnest($3::smallint[], $4::bigint[]) as r (level, index)
            join subtree s on s.hub_key = $1 and s.epoch = $2 and s.level = r.level and s.index = r.index
            """);
        stored.Parameters.Add(new() { Value = hub.Key });
        stored.Parameters.Add(new() { Value = (long)epoch });
        stored.Parameters.Add(new() { Value = large.Select(s => (short)s.Level).ToArray() });
        stored.Parameters.Add(new() { Value = large.Select(s => (long)s.Index).ToArray() });
        batch.BatchCommands.Add(stored);
        var hashes = new Dictionary<Subtree, Hash>();
        var frontiers = small.Select(_ => new Frontier()).ToArray();
        await using var reader = await batch.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
            frontiers[reader.GetInt64(0) - 1].Append(Hash.Read(reader.GetFieldValue<byte[]>(1)));
        for (var i = 0; i < small.Length; i++)
            hashes[small[i]] = frontiers[i].Root();
        await reader.NextResultAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
            hashes[new(reader.GetInt16(0), (ulong)reader.GetInt64(1))] = Hash.Read(reader.GetFieldValue<byte[]>(2));
        return hashes;
    }

    private async Task<bool> HoldsAsync(KnownHub hub, Position at, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand("select from journal where hub_key = $1 and epoch = $2 and size >= $3");
        command.Parameters.Add(new() { Value = hub.Key });
        command.Parameters.Add(new() { Value = (long)at.Epoch });
        command.Parameters.Add(new() { Value = (long)at.Seq });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        return await reader.ReadAsync(cancellation);
    }
}
