using System.Globalization;
using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Protocol;
using CafeIA.Federation.Protocol.Heads;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Protocol.Journal;
using CafeIA.Federation.Protocol.Recovery;
using Npgsql;

namespace CafeIA.Federation.Node.Hubs.Recovery;

/// <summary>Holds the database against the high-water file.</summary>
internal sealed class OwnDatabase(NpgsqlDataSource database, HighWaterFile file, HubSigners signers, JournalProofs proofs)
{
    private StoreIdentity? store;

    /// <summary>How far the journal had gone by the high-water file; null when there is none that can be read.</summary>
    public Position? Marked => file.Read()?.End;

    /// <summary>What there is to doubt about the journal as it was loaded.</summary>
    public async Task<Doubts> JudgeAsync(KnownHub local, JournalState state, CancellationToken cancellation)
    {
        var identity = await IdentifyAsync(cancellation);
        var mark = file.Read();
        Hash? root = mark is not null && mark.End <= state.Position ? await proofs.RootAtAsync(local, mark.End, cancellation) : null;
        return Suspicion.AtStart(mark, signers.First.PublicKey, identity, state.Position, root, state.Proven?.Head.Position);
    }

    /// <summary>Returns when it is on the disk that the journal goes so far.</summary>
    public async Task AdvanceAsync(Position end, Hash root, CancellationToken cancellation)
    {
        var mark = new HighWater(await IdentifyAsync(cancellation), end, root);
        await Task.Run(() => file.Advance(mark), cancellation);
    }

    /// <summary>From now on this database is the one that is marked.</summary>
    public async Task AdoptAsync(Position end, Hash root, CancellationToken cancellation)
    {
        store = null;
        var mark = new HighWater(await IdentifyAsync(cancellation), end, root);
        await Task.Run(() => file.Reset(mark), cancellation);
    }

    /// <summary>A server's system identifier is as old as its cluster; the timeline in the name of the WAL file being written counts its recoveries to a point in time.</summary>
    private async Task<StoreIdentity> IdentifyAsync(CancellationToken cancellation)
    {
        if (store is { } known)
            return known;
        await using var command = database.CreateCommand("select system_identifier, substring(pg_walfile_name(pg_current_wal_lsn()) for 8) from pg_control_system()");
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        var identity = new StoreIdentity(unchecked((ulong)reader.GetInt64(0)), uint.Parse(reader.GetString(1), NumberStyles.HexNumber, CultureInfo.InvariantCulture));
        store = identity;
        return identity;
    }
}
