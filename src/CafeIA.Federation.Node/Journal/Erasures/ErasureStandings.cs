using CafeIA.Federation.Protocol.Heads;
using CafeIA.Federation.Protocol.Identifiers;
using Npgsql;

namespace CafeIA.Federation.Node.Journal.Erasures;

/// <summary>How far this node is with each hub's erasures, from the database.</summary>
internal sealed class ErasureStandings(NpgsqlDataSource database)
{
    /// <summary>One for each hub with an erasure whose change is held, by hub.</summary>
    public async Task<IReadOnlyList<ErasedUpTo>> AllAsync(CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(
            """
            select x.hub_id, e.epoch, e.seq, x.purged_at is not null
            from erasure x
            join hub h using (hub_id)
            join entry e on e.entry_id = x.entry_id and e.hub_key = h.hub_key and e.op = 3
            order by x.hub_id, e.epoch, e.seq
            """);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var all = new List<ErasedUpTo>();
        var isGapless = true;
        while (await reader.ReadAsync(cancellation))
        {
            var hub = HubId.Parse(reader.GetString(0));
            var position = new Position((uint)reader.GetInt64(1), (ulong)reader.GetInt64(2));
            if (all.Count == 0 || all[^1].Hub != hub)
            {
                all.Add(new(hub, default, default));
                isGapless = true;
            }
            // Purged up to the first that is not.
            isGapless &= reader.GetBoolean(3);
            all[^1] = new(hub, position, isGapless ? position : all[^1].Purged);
        }
        return all;
    }
}
