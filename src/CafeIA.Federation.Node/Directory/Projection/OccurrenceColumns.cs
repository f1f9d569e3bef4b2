using CafeIA.Federation.Node.Directory.Occurrences;
using Npgsql;
using NpgsqlTypes;

namespace CafeIA.Federation.Node.Directory.Projection;

/// <summary>Occurrences of one batch, column by column, as <c>unnest</c> takes them.</summary>
internal sealed class OccurrenceColumns(int capacity)
{
    /// <summary>Longer occurrences are found by their range, shorter ones by their start (see <c>occurrence_long</c>).</summary>
    public static readonly TimeSpan Long = TimeSpan.FromHours(6);

    /// <summary>The start and end of what has no date: <c>infinity</c> in PostgreSQL.</summary>
    public static readonly DateTime NoDate = DateTime.SpecifyKind(DateTime.MaxValue, DateTimeKind.Utc);

    private const int MaxTitle = 200;
    private const NpgsqlDbType Times = NpgsqlDbType.Array | NpgsqlDbType.TimestampTz;
    private const NpgsqlDbType Texts = NpgsqlDbType.Array | NpgsqlDbType.Text;

    private readonly List<Guid> ids = new(capacity);
    private readonly List<DateTime> starts = new(capacity);
    private readonly List<DateTime> ends = new(capacity);
    private readonly List<DateOnly?> dates = new(capacity);
    private readonly List<bool> allDay = new(capacity);
    private readonly List<bool> timeGiven = new(capacity);
    private readonly List<bool> endGiven = new(capacity);
    private readonly List<string> statuses = new(capacity);
    private readonly List<string?> titles = new(capacity);
    private readonly List<bool> isLong = new(capacity);

    public int Count => ids.Count;

    /// <summary>Adds an event's occurrences; one row at infinity when it has none, so that an event without a date is listed too.</summary>
    public void Add(Guid entry, string status, IReadOnlyList<Occurrence> occurrences)
    {
        if (occurrences.Count == 0)
        {
            Add(entry, NoDate, NoDate, null, new Occurrence { Status = status });
            return;
        }
        for (var i = 0; i < occurrences.Count; i++)
        {
            var occurrence = occurrences[i];
            // Two at one moment would be one row: the later in the list wins, unless it is the one that does not take place.
            if (i + 1 < occurrences.Count && occurrences[i + 1].StartUtc == occurrence.StartUtc && occurrences[i + 1].Status != "cancelled")
                continue;
            if (i > 0 && Count > 0 && ids[^1] == entry && starts[^1] == occurrence.StartUtc.UtcDateTime)
                continue;
            Add(entry, occurrence.StartUtc.UtcDateTime, occurrence.EndUtc.UtcDateTime, occurrence.Date, occurrence);
        }
    }

    /// <summary>The rows take format, département and région of their event, which stands already.</summary>
    public NpgsqlBatchCommand Insert(int hubKey)
    {
        var command = new NpgsqlBatchCommand(
            """
            insert into occurrence (hub_key, entry_id, starts_at, ends_at, date, all_day, time_given, end_given, status, title, format, departement, region, long)
            select $1, r.id, r.starts_at, r.ends_at, r.date, r.all_day, r.time_given, r.end_given, r.status, r.title, e.format, e.departement, e.region, r.long
            from unnest($2::uuid[], $3::timestamptz[], $4::timestamptz[], $5::date[], $6::boolean[], $7::boolean[], $8::boolean[], $9::text[], $10::text[], $11::boolean[])
                as r (id, starts_at, ends_at, date, all_day, time_given, end_given, status, title, long)
            join event e on e.hub_key = $1 and e.entry_id = r.id
            on conflict do nothing
            """);
        command.Parameters.Add(new() { Value = hubKey });
        command.Parameters.Add(new() { Value = ids });
        command.Parameters.Add(new() { Value = starts, NpgsqlDbType = Times });
        command.Parameters.Add(new() { Value = ends, NpgsqlDbType = Times });
        command.Parameters.Add(new() { Value = dates });
        command.Parameters.Add(new() { Value = allDay });
        command.Parameters.Add(new() { Value = timeGiven });
        command.Parameters.Add(new() { Value = endGiven });
        command.Parameters.Add(new() { Value = statuses, NpgsqlDbType = Texts });
        command.Parameters.Add(new() { Value = titles, NpgsqlDbType = Texts });
        command.Parameters.Add(new() { Value = isLong });
        return command;
    }

    private void Add(Guid entry, DateTime start, DateTime end, DateOnly? date, Occurrence occurrence)
    {
        ids.Add(entry);
        starts.Add(start);
        ends.Add(end);
        dates.Add(date);
        allDay.Add(occurrence.AllDay);
        timeGiven.Add(occurrence.TimeGiven);
        endGiven.Add(occurrence.EndGiven);
        statuses.Add(Bounded.Name(occurrence.Status) ?? "confirmed");
        titles.Add(occurrence.Title is { Length: > 0 } title ? Bounded.Cut(title, MaxTitle) : null);
        isLong.Add(end - start > Long);
    }
}
