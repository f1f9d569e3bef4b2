using CafeIA.Federation.Protocol.Heads;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Protocol.Journal;
using CafeIA.Federation.Protocol.Merkle;
using CafeIA.Federation.Protocol.Segments;
using CafeIA.Federation.Protocol.Snapshots;
using Npgsql;
using Hash = CafeIA.Federation.Protocol.Hash;

namespace CafeIA.Federation.Node.Journal.Snapshots;

/// <summary>A journal's newest head for a snapshot of it, and what this node holds.</summary>
/// <param name="Head">Covers no more than what is held.</param>
/// <param name="Entries">With a current change, those withdrawn or erased included.</param>
/// <param name="Floor">A snapshot at a smaller seq is not served.</param>
internal sealed record SnapshotManifest(SignedHead Head, long Entries, ulong Floor);

/// <summary>Serves a journal as it stood at a position that it has left since, in runs that are cut anew each time: a reader goes on at any of them, from any node.</summary>
/// <remarks>Current at size n is what is current now with a seq up to n, and the change before (<c>previous_seq</c>) of whatever was changed later.</remarks>
internal sealed class SnapshotReader(NpgsqlDataSource database, JournalReader journals, JournalProofs proofs)
{
    /// <summary>Bytes of changes after which a run is cut; one change may exceed it.</summary>
    private const int RunBytes = 2 * 1024 * 1024;

    public async Task<SnapshotManifest?> ManifestAsync(KnownHub hub, CancellationToken cancellation)
    {
        if (await journals.EndAsync(hub, cancellation) is not { Head: { } head } end || head.Head.Size < end.Floor)
            return null;
        await using var command = database.CreateCommand("select count(*) from entry where hub_key = $1 and epoch = $2");
        command.Parameters.Add(new() { Value = hub.Key });
        command.Parameters.Add(new() { Value = (long)head.Head.Epoch });
        return new(head, (long)(await command.ExecuteScalarAsync(cancellation))!, end.Floor);
    }

    /// <summary>Leaves from a seq on; null when the journal here does not reach from the floor to that position.</summary>
    public async Task<LeafRun?> LeavesAsync(KnownHub hub, Position at, ulong first, CancellationToken cancellation)
    {
        if (!await HoldsAsync(hub, at, cancellation) || first == 0 || first > at.Seq)
            return null;
        var leaves = new List<Hash>();
        await using (var command = database.CreateCommand("select leaf from change where hub_key = $1 and epoch = $2 and seq >= $3 and seq <= $4 order by seq limit $5"))
        {
            Add(command, hub, at.Epoch, first, at.Seq);
            command.Parameters.Add(new() { Value = LeafRun.MaxLeaves });
            await using var reader = await command.ExecuteReaderAsync(cancellation);
            while (await reader.ReadAsync(cancellation))
                leaves.Add(Hash.Read(reader.GetFieldValue<byte[]>(0)));
        }
        var plan = Proof.PlanConsistency(first + (ulong)leaves.Count - 1, at.Seq);
        var hashes = await proofs.SubtreesAsync(hub, at.Epoch, [.. plan.SelectMany(n => n).Distinct()], cancellation);
        return new(at, first, leaves, Proof.Make(plan, s => hashes[s]));
    }

    /// <summary>Current changes after a seq; null as above.</summary>
    public async Task<EntryRun?> EntriesAsync(KnownHub hub, Position at, ulong after, CancellationToken cancellation)
    {
        if (!await HoldsAsync(hub, at, cancellation) || after >= at.Seq)
            return null;
        // Whether a change is current is asked of each as it comes, by the entry's key: a join would read every entry for every run.
        await using var command = database.CreateCommand(
            """
            with later as materialized (
                select previous_seq from change where hub_key = $1 and epoch = $2 and seq > $4 and previous_seq > 0
            )
            select c.header, c.salt, c.body
            from change c
            where c.hub_key = $1 and c.epoch = $2 and c.seq > $3 and c.seq <= $4 and c.header is not null
                and (c.seq = (select e.seq from entry e where e.entry_id = encode(substring(c.header from 25 for 16), 'hex')::uuid and e.hub_key = c.hub_key and e.epoch = c.epoch)
                    or c.seq in (select previous_seq from later))
            order by c.seq
            limit $5
            """);
        Add(command, hub, at.Epoch, after, at.Seq);
        command.Parameters.Add(new() { Value = EntryRun.MaxChanges });
        var changes = new List<Change>();
        var bytes = 0;
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (bytes < RunBytes && await reader.ReadAsync(cancellation))
        {
            var change = JournalRows.ReadChange(reader, 0);
            // A body that rotted here is for another source to give.
            changes.Add(change.BodyMatches ? change : change.WithoutBody());
            bytes += ChangeCodec.SizeOf(changes[^1]);
        }
        var isCut = bytes >= RunBytes || changes.Count == EntryRun.MaxChanges;
        return new(at, after, isCut ? changes[^1].Header.Position.Seq : at.Seq, changes);
    }

    private async Task<bool> HoldsAsync(KnownHub hub, Position at, CancellationToken cancellation) =>
        await journals.EndAsync(hub, cancellation) is { } end && at.Epoch == end.Position.Epoch && at.Seq <= end.Position.Seq && at.Seq >= end.Floor;

    private static void Add(NpgsqlCommand command, KnownHub hub, uint epoch, ulong from, ulong to)
    {
        command.Parameters.Add(new() { Value = hub.Key });
        command.Parameters.Add(new() { Value = (long)epoch });
        command.Parameters.Add(new() { Value = (long)from });
        command.Parameters.Add(new() { Value = (long)to });
    }
}
