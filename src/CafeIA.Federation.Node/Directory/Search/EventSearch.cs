using CafeIA.Federation.Node.Directory.Content;
using CafeIA.Federation.Node.Directory.Index;
using CafeIA.Federation.Node.Directory.Places;
using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Protocol.Identifiers;
using Npgsql;
using NpgsqlTypes;

namespace CafeIA.Federation.Node.Directory.Search;

/// <summary>Finds events in the directory, page by page.</summary>
internal sealed class EventSearch(NpgsqlDataSource database, HubRegister hubs, CurrentPlaces places, Spelling spelling, IndexUpkeep index, WordQueries words, FetchedHits fetched)
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
        var catalog = places.Catalog;
        // One more than the page holds only says that there is a next page.
        var hits = new EventHit?[Math.Min(found.Count, filter.Limit)];
        var lacking = new List<int>();
        for (var i = 0; i < hits.Length; i++)
        {
            hits[i] = fetched.Find(found[i], catalog);
            if (hits[i] is null)
                lacking.Add(i);
        }
        if (lacking.Count > 0 && !await FetchAsync(found, lacking, hits, catalog, cancellation))
            return null;
        var page = new PageMaker(filter);
        for (var i = 0; i < hits.Length; i++)
            page.Add(found[i].Rank, found[i].Start, found[i].Entry, found[i].HubKey, Show(hits[i], found[i].HubKey, filter));
        return page.Make(found.Count);
    }

    /// <summary>Fetches the rows that are lacking, each in the version that was meant.</summary>
    /// <returns>False where one is another version by now.</returns>
    private async Task<bool> FetchAsync(IReadOnlyList<IndexHit> found, List<int> lacking, EventHit?[] hits, PlaceCatalog catalog, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(
            $"""
            select k.place, {RowColumns}
            from unnest($1::integer[], $2::integer[], $3::uuid[], $4::timestamptz[], $5::xid[]) as k (place, hub_key, entry_id, starts_at, version)
            join event e on e.entry_id = k.entry_id and e.hub_key = k.hub_key and e.xmin = k.version
            join occurrence o on o.entry_id = k.entry_id and o.hub_key = k.hub_key and o.starts_at = k.starts_at
            join entry n on n.entry_id = k.entry_id and n.hub_key = k.hub_key
            join change c on c.hub_key = n.hub_key and c.epoch = n.epoch and c.seq = n.seq
            """);
        command.Parameters.Add(new() { Value = lacking.ToArray() });
        command.Parameters.Add(new() { Value = lacking.Select(i => found[i].HubKey).ToArray() });
        command.Parameters.Add(new() { Value = lacking.Select(i => found[i].Entry).ToArray() });
        command.Parameters.Add(new() { Value = lacking.Select(i => found[i].Start).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.TimestampTz });
        command.Parameters.Add(new() { Value = lacking.Select(i => found[i].Version).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Xid });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var rows = 0;
        while (await reader.ReadAsync(cancellation))
        {
            rows++;
            var i = reader.GetInt32(0);
            if (Read(reader, catalog) is not { } hit)
                continue;
            hits[i] = hit;
            fetched.Keep(found[i], hit, catalog, reader.GetBytes(15, 0, null, 0, 0));
        }
        return rows == lacking.Count;
    }

    private async Task<SearchPage<EventHit>> QueryAsync(DirectoryFilter filter, int[] keys, CancellationToken cancellation)
    {
        await using var batch = new EventQuery(filter, keys, hubs.HiddenKeys).Page(database);
        await using var reader = await batch.ExecuteReaderAsync(cancellation);
        await reader.NextResultAsync(cancellation);
        var catalog = places.Catalog;
        var page = new PageMaker(filter);
        var rows = 0;
        while (await reader.ReadAsync(cancellation))
        {
            rows++;
            if (!page.IsFull)
                page.Add(reader.GetDouble(0), reader.GetDateTime(1), reader.GetGuid(10), reader.GetInt32(9), Show(Read(reader, catalog), reader.GetInt32(9), filter));
        }
        return page.Make(rows);
    }

    /// <summary>The row behind the first column; null where it cannot be shown.</summary>
    private EventHit? Read(NpgsqlDataReader reader, PlaceCatalog catalog)
    {
        // One statement sees one snapshot: a body that is missing here was taken away by hand.
        if (hubs.Find(reader.GetInt32(9)) is not { } hub || reader.IsDBNull(15) || !LenientBody.TryParse(reader.GetFieldValue<byte[]>(15), out EventContent? content))
            return null;
        return new EventHit(
            new EntryId(reader.GetGuid(10)),
            hub,
            new Position((uint)reader.GetInt64(11), (ulong)reader.GetInt64(12)),
            reader.GetFieldValue<DateTimeOffset>(13),
            reader.GetFieldValue<DateTimeOffset>(14),
            content,
            PlaceDerivation.Derive(content.Place, catalog),
            OccurrenceRows.Read(reader, 1),
            null);
    }

    /// <summary>As this search sees it, by what its hub is now.</summary>
    private EventHit? Show(EventHit? hit, int hubKey, DirectoryFilter filter) => hit is not null && hubs.Find(hubKey) is { IsHidden: false } hub
        ? hit with { Hub = hub, DistanceKm = filter.Near is { } near ? hit.Place.Point?.KilometresTo(near.Point) : null }
        : null;

    /// <summary>Rows in their order, and where the next page begins.</summary>
    private struct PageMaker(DirectoryFilter filter)
    {
        private readonly List<EventHit> hits = new(filter.Limit);
        private PageCursor? last;
        private int rows;

        public readonly bool IsFull => rows == filter.Limit;

        /// <param name="hit">Null: the row counts and is not shown.</param>
        public void Add(double rank, DateTime start, Guid entry, int hubKey, EventHit? hit)
        {
            rows++;
            last = new PageCursor(filter.Sort, rank, PageCursor.Microseconds(start), entry, hubKey);
            if (hit is not null)
                hits.Add(hit);
        }

        /// <param name="found">Rows there were; one more than the page holds when there is a next page.</param>
        public readonly SearchPage<EventHit> Make(int found) => new(hits, found > filter.Limit ? last?.ToString() : null);
    }
}
