using System.Data;
using CafeIA.Federation.Protocol;
using CafeIA.Federation.Protocol.AntiEntropy;
using CafeIA.Federation.Protocol.Heads;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Protocol.Journal;
using CafeIA.Federation.Protocol.Merkle;
using CafeIA.Federation.Protocol.Segments;
using Npgsql;

namespace CafeIA.Federation.Node.Journal;

/// <summary>What the rows of a journal's entries amount to, read from the rows themselves: what is kept in memory would not show that a disk or a hand changed them.</summary>
/// <remarks>
/// Every answer is of one position and read in one snapshot of the database, so that two nodes compare the same moment of a journal while it is written. The state at an
/// earlier position is the rows up to it, and for each entry that was changed later the change before (<c>previous_seq</c>). A scan reads every row of the
/// hub, 0.6 s for a million; one at a time.
/// </remarks>
internal sealed class StateReader(NpgsqlDataSource database, JournalProofs proofs) : IDisposable
{
    /// <summary>Changes back from the journal's end for which it is answered.</summary>
    public const ulong MaxRewind = 50_000;

    /// <summary>Bytes of entries after which an answer is cut.</summary>
    private const int EntryBytes = 1024 * 1024;

    /// <summary>The entry id within a header, and whose current change is which at $3.</summary>
    private const string AtPosition =
        """
        select entry_id, seq, leaf from entry where hub_key = $1 and epoch = $2 and seq <= $3
        union all
        select encode(substring(t.header from 25 for 16), 'hex')::uuid, p.seq, p.leaf
        from change t
        join change p on p.hub_key = t.hub_key and p.epoch = t.epoch and p.seq = t.previous_seq
        where t.hub_key = $1 and t.epoch = $2 and t.seq > $3 and t.previous_seq between 1 and $3
        """;

    private readonly SemaphoreSlim scanning = new(1);

    /// <summary>The digest at a position, or at the journal's end where none is given; null when the journal does not reach from there to here, or back to there.</summary>
    public async Task<StateAt?> DigestAsync(KnownHub hub, Position? at, CancellationToken cancellation)
    {
        var digest = new StateDigest();
        var end = await ScanAsync(hub, at, AtPosition, null, row => digest.Replace(row.Entry, null, row.Leaf), cancellation);
        return end is null ? null : new(end.Value.At, digest, end.Value.Head);
    }

    /// <summary>The entries of some buckets at a position; null as above.</summary>
    public Task<IReadOnlyList<HeldEntry>?> InBucketsAsync(KnownHub hub, Position at, IReadOnlyCollection<int> buckets, CancellationToken cancellation) =>
        EntriesAsync(hub, at, "slot >> 5", buckets, cancellation);

    /// <summary>The entries of some slots at a position; null as above.</summary>
    public Task<IReadOnlyList<HeldEntry>?> InSlotsAsync(KnownHub hub, Position at, IReadOnlyCollection<int> slots, CancellationToken cancellation) =>
        EntriesAsync(hub, at, "slot", slots, cancellation);

    /// <summary>Entries by fingerprint, each proven to be in the journal of that size, in the order asked for; cut after 1 MiB. Null as above.</summary>
    public async Task<IReadOnlyList<ProvenChange>?> ProveAsync(KnownHub hub, Position at, IReadOnlyList<Fingerprint> wanted, CancellationToken cancellation)
    {
        if (await InSlotsAsync(hub, at, [.. wanted.Select(w => w.Slot).Distinct()], cancellation) is not { } entries)
            return null;
        var bySeq = await ChangesAsync(hub, at.Epoch, [.. entries.IntersectBy(wanted, e => e.Fingerprint).Select(e => (long)e.Seq)], cancellation);
        var byPrint = bySeq.ToDictionary(c => new Fingerprint(c.Header.Entry.Slot(), c.Leaf.A));
        var found = wanted.Where(byPrint.ContainsKey).Select(w => byPrint[w]).ToArray();
        var bytes = 0;
        var sent = found.TakeWhile(c => (bytes += ChangeCodec.SizeOf(c)) <= EntryBytes || ReferenceEquals(c, found[0])).ToArray();
        var plans = sent.Select(c => Proof.PlanInclusion(c.Header.Position.Seq - 1, at.Seq)).ToArray();
        var hashes = await proofs.SubtreesAsync(hub, at.Epoch, [.. plans.SelectMany(p => p).SelectMany(n => n).Distinct()], cancellation);
        return [.. sent.Zip(plans, (change, plan) => new ProvenChange(change, Proof.Make(plan, s => hashes[s])))];
    }

    public void Dispose() => scanning.Dispose();

    private async Task<IReadOnlyList<HeldEntry>?> EntriesAsync(KnownHub hub, Position at, string key, IReadOnlyCollection<int> keys, CancellationToken cancellation)
    {
        var entries = new List<HeldEntry>();
        var sql =
            $"""
            select entry_id, seq, leaf
            from ({AtPosition}) as state,
                 lateral (select sha256(uuid_send(entry_id)) as hash) as hashed,
                 lateral (select (get_byte(hash, 0) << 7) | (get_byte(hash, 1) >> 1) as slot) as placed
            where {key} = any($4)
            """;
        return await ScanAsync(hub, at, sql, [.. keys], entries.Add, cancellation) is null ? null : entries;
    }

    private async Task<(Position At, SignedHead? Head)?> ScanAsync(KnownHub hub, Position? at, string sql, int[]? keys, Action<HeldEntry> take, CancellationToken cancellation)
    {
        await scanning.WaitAsync(cancellation);
        try
        {
            await using var connection = await database.OpenConnectionAsync(cancellation);
            await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellation);
            if (await EndAsync(connection, hub, at, cancellation) is not { } end)
                return null;
            await using var command = new NpgsqlCommand(sql, connection, transaction);
            command.Parameters.Add(new() { Value = hub.Key });
            command.Parameters.Add(new() { Value = (long)end.At.Epoch });
            command.Parameters.Add(new() { Value = (long)end.At.Seq });
            if (keys is not null)
                command.Parameters.Add(new() { Value = keys });
            await using var reader = await command.ExecuteReaderAsync(cancellation);
            while (await reader.ReadAsync(cancellation))
                take(new(new(reader.GetGuid(0)), (ulong)reader.GetInt64(1), ReadLeaf(reader.GetFieldValue<byte[]>(2))));
            return end;
        }
        finally
        {
            scanning.Release();
        }
    }

    /// <summary>What is no hash any more is some other leaf than the right one.</summary>
    private static Hash ReadLeaf(byte[] bytes) => bytes.Length == Hash.Size ? Hash.Read(bytes) : Hash.Of(bytes);

    private static async Task<(Position At, SignedHead? Head)?> EndAsync(NpgsqlConnection connection, KnownHub hub, Position? at, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            "select j.epoch, j.size, j.head, coalesce(f.floor, 0) from journal j left join journal_floor f on f.hub_key = j.hub_key and f.epoch = j.epoch where j.hub_key = $1",
            connection);
        command.Parameters.Add(new() { Value = hub.Key });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        if (!await reader.ReadAsync(cancellation))
            return null;
        var end = new Position((uint)reader.GetInt64(0), (ulong)reader.GetInt64(1));
        var asked = at ?? end;
        if (asked.Epoch != end.Epoch || asked.Seq > end.Seq || end.Seq - asked.Seq > MaxRewind || asked.Seq < (ulong)reader.GetInt64(3))
            return null;
        SignedHead? head = null;
        if (!reader.IsDBNull(2))
            SignedHead.TryDecode(reader.GetFieldValue<byte[]>(2), out head);
        return (asked, head?.Head.Position == asked ? head : null);
    }

    /// <summary>Changes that are held with a header; a body that is not the one committed to is left out.</summary>
    private async Task<IReadOnlyList<Change>> ChangesAsync(KnownHub hub, uint epoch, long[] seqs, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand("select header, salt, body from change where hub_key = $1 and epoch = $2 and seq = any($3) and header is not null");
        command.Parameters.Add(new() { Value = hub.Key });
        command.Parameters.Add(new() { Value = (long)epoch });
        command.Parameters.Add(new() { Value = seqs });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var changes = new List<Change>();
        while (await reader.ReadAsync(cancellation))
        {
            if (JournalRows.TryReadChange(reader, 0) is { } change)
                changes.Add(change.BodyMatches ? change : change.WithoutBody());
        }
        return changes;
    }
}

/// <summary>What a node's own rows amount to.</summary>
/// <param name="At">The position they are of.</param>
/// <param name="Digest">Computed from the rows.</param>
/// <param name="Head">The signed head of exactly this position, as it is stored; null where it is another's.</param>
internal sealed record StateAt(Position At, StateDigest Digest, SignedHead? Head);
