using CafeIA.Federation.Protocol;
using CafeIA.Federation.Protocol.Identifiers;
using Npgsql;
using NpgsqlTypes;

namespace CafeIA.Federation.Node.Intake.Runs;

/// <summary>What was written for one record of a source.</summary>
/// <param name="Entry">The entry that stands for it.</param>
/// <param name="Kind">Event or resource.</param>
/// <param name="Version">How often it was written; part of the command's name, so that a record that goes back to an earlier state is written again.</param>
/// <param name="Body">Hash of the body last written; null when the entry was begun and its write never confirmed.</param>
/// <param name="Title">For lists.</param>
/// <param name="IsWithdrawn">An import withdrew it because it was missing.</param>
internal sealed record ImportedEntry(EntryId Entry, EntryKind Kind, int Version, Hash? Body, string Title, bool IsWithdrawn);

/// <summary>The memory of imports: table <c>import_entry</c>.</summary>
internal sealed class ImportedEntries(NpgsqlDataSource database)
{
    /// <summary>First key of the advisory lock that one import of a source holds; the second is the source's hash.</summary>
    private const int LockSpace = 0x696D70;

    /// <summary>Held while an import of the source runs; null when another one does.</summary>
    public async Task<IAsyncDisposable?> LockAsync(string source, CancellationToken cancellation)
    {
        var connection = await database.OpenConnectionAsync(cancellation);
        await using var command = new NpgsqlCommand("select pg_try_advisory_lock($1, hashtext($2))", connection);
        command.Parameters.Add(new() { Value = LockSpace });
        command.Parameters.Add(new() { Value = source });
        if (await command.ExecuteScalarAsync(cancellation) is true)
            return new Lock(connection, source);
        await connection.DisposeAsync();
        return null;
    }

    public async Task<Dictionary<string, ImportedEntry>> LoadAsync(string source, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand("select uid, entry_id, kind, version, body_hash, title, is_withdrawn from import_entry where source = $1");
        command.Parameters.Add(new() { Value = source });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var entries = new Dictionary<string, ImportedEntry>(StringComparer.Ordinal);
        while (await reader.ReadAsync(cancellation))
        {
            entries[reader.GetString(0)] = new(
                new(reader.GetGuid(1)),
                (EntryKind)reader.GetInt32(2),
                reader.GetInt32(3),
                reader.IsDBNull(4) ? null : Hash.Read(reader.GetFieldValue<byte[]>(4)),
                reader.GetString(5),
                reader.GetBoolean(6));
        }
        return entries;
    }

    /// <summary>Of an erased entry only its id is kept: an import that runs while it is erased does not write its title back, and the record never becomes a new entry.</summary>
    public async Task SaveAsync(string source, IReadOnlyCollection<KeyValuePair<string, ImportedEntry>> entries, CancellationToken cancellation)
    {
        if (entries.Count == 0)
            return;
        await using var command = database.CreateCommand(
            """
            insert into import_entry (source, uid, entry_id, kind, version, body_hash, title, is_withdrawn)
            select $1, r.uid, r.entry_id, r.kind, r.version,
                   case when x.entry_id is null then r.body_hash end, case when x.entry_id is null then r.title else '' end, r.is_withdrawn and x.entry_id is null
            from unnest($2::text[], $3::uuid[], $4::integer[], $5::integer[], $6::bytea[], $7::text[], $8::boolean[])
                as r (uid, entry_id, kind, version, body_hash, title, is_withdrawn)
            left join (erasure x join hub h on h.hub_id = x.hub_id and h.is_local) on x.entry_id = r.entry_id
            on conflict (source, uid) do update
                set entry_id = excluded.entry_id, kind = excluded.kind, version = excluded.version, body_hash = excluded.body_hash, title = excluded.title, is_withdrawn = excluded.is_withdrawn
            """);
        command.Parameters.Add(new() { Value = source });
        command.Parameters.Add(new() { Value = entries.Select(e => e.Key).ToArray() });
        command.Parameters.Add(new() { Value = entries.Select(e => e.Value.Entry.Value).ToArray() });
        command.Parameters.Add(new() { Value = entries.Select(e => (int)e.Value.Kind).ToArray() });
        command.Parameters.Add(new() { Value = entries.Select(e => e.Value.Version).ToArray() });
        command.Parameters.Add(new() { Value = entries.Select(e => e.Value.Body?.ToArray()).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bytea });
        command.Parameters.Add(new() { Value = entries.Select(e => e.Value.Title).ToArray() });
        command.Parameters.Add(new() { Value = entries.Select(e => e.Value.IsWithdrawn).ToArray() });
        await command.ExecuteNonQueryAsync(cancellation);
    }

    private sealed class Lock(NpgsqlConnection connection, string source) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await using (connection)
            {
                // A pooled connection outlives its user, and a session's lock with it.
                await using var command = new NpgsqlCommand("select pg_advisory_unlock($1, hashtext($2))", connection);
                command.Parameters.Add(new() { Value = LockSpace });
                command.Parameters.Add(new() { Value = source });
                await command.ExecuteNonQueryAsync();
            }
        }
    }
}
