using CafeIA.Federation.Node.Directory.Content;
using CafeIA.Federation.Node.Directory.Places;
using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Protocol.Identifiers;
using Npgsql;

namespace CafeIA.Federation.Node.Directory.Search;

/// <summary>Finds events in the directory, page by page.</summary>
internal sealed class EventSearch(NpgsqlDataSource database, HubRegister hubs, CurrentPlaces places, Spelling spelling)
{
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
        await using var batch = new EventQuery(filter, keys, hubs.HiddenKeys).Page(database);
        await using var reader = await batch.ExecuteReaderAsync(cancellation);
        await reader.NextResultAsync(cancellation);
        var hits = new List<EventHit>(filter.Limit);
        PageCursor? last = null;
        for (var row = 0; await reader.ReadAsync(cancellation); row++)
        {
            if (row == filter.Limit)
                return new(hits, last?.ToString());
            var entry = reader.GetGuid(10);
            var hubKey = reader.GetInt32(9);
            last = new PageCursor(filter.Sort, reader.GetDouble(0), PageCursor.Microseconds(reader.GetDateTime(1)), entry, hubKey);
            if (ReadHit(reader, filter, hubKey, entry) is { } hit)
                hits.Add(hit);
        }
        return new(hits, null);
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
