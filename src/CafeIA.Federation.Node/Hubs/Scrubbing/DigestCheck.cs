using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Protocol;
using CafeIA.Federation.Protocol.Merkle;
using Npgsql;

namespace CafeIA.Federation.Node.Hubs.Scrubbing;

/// <summary>Holds the state digest that a start would load against the one the entries make, and writes its checkpoint anew when they differ.</summary>
internal sealed class DigestCheck(NpgsqlDataSource database, JournalLoader loader, StateReader states)
{
    /// <summary>A journal that grows between two looks is looked at again.</summary>
    private const int Attempts = 20;

    /// <returns>True when the checkpoint was written anew: what was loaded from it is wrong.</returns>
    public async Task<bool> RunAsync(KnownHub hub, ScrubReport report, CancellationToken cancellation)
    {
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            if (await states.DigestAsync(hub, null, cancellation) is not { } state || state.At.Seq == 0)
                return false;
            var computed = state.Digest.Digest();
            if (state.Head is { } head && head.Head.StateDigest != computed)
            {
                // The entries are not those that were signed, and the journal's own rows did not put them right.
                report.Add(new(FindingKind.Digest, hub.Id, state.At, null, IsMended: false, null));
                return false;
            }
            var (loaded, isRead) = await LoadAsync(hub, cancellation);
            if (isRead && loaded!.Position != state.At)
                continue;
            if (isRead && loaded!.Digest.Digest() == computed)
                return false;
            await WriteAsync(hub, cancellation);
            report.Add(new(FindingKind.Digest, hub.Id, state.At, null, IsMended: true, null));
            return true;
        }
        return false;
    }

    private async Task<(Protocol.Journal.JournalState? State, bool IsRead)> LoadAsync(KnownHub hub, CancellationToken cancellation)
    {
        try
        {
            return (await loader.LoadAsync(hub, cancellation), true);
        }
        catch (Exception e) when (e is FormatException or InvalidDataException)
        {
            return (null, false);
        }
    }

    private async Task WriteAsync(KnownHub hub, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await JournalMender.LockAsync(connection, transaction, hub, cancellation);
        var digest = new StateDigest();
        await using (var entries = new NpgsqlCommand("select e.entry_id, e.leaf from entry e join journal j using (hub_key, epoch) where e.hub_key = $1", connection, transaction))
        {
            entries.Parameters.Add(new() { Value = hub.Key });
            await using var reader = await entries.ExecuteReaderAsync(cancellation);
            while (await reader.ReadAsync(cancellation))
                digest.Replace(new(reader.GetGuid(0)), null, Hash.Read(reader.GetFieldValue<byte[]>(1)));
        }
        await using var write = new NpgsqlCommand(
            """
            insert into digest_checkpoint (hub_key, epoch, size, buckets) select hub_key, epoch, size, $2 from journal where hub_key = $1
            on conflict (hub_key) do update set epoch = excluded.epoch, size = excluded.size, buckets = excluded.buckets
            """,
            connection,
            transaction);
        write.Parameters.Add(new() { Value = hub.Key });
        write.Parameters.Add(new() { Value = digest.ToArray() });
        await write.ExecuteNonQueryAsync(cancellation);
        await transaction.CommitAsync(cancellation);
    }
}
