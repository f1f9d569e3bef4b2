using System.Runtime.CompilerServices;
using Npgsql;
using NpgsqlTypes;

namespace CafeIA.Federation.Node.Directory.Index;

/// <summary>Reads events as the index takes them, each with the occurrences of the same moment.</summary>
internal sealed class IndexRows(NpgsqlDataSource database)
{
    private const string EventColumns =
        "e.hub_key, e.entry_id, e.xmin, e.format, e.mode, e.languages, e.audiences, e.themes, e.accessibility, e.free, e.commune, e.departement, e.region, e.point, tsvectorsend(e.search)";

    /// <summary>These events; what is not there any more is left out.</summary>
    public async Task<List<IndexedEvent>> ReadAsync(IReadOnlyCollection<(int HubKey, Guid Entry)> wanted, CancellationToken cancellation)
    {
        // One statement, hence one snapshot: an event never comes with the occurrences of another version of it.
        await using var command = database.CreateCommand(
            $"""
            select {EventColumns}, o.starts, o.ends, o.statuses
            from unnest($1::integer[], $2::uuid[]) as w (hub_key, entry_id)
            join event e on e.entry_id = w.entry_id and e.hub_key = w.hub_key
            left join lateral (
                select array_agg(starts_at order by starts_at) as starts, array_agg(ends_at order by starts_at) as ends, array_agg(status order by starts_at) as statuses
                from occurrence where entry_id = e.entry_id and hub_key = e.hub_key) o on true
            """);
        command.Parameters.Add(new() { Value = wanted.Select(w => w.HubKey).ToArray() });
        command.Parameters.Add(new() { Value = wanted.Select(w => w.Entry).ToArray() });
        var read = new List<IndexedEvent>(wanted.Count);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            var occurrences = Array.Empty<IndexedOccurrence>();
            if (!reader.IsDBNull(15))
            {
                var (starts, ends, statuses) = (reader.GetFieldValue<DateTime[]>(15), reader.GetFieldValue<DateTime[]>(16), reader.GetFieldValue<string[]>(17));
                occurrences = new IndexedOccurrence[starts.Length];
                for (var i = 0; i < starts.Length; i++)
                    occurrences[i] = new(starts[i], ends[i], statuses[i]);
            }
            read.Add(Read(reader, occurrences));
        }
        return read;
    }

    /// <summary>Events of a hub that there are, no more than so many.</summary>
    public async Task<IReadOnlyList<Guid>> EntriesOfAsync(int hubKey, int most, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand("select distinct entry_id from occurrence where hub_key = $1 limit $2");
        command.Parameters.Add(new() { Value = hubKey });
        command.Parameters.Add(new() { Value = most });
        var entries = new List<Guid>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
            entries.Add(reader.GetGuid(0));
        return entries;
    }

    /// <summary>All events as they stand at one moment: events and occurrences come in the same order over two connections and are joined on the way.</summary>
    public async IAsyncEnumerable<IndexedEvent> ReadAllAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        await using var first = await BeginAsync(null, cancellation);
        await using var export = new NpgsqlCommand("select pg_export_snapshot()", first.Connection);
        var snapshot = (string)(await export.ExecuteScalarAsync(cancellation))!;
        await using var second = await BeginAsync(snapshot, cancellation);
        await using var events = await QueryAsync(first, $"select {EventColumns} from event e order by e.entry_id, e.hub_key", cancellation);
        await using var occurrences = await QueryAsync(second, "select entry_id, hub_key, starts_at, ends_at, status from occurrence order by entry_id, hub_key, starts_at", cancellation);
        var more = await occurrences.ReadAsync(cancellation);
        var own = new List<IndexedOccurrence>();
        var status = "";
        while (await events.ReadAsync(cancellation))
        {
            var (entry, hubKey) = (events.GetGuid(1), events.GetInt32(0));
            own.Clear();
            while (more && Compare(occurrences, entry, hubKey) is var order and <= 0)
            {
                if (order == 0)
                {
                    var read = occurrences.GetString(4);
                    status = read == status ? status : string.Intern(read);
                    own.Add(new(occurrences.GetDateTime(2), occurrences.GetDateTime(3), status));
                }
                more = await occurrences.ReadAsync(cancellation);
            }
            yield return Read(events, [.. own]);
        }
    }

    private static int Compare(NpgsqlDataReader occurrences, Guid entry, int hubKey) =>
        occurrences.GetGuid(0).CompareTo(entry) is var byEntry and not 0 ? byEntry : occurrences.GetInt32(1).CompareTo(hubKey);

    private async Task<Reading> BeginAsync(string? snapshot, CancellationToken cancellation)
    {
        var connection = await database.OpenConnectionAsync(cancellation);
        var transaction = await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, cancellation);
        // In the order of the keys, from their index: a sort of a million texts would go through the disk.
        await using var settings = new NpgsqlCommand(
            (snapshot is null ? "" : $"set transaction snapshot '{snapshot}';") + "set local enable_sort = off; set local enable_seqscan = off; set local cursor_tuple_fraction = 1", connection, transaction);
        await settings.ExecuteNonQueryAsync(cancellation);
        return new(connection, transaction);
    }

    private static async Task<NpgsqlDataReader> QueryAsync(Reading reading, string sql, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, reading.Connection) { CommandTimeout = 0 };
        return await command.ExecuteReaderAsync(cancellation);
    }

    private static IndexedEvent Read(NpgsqlDataReader reader, IReadOnlyList<IndexedOccurrence> occurrences)
    {
        var facets = new List<(Facet, string)>(16);
        Add(Facet.Format, 3);
        Add(Facet.Mode, 4);
        AddAll(Facet.Language, 5);
        AddAll(Facet.Audience, 6);
        AddAll(Facet.Theme, 7);
        AddAll(Facet.Accessibility, 8);
        if (facets.Count > 0 && facets[^1].Item1 == Facet.Accessibility)
            facets.Add((Facet.Accessibility, EventMatch.AnyAccessibility));
        if (!reader.IsDBNull(9))
            facets.Add((Facet.Free, reader.GetBoolean(9) ? bool.TrueString : bool.FalseString));
        Add(Facet.Commune, 10);
        Add(Facet.Departement, 11);
        Add(Facet.Region, 12);
        var point = reader.IsDBNull(13) ? new NpgsqlPoint(double.NaN, double.NaN) : reader.GetFieldValue<NpgsqlPoint>(13);
        return new(reader.GetInt32(0), reader.GetGuid(1), reader.GetFieldValue<uint>(2), facets, point.X, point.Y, reader.GetFieldValue<byte[]>(14), occurrences);

        void Add(Facet facet, int column)
        {
            if (!reader.IsDBNull(column))
                facets.Add((facet, reader.GetString(column)));
        }

        void AddAll(Facet facet, int column)
        {
            foreach (var value in reader.GetFieldValue<string[]>(column))
                facets.Add((facet, value));
        }
    }

    private sealed record Reading(NpgsqlConnection Connection, NpgsqlTransaction Transaction) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await Transaction.DisposeAsync();
            await Connection.DisposeAsync();
        }
    }
}
