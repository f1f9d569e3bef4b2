using CafeIA.Federation.Node.Directory.Content;
using CafeIA.Federation.Node.Directory.Occurrences;
using CafeIA.Federation.Node.Directory.Places;
using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Protocol.Identifiers;
using Npgsql;

namespace CafeIA.Federation.Node.Directory.Search;

/// <summary>One event by its id, in full.</summary>
internal sealed class EventLookup(NpgsqlDataSource database, HubRegister hubs, CurrentPlaces places, TimeProvider time)
{
    public const int MaxUpcoming = 800;

    public async Task<Lookup<EventDetail>> FindAsync(EntryId entry, CancellationToken cancellation)
    {
        var row = await EntryRow.FindAsync(database, hubs, entry, cancellation);
        if (EntryRow.Absent<EventDetail>(row, EntryKind.Event) is { } absent)
            return absent;
        if (!LenientBody.TryParse(row!.Body, out EventContent? content))
            return EntryRow.Hidden<EventDetail>(row);
        var (upcoming, last, past) = await OccurrencesAsync(row, cancellation);
        var hit = new EventHit(
            entry, row.Hub, row.Position, row.FirstAt, row.ChangedAt, content, PlaceDerivation.Derive(content.Place, places.Catalog), upcoming is [var next, ..] ? next : last, null);
        return new(LookupState.Shown, new EventDetail(hit, upcoming, past), row.Hub, row.ChangedAt);
    }

    private async Task<(IReadOnlyList<Occurrence> Upcoming, Occurrence? Last, int Past)> OccurrencesAsync(EntryRow row, CancellationToken cancellation)
    {
        await using var batch = database.CreateBatch();
        Add(
            $"""
            select {OccurrenceRows.Columns} from occurrence
            where entry_id = $1 and hub_key = $2 and (ends_at > $3 or starts_at >= $3) and date is not null
            order by starts_at limit {MaxUpcoming}
            """);
        Add(
            $"""
            select {OccurrenceRows.Columns}, count(*) over () from occurrence
            where entry_id = $1 and hub_key = $2 and ends_at <= $3 and starts_at < $3
            order by starts_at desc limit 1
            """);
        await using var reader = await batch.ExecuteReaderAsync(cancellation);
        var upcoming = new List<Occurrence>();
        while (await reader.ReadAsync(cancellation))
        {
            if (OccurrenceRows.Read(reader, 0) is { } occurrence)
                upcoming.Add(occurrence);
        }
        await reader.NextResultAsync(cancellation);
        return await reader.ReadAsync(cancellation)
            ? (upcoming, OccurrenceRows.Read(reader, 0), (int)reader.GetInt64(8))
            : (upcoming, null, 0);

        void Add(string sql)
        {
            var command = new NpgsqlBatchCommand(sql);
            command.Parameters.Add(new() { Value = row.Entry.Value });
            command.Parameters.Add(new() { Value = row.Hub.Key });
            command.Parameters.Add(new() { Value = time.GetUtcNow().UtcDateTime });
            batch.BatchCommands.Add(command);
        }
    }
}
