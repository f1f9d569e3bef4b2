using System.Globalization;
using CafeIA.Federation.Protocol;
using Npgsql;

namespace CafeIA.Federation.Node.Operations.Erasing;

/// <summary>What keeps dead versions alive: a transaction that began before they died, a prepared one, or a replication slot. A rebuild would copy them.</summary>
internal static class PurgeHolds
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    /// <summary>Waits until nothing can see what died before now.</summary>
    /// <returns>Null then; <c>purge-held</c> naming what held it when the patience is over.</returns>
    public static async Task<Refusal?> WaitAsync(NpgsqlConnection connection, TimeSpan patience, TimeProvider time, CancellationToken cancellation)
    {
        var started = time.GetTimestamp();
        await using var mark = new NpgsqlCommand("select pg_current_xact_id()::xid::text", connection);
        var now = (string)(await mark.ExecuteScalarAsync(cancellation))!;
        while (true)
        {
            await using var holds = new NpgsqlCommand(
                """
                select 'session ' || pid || ', ' || coalesce(nullif(application_name, ''), 'sans nom') from pg_stat_activity
                where datname = current_database() and pid <> pg_backend_pid() and backend_xmin is not null and age(backend_xmin) > age($1::xid)
                union all
                select 'transaction préparée ' || gid from pg_prepared_xacts where database = current_database() and age(transaction) > age($1::xid)
                union all
                select 'emplacement de réplication ' || slot_name from pg_replication_slots
                where coalesce(age(xmin), 0) > age($1::xid) or coalesce(age(catalog_xmin), 0) > age($1::xid)
                limit 1
                """,
                connection);
            holds.Parameters.Add(new() { Value = now, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text });
            if (await holds.ExecuteScalarAsync(cancellation) is not string who)
                return null;
            if (time.GetElapsedTime(started) >= patience)
                return new Refusal("purge-held", string.Create(CultureInfo.InvariantCulture, $"La base garde encore ce qui est effacé pour {who} : la purge recommencera plus tard."));
            await Task.Delay(Pause, time, cancellation);
        }
    }
}
