using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Protocol;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Protocol.Journal;
using Npgsql;

namespace CafeIA.Federation.Node.Hubs.Scrubbing;

/// <summary>Asks peers for the bodies of living entries that are hidden here because theirs is missing.</summary>
internal sealed class WantedBodies(NpgsqlDataSource database, HubRegister hubs, JournalMender mender, PeerChanges peers)
{
    /// <summary>Entries asked for in one pass; the next one goes on.</summary>
    public const int MaxInPass = 2_000;

    /// <param name="limit">Entries asked for at most.</param>
    /// <param name="report">What came, and what did not.</param>
    /// <param name="pace">Rests after each.</param>
    /// <param name="cancellation">Ends it.</param>
    public async Task RunAsync(int limit, ScrubReport report, IScrubPace pace, CancellationToken cancellation)
    {
        foreach (var (hub, end, current) in await WantedAsync(limit, cancellation))
        {
            var found = await peers.FindCurrentAsync(hub, end, current, cancellation);
            if (found is { } good)
                await mender.BodyAsync(hub, good.Change, cancellation);
            report.Add(new(FindingKind.MissingBody, hub.Id, current.Position, current.Entry, found is not null, found?.Source));
            await pace.RestAsync(1, cancellation);
        }
    }

    private async Task<IReadOnlyList<(KnownHub Hub, Position End, CurrentChange Current)>> WantedAsync(int limit, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(
            """
            select e.hub_key, e.entry_id, e.epoch, e.seq, e.kind, e.op, e.leaf, j.epoch, coalesce(j.size, 0)
            from hidden w
            join entry e using (hub_key, entry_id)
            join journal j using (hub_key)
            where w.missing
            order by e.hub_key, e.seq
            limit $1
            """);
        command.Parameters.Add(new() { Value = limit });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var wanted = new List<(KnownHub, Position, CurrentChange)>();
        while (await reader.ReadAsync(cancellation))
        {
            if (hubs.Find(reader.GetInt32(0)) is not { IsHidden: false } hub)
                continue;
            wanted.Add((
                hub,
                new((uint)reader.GetInt64(7), (ulong)reader.GetInt64(8)),
                new(new(reader.GetGuid(1)), new((uint)reader.GetInt64(2), (ulong)reader.GetInt64(3)), (EntryKind)reader.GetInt32(4), (ChangeOp)reader.GetInt16(5), Hash.Read(reader.GetFieldValue<byte[]>(6)))));
        }
        return wanted;
    }
}
