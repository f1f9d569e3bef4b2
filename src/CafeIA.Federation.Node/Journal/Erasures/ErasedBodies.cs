using Npgsql;

namespace CafeIA.Federation.Node.Journal.Erasures;

/// <summary>Takes every body of every erased entry away by reading all headers, whatever the chains of versions say, and out of a snapshot on its way. For a start after a restore, and before a purge.</summary>
internal static class ErasedBodies
{
    private const string Sql =
        """
        with staged as (
            update snapshot_entry s set salt = null, body = null
            from hub h, erasure x
            where s.hub_key = h.hub_key and x.hub_id = h.hub_id and x.entry_id = s.entry_id and s.body is not null
        )
        update change c set salt = null, body = null
        from hub h, erasure x
        where c.hub_key = h.hub_key and x.hub_id = h.hub_id and c.body is not null and substring(c.header from 25 for 16) = uuid_send(x.entry_id)
        """;

    public static NpgsqlBatchCommand Sweep() => new(Sql);
}
