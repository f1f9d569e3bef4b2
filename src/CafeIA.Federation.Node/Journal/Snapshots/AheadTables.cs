using Npgsql;

namespace CafeIA.Federation.Node.Journal.Snapshots;

/// <summary>Tables in which the rows of one hub's snapshot are derived while it comes: of the names and the shape of those that are read, in a schema of their own, with their primary keys only.</summary>
/// <remarks>
/// The real projections write there, because the schema stands first in their search path. Nothing else reads it. What was derived by another build of the program
/// is thrown away: it would not show what this one shows. So is all of it whenever the staged entries are; it can be derived anew from them at any time.
/// </remarks>
/// <param name="Live">The schema of the tables that are read, quoted.</param>
/// <param name="Name">The schema of the hub's own, quoted.</param>
/// <param name="Path">The search path in which those that are read stand first.</param>
internal readonly record struct AheadTables(string Live, string Name, string Path)
{
    /// <summary>Which seqs of the staged entries have their rows: from <c>after</c> (excluded) to <c>next</c>.</summary>
    public const string Stretches = "derived";

    /// <summary>The journal's own table that is filled ahead.</summary>
    private const string Entries = "entry";

    /// <summary>Rows derived by another build may say something else.</summary>
    private static readonly string Build = typeof(AheadTables).Assembly.ManifestModule.ModuleVersionId.ToString();

    public static async Task<AheadTables> OfAsync(NpgsqlConnection connection, KnownHub hub, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("select quote_ident(current_schema()), quote_ident(current_schema() || '_ahead_' || $1), current_setting('search_path')", connection);
        command.Parameters.Add(new() { Value = hub.Key.ToString(System.Globalization.CultureInfo.InvariantCulture) });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        return new(reader.GetString(0), reader.GetString(1), reader.GetString(2));
    }

    /// <summary>Makes the tables where there are none of this build.</summary>
    public async Task CreateAsync(NpgsqlConnection connection, IEnumerable<string> tables, CancellationToken cancellation)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await using (var build = new NpgsqlCommand("select obj_description(to_regnamespace($1), 'pg_namespace')", connection, transaction))
        {
            build.Parameters.Add(new() { Value = Name });
            if (await build.ExecuteScalarAsync(cancellation) is string made && made == Build)
                return;
        }
        await ExecuteAsync(connection, $"drop schema if exists {Name} cascade; create schema {Name}; comment on schema {Name} is '{Build}'; create table {Name}.{Stretches} (after bigint primary key, next bigint not null)", cancellation);
        foreach (var table in tables.Prepend(Entries))
        {
            await using var key = new NpgsqlCommand("select format('constraint %I %s', conname, pg_get_constraintdef(oid)) from pg_constraint where conrelid = $1::regclass and contype = 'p'", connection, transaction);
            key.Parameters.Add(new() { Value = $"{Live}.{table}" });
            var primary = (string)(await key.ExecuteScalarAsync(cancellation))!;
            await ExecuteAsync(connection, $"create table {Name}.{table} (like {Live}.{table} including all excluding indexes, {primary})", cancellation);
        }
        await transaction.CommitAsync(cancellation);
    }

    public Task DropAsync(NpgsqlConnection connection, CancellationToken cancellation) => ExecuteAsync(connection, $"drop schema if exists {Name} cascade", cancellation);

    /// <summary>Drops those of every hub that erased something: they may hold words of it, and are derived anew without them.</summary>
    public static async Task DropErasedAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await ExecuteAsync(
            connection,
            """
            do $$
            declare ahead text;
            begin
                for ahead in
                    select n.nspname from hub h join pg_namespace n on n.nspname = current_schema() || '_ahead_' || h.hub_key
                    where exists (select from erasure x where x.hub_id = h.hub_id and x.purged_at is null)
                loop
                    execute format('drop schema if exists %I cascade', ahead);
                end loop;
            end $$
            """,
            cancellation);
    }

    /// <summary>Until the transaction ends, what names a table without its schema means the one here, if there is one.</summary>
    public Task EnterAsync(NpgsqlConnection connection, CancellationToken cancellation) => ExecuteAsync(connection, $"set local search_path = {Name}, {Path}", cancellation);

    public Task LeaveAsync(NpgsqlConnection connection, CancellationToken cancellation) => ExecuteAsync(connection, $"set local search_path = {Path}", cancellation);

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
