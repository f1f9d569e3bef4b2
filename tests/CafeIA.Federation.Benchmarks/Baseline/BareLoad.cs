using CafeIA.Federation.Benchmarks.Report;
using CafeIA.Federation.Benchmarks.Stage;
using CafeIA.Federation.Node.Directory.Content;
using CafeIA.Federation.Node.Directory.Places;
using CafeIA.Federation.Node.Directory.Places.Coordinates;
using CafeIA.Federation.Node.Directory.Projection;
using CafeIA.Federation.Node.Directory.Search;
using CafeIA.Federation.Node.Journal;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using NpgsqlTypes;

namespace CafeIA.Federation.Benchmarks.Baseline;

/// <summary>The rows of a database that a node filled, loaded into another as one would by hand: COPY from files, the words of the texts, then every index, one after the other. No HTTP, no JSON, no proof.</summary>
internal static class BareLoad
{
    /// <summary>Memory for one index that is built, as the node asks for.</summary>
    private const string IndexMemory = "256MB";

    private static readonly string[] Tables = ["change", "entry", "subtree", "event", "occurrence"];

    public static async Task MeasureAsync(PostgresStage postgres, string folder, string filled, int entries, string name, ResultTable table, CancellationToken cancellation)
    {
        Progress.Say("the same rows by hand…");
        await using var source = NpgsqlDataSource.Create(filled);
        var columns = await WriteFilesAsync(source, folder, cancellation);
        await using var target = NpgsqlDataSource.Create(await postgres.CreateDatabaseAsync("load", 4, cancellation));
        await new SchemaRunner(target, NullLogger<SchemaRunner>.Instance).RunAsync(cancellation);
        await using var connection = await target.OpenConnectionAsync(cancellation);
        var indexes = await DropIndexesAsync(connection, cancellation);
        await ExecuteAsync(connection, "checkpoint", cancellation);
        var started = TimeProvider.System.GetTimestamp();
        await ExecuteAsync(connection, $"set maintenance_work_mem = '{IndexMemory}'", cancellation);
        foreach (var loaded in Tables.Where(t => t != "event"))
            await LoadAsync(connection, loaded, folder, cancellation);
        await ExecuteAsync(connection, "create temporary table event_text as select e.*, ''::text as a, ''::text as b, ''::text as c from event e limit 0; alter table event_text drop column search", cancellation);
        await LoadAsync(connection, "event_text", folder, cancellation);
        await ExecuteAsync(
            connection,
            $"""
            insert into event ({columns}, search)
            select {columns}, setweight(to_tsvector('cafeia_fr', a), 'A') || setweight(to_tsvector('cafeia_fr', b), 'B') || setweight(to_tsvector('cafeia_fr', c), 'C')
            from event_text
            """,
            cancellation);
        var copied = TimeProvider.System.GetElapsedTime(started);
        foreach (var index in indexes)
            await ExecuteAsync(connection, index, cancellation);
        var indexed = TimeProvider.System.GetElapsedTime(started);
        await ExecuteAsync(connection, $"analyze {string.Join(", ", Tables)}", cancellation);
        table.Baseline(name, $"COPY and words ({copied.TotalSeconds:0} s), {indexes.Count} indexes ({(indexed - copied).TotalSeconds:0} s), ANALYZE, on one connection", "s", TimeProvider.System.GetElapsedTime(started).TotalSeconds);
    }

    /// <summary>Each table's rows as a file of PostgreSQL's binary COPY; of the events the texts instead of their words.</summary>
    /// <returns>The columns of an event besides its words.</returns>
    private static async Task<string> WriteFilesAsync(NpgsqlDataSource source, string folder, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        await WriteTextsAsync(source, connection, cancellation);
        await using var named = new NpgsqlCommand("select string_agg(quote_ident(attname), ', ' order by attnum) from pg_attribute where attrelid = 'event'::regclass and attnum > 0 and not attisdropped and attname <> 'search'", connection);
        var columns = (string)(await named.ExecuteScalarAsync(cancellation))!;
        // In the order in which they were written, as a dump has them.
        foreach (var table in Tables.Where(t => t != "event"))
            await WriteAsync(connection, $"copy {table} to stdout (format binary)", Path.Combine(folder, table), cancellation);
        await WriteAsync(
            connection,
            $"copy (select {string.Join(", ", columns.Split(", ").Select(c => $"e.{c}"))}, t.a, t.b, t.c from event e join event_text t on t.id = e.entry_id order by e.entry_id) to stdout (format binary)",
            Path.Combine(folder, "event_text"),
            cancellation);
        return columns;
    }

    private static async Task WriteTextsAsync(NpgsqlDataSource source, NpgsqlConnection connection, CancellationToken cancellation)
    {
        await ExecuteAsync(connection, "create temporary table event_text (id uuid, a text, b text, c text)", cancellation);
        var catalog = new CurrentPlaces(new PlaceCoordinateStore(source, TimeProvider.System)).Catalog;
        await using var command = source.CreateCommand("select e.entry_id, c.body from entry e join change c on c.hub_key = e.hub_key and c.epoch = e.epoch and c.seq = e.seq where c.body is not null");
        command.CommandTimeout = 0;
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        await using var writer = await connection.BeginBinaryImportAsync("copy event_text from stdin (format binary)", cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            if (!LenientBody.TryParse(reader.GetFieldValue<byte[]>(1), out EventContent? content))
                continue;
            var text = SearchText.Of(content, PlaceDerivation.Derive(content.Place, catalog));
            await writer.StartRowAsync(cancellation);
            await writer.WriteAsync(reader.GetGuid(0), NpgsqlDbType.Uuid, cancellation);
            foreach (var part in (string[])[text.A, text.B, text.C])
                await writer.WriteAsync(part, NpgsqlDbType.Text, cancellation);
        }
        await writer.CompleteAsync(cancellation);
    }

    /// <returns>What makes them again.</returns>
    private static async Task<IReadOnlyList<string>> DropIndexesAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        var (make, drop) = (new List<string>(), new List<string>());
        await using (var command = new NpgsqlCommand(
            """
            select case when k.oid is null then pg_get_indexdef(i.indexrelid) else format('alter table %s add constraint %I %s', i.indrelid::regclass, k.conname, pg_get_constraintdef(k.oid)) end,
                   case when k.oid is null then format('drop index %s', i.indexrelid::regclass) else format('alter table %s drop constraint %I', i.indrelid::regclass, k.conname) end
            from pg_index i
            left join pg_constraint k on k.conindid = i.indexrelid and k.contype = 'p'
            where i.indrelid = any($1::text[]::regclass[])
            order by k.conname is null, i.indexrelid
            """,
            connection))
        {
            command.Parameters.Add(new() { Value = Tables });
            await using var reader = await command.ExecuteReaderAsync(cancellation);
            while (await reader.ReadAsync(cancellation))
            {
                make.Add(reader.GetString(0));
                drop.Add(reader.GetString(1));
            }
        }
        foreach (var sql in drop)
            await ExecuteAsync(connection, sql, cancellation);
        return make;
    }

    private static async Task WriteAsync(NpgsqlConnection connection, string copy, string file, CancellationToken cancellation)
    {
        await using var rows = await connection.BeginRawBinaryCopyAsync(copy, cancellation);
        await using var written = File.Create(file);
        await rows.CopyToAsync(written, cancellation);
    }

    private static async Task LoadAsync(NpgsqlConnection connection, string table, string folder, CancellationToken cancellation)
    {
        await using var read = File.OpenRead(Path.Combine(folder, table));
        await using var rows = await connection.BeginRawBinaryCopyAsync($"copy {table} from stdin (format binary)", cancellation);
        await read.CopyToAsync(rows, cancellation);
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
