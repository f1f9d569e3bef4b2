using CafeIA.Federation.Node.Directory.Content;
using CafeIA.Federation.Node.Directory.Index;
using CafeIA.Federation.Node.Directory.Places;
using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Protocol.Identifiers;
using Npgsql;
using NpgsqlTypes;

namespace CafeIA.Federation.Node.Directory.Search;

/// <summary>Finds events in the directory, page by page.</summary>
internal sealed class EventSearch(NpgsqlDataSource database, HubRegister hubs, CurrentPlaces places, Spelling spelling, IndexUpkeep index, WordQueries words)
{
    private const string RowColumns =
        "o.starts_at, o.ends_at, o.date, o.all_day, o.time_given, o.end_given, o.status, o.title, o.hub_key, o.entry_id, n.epoch, n.seq, n.first_at, n.changed_at, c.body";

    /// <summary>One page. Where the text of a first page finds nothing, what it may have been meant to be is looked for instead.</summary>
    public async Task<SearchPage<EventHit>> SearchAsync(DirectoryFilter filter, CancellationToken cancellation)
    {
        var page = await FindAsync(filter, cancellation);
        if (page.Items.Count > 0 || filter.Text is not { } text || filter.After is not null)
            return page;
        if (await spelling.CorrectAsync(text, cancellation) is not { } corrected)
            return page;
        var instead = await FindAsync(filter with { Text = corrected }, cancellation);
        return instead.Items.Count == 0 ? page : instead with { Corrected = corrected };
    }

    private async Task<SearchPage<EventHit>> FindAsync(DirectoryFilter filter, CancellationToken cancellation)
    {
        if (filter.Kinds.Count > 0 && !filter.Kinds.Contains(EntryKind.Event))
            return new([], null);
        var keys = filter.Hubs.Select(hubs.Find).OfType<KnownHub>().Select(h => h.Key).ToArray();
        if (filter.Hubs.Count > 0 && keys.Length == 0)
            return new([], null);
        var page = index.Current is { } current ? await RecallAsync(current, filter, keys, cancellation) : null;
        index.Answered(fromMemory: page is not null);
        return page ?? await QueryAsync(filter, keys, cancellation);
    }

    /// <summary>The index names the rows. Null where PostgreSQL has to be asked, also because a row is not the version that was meant: then a change is just coming in.</summary>
    private async Task<SearchPage<EventHit>?> RecallAsync(EventIndex current, DirectoryFilter filter, int[] keys, CancellationToken cancellation)
    {
        var query = filter.Text is { } text ? await words.ReadAsync(text, cancellation) : null;
        if (!IndexSearch.CanAnswer(filter, query))
            return null;
        var found = IndexSearch.Page(current, filter, keys, hubs.HiddenKeys, query);
        if (found.Count == 0)
            return new([], null);
        await using var command = database.CreateCommand(
            $"""
            select k.rank, {RowColumns}
            from unnest($1::float8[], $2::integer[], $3::uuid[], $4::timestamptz[], $5::xid[]) with ordinality as k (rank, hub_key, entry_id, starts_at, version, place)
            join event e on e.entry_id = k.entry_id and e.hub_key = k.hub_key and e.xmin = k.version
            join occurrence o on o.entry_id = k.entry_id and o.hub_key = k.hub_key and o.starts_at = k.starts_at
            join entry n on n.entry_id = k.entry_id and n.hub_key = k.hub_key
            join change c on c.hub_key = n.hub_key and c.epoch = n.epoch and c.seq = n.seq
            order by k.place
            """);
        command.Parameters.Add(new() { Value = found.Select(f => f.Rank).ToArray() });
        command.Parameters.Add(new() { Value = found.Select(f => f.HubKey).ToArray() });
        command.Parameters.Add(new() { Value = found.Select(f => f.Entry).ToArray() });
        command.Parameters.Add(new() { Value = found.Select(f => f.Start).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.TimestampTz });
        command.Parameters.Add(new() { Value = found.Select(f => f.Version).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Xid });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var (page, rows) = await ReadAsync(reader, filter, cancellation);
        return rows == found.Count ? page : null;
    }

    private async Task<SearchPage<EventHit>> QueryAsync(DirectoryFilter filter, int[] keys, CancellationToken cancellation)
    {
        await using var batch = new EventQuery(filter, keys, hubs.HiddenKeys).Page(database);
        await using var reader = await batch.ExecuteReaderAsync(cancellation);
        await reader.NextResultAsync(cancellation);
        return (await ReadAsync(reader, filter, cancellation)).Page;
    }

    private async Task<(SearchPage<EventHit> Page, int Rows)> ReadAsync(NpgsqlDataReader reader, DirectoryFilter filter, CancellationToken cancellation)
    {
        var hits = new List<EventHit>(filter.Limit);
        PageCursor? last = null;
        var rows = 0;
        while (await reader.ReadAsync(cancellation))
        {
            if (rows++ == filter.Limit)
                return (new(hits, last?.ToString()), rows);
            var entry = reader.GetGuid(10);
            var hubKey = reader.GetInt32(9);
            last = new PageCursor(filter.Sort, reader.GetDouble(0), PageCursor.Microseconds(reader.GetDateTime(1)), entry, hubKey);
            if (ReadHit(reader, filter, hubKey, entry) is { } hit)
                hits.Add(hit);
        }
        return (new(hits, null), rows);
    }

    private EventHit? ReadHit(NpgsqlDataReader reader, DirectoryFilter filter, int hubKey, Guid entry)
    {
        // One statement sees one snapshot: a body that is missing here was taken away by hand.
        if (hubs.Find(hubKey) is not { IsHidden: false } hub || reader.IsDBNull(15) || !LenientBody.TryParse(reader.GetFieldValue<byte[]>(15), out EventContent? content))
            return null;
        var place = PlaceDerivation.Derive(content.Place, places.Catalog);
        return new EventHit(
            new EntryId(entry),
            hub,
            new Position((uint)reader.GetInt64(11), (ulong)reader.GetInt64(12)),
            reader.GetFieldValue<DateTimeOffset>(13),
            reader.GetFieldValue<DateTimeOffset>(14),
            content,
            place,
            OccurrenceRows.Read(reader, 1),
            filter.Near is { } near ? place.Point?.KilometresTo(near.Point) : null);
    }
}
