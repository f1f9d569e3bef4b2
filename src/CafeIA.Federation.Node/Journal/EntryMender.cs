using CafeIA.Federation.Node.Journal.Erasures;
using CafeIA.Federation.Protocol.AntiEntropy;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Protocol.Journal;
using Npgsql;

namespace CafeIA.Federation.Node.Journal;

/// <summary>Puts rows right that something changed behind the journal's back: the entry, its current change and what the directory shows of it, in one transaction.</summary>
internal sealed class EntryMender(NpgsqlDataSource database, CurrentRows rows, ErasureRegister erasures)
{
    /// <summary>Entries in one transaction.</summary>
    private const int Batch = 250;

    /// <summary>Applies what was found at a position. An entry that was changed since is left to the change that did it.</summary>
    /// <returns>Entries that were put right.</returns>
    public async Task<int> MendAsync(KnownHub hub, Position at, Mending mending, CancellationToken cancellation)
    {
        var mended = 0;
        foreach (var puts in mending.Puts.Chunk(Batch))
            mended += await TransactAsync(hub, at, [.. puts.Select(p => p.Change)], [], cancellation);
        foreach (var removals in mending.Removals.Chunk(Batch))
            mended += await TransactAsync(hub, at, [], removals, cancellation);
        return mended;
    }

    private async Task<int> TransactAsync(KnownHub hub, Position at, Change[] puts, HeldEntry[] removals, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        // Locks the journal's end: nothing is appended between the look at what came since and the commit.
        if (await LockAsync(connection, hub, at, cancellation) is not { } since)
            return 0;
        puts = [.. puts.Where(p => !since.Contains(p.Header.Entry))];
        removals = [.. removals.Where(r => !since.Contains(r.Entry))];
        if (puts.Length + removals.Length == 0)
            return 0;
        await using var batch = new NpgsqlBatch(connection, transaction);
        if (puts.Length > 0)
            await rows.AddAsync(batch, hub, at.Epoch, puts, cancellation);
        if (removals.Length > 0)
        {
            batch.BatchCommands.Add(Removal(hub, removals));
            rows.Project(batch, hub, [.. removals.Select(r => Hidden(hub, at, r))]);
        }
        await batch.ExecuteNonQueryAsync(cancellation);
        await rows.CommitAsync(transaction, hub, [.. puts.Select(p => p.Header.Entry.Value), .. removals.Select(r => r.Entry.Value)], cancellation);
        await erasures.KeepAsync(hub, [.. puts.Where(p => p.Header.Op == ChangeOp.Erase).Select(p => p.Header.Entry)], cancellation);
        return puts.Length + removals.Length;
    }

    /// <summary>The entries changed since the position; null when the journal is not of that epoch any more or ends before.</summary>
    private static async Task<HashSet<EntryId>?> LockAsync(NpgsqlConnection connection, KnownHub hub, Position at, CancellationToken cancellation)
    {
        await using (var end = new NpgsqlCommand("select from journal where hub_key = $1 and epoch = $2 and size >= $3 for update", connection))
        {
            end.Parameters.Add(new() { Value = hub.Key });
            end.Parameters.Add(new() { Value = (long)at.Epoch });
            end.Parameters.Add(new() { Value = (long)at.Seq });
            await using var found = await end.ExecuteReaderAsync(cancellation);
            if (!await found.ReadAsync(cancellation))
                return null;
        }
        await using var command = new NpgsqlCommand("select encode(substring(header from 25 for 16), 'hex')::uuid from change where hub_key = $1 and epoch = $2 and seq > $3 and header is not null", connection);
        command.Parameters.Add(new() { Value = hub.Key });
        command.Parameters.Add(new() { Value = (long)at.Epoch });
        command.Parameters.Add(new() { Value = (long)at.Seq });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var since = new HashSet<EntryId>();
        while (await reader.ReadAsync(cancellation))
            since.Add(new(reader.GetGuid(0)));
        return since;
    }

    private static NpgsqlBatchCommand Removal(KnownHub hub, HeldEntry[] removals)
    {
        var command = new NpgsqlBatchCommand("delete from entry where hub_key = $1 and entry_id = any($2)");
        command.Parameters.Add(new() { Value = hub.Key });
        command.Parameters.Add(new() { Value = removals.Select(r => r.Entry.Value).ToArray() });
        return command;
    }

    /// <summary>For the directory only: an entry that is in no signed state looks like one that was withdrawn.</summary>
    private static Change Hidden(KnownHub hub, Position at, HeldEntry removal) => Change.Author(
        new ChangeHeader { Hub = hub.Id, Position = at, At = DateTimeOffset.UnixEpoch, Kind = EntryKind.Event, Entry = removal.Entry, Op = ChangeOp.Withdraw }, default, null);
}
