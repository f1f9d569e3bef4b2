using System.Globalization;
using CafeIA.Federation.Node.Directory.Content;
using CafeIA.Federation.Node.Directory.Places;
using Npgsql;

namespace CafeIA.Federation.Node.National;

/// <summary>Counts the activity of the whole federation from the directory, in one statement.</summary>
internal sealed class ActivityBoard(NpgsqlDataSource database, CurrentPlaces places)
{
    /// <summary>Codes of régions have two digits; territories that stand as their own have three and are listed when they have a café.</summary>
    private const int RegionCodeLength = 2;

    private static readonly string[] Months =
        ["janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre"];

    public async Task<Activity> ReadAsync(ActivityRequest request, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(
            """
            select grouping(o.region, o.departement, o.month, h.hub_id, o.format) as set,
                   coalesce(o.departement, o.region, o.month, h.hub_id, o.format, '') as key,
                   h.name as hub_name,
                   count(distinct (o.entry_id, o.hub_key))::integer as cafes,
                   count(*)::integer as occurrences
            from (
                select o.entry_id, o.hub_key, o.region, o.departement, o.format, to_char(o.date, 'YYYY-MM') collate "C" as month
                from occurrence o
                join event e on e.entry_id = o.entry_id and e.hub_key = o.hub_key
                where o.starts_at >= $1::date - interval '1 day' and o.starts_at < $2::date + interval '1 day'
                  and o.date >= $1 and o.date < $2
                  and o.status not in ('cancelled', 'postponed')
                  and ($3 or not e.example)
            ) o
            join hub h using (hub_key)
            where not h.is_hidden
            group by grouping sets ((), (o.region), (o.departement), (o.month), (h.hub_id, h.name), (o.format))
            """);
        command.Parameters.Add(new() { Value = request.From });
        command.Parameters.Add(new() { Value = request.To });
        command.Parameters.Add(new() { Value = request.WithExamples });
        var sets = Enum.GetValues<Grouping>().ToDictionary(g => g, _ => new Dictionary<string, (int Cafes, int Occurrences)>());
        var hubs = new Dictionary<string, string>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            var (set, key) = ((Grouping)reader.GetInt32(0), reader.GetString(1));
            sets[set][key] = (reader.GetInt32(3), reader.GetInt32(4));
            if (set == Grouping.Hub)
                hubs[key] = reader.GetString(2);
        }
        return Label(request, sets, hubs);
    }

    private Activity Label(
        ActivityRequest request, Dictionary<Grouping, Dictionary<string, (int Cafes, int Occurrences)>> sets, Dictionary<string, string> hubs)
    {
        var catalog = places.Catalog;
        var total = sets[Grouping.Total].GetValueOrDefault("");
        return new Activity(
            request,
            new ActivityCount("", "Total", total.Cafes, total.Occurrences),
            All(sets[Grouping.Region], catalog.Regions.Where(r => r.Code.Length == RegionCodeLength).Select(r => r.Code), code => catalog.FindRegion(code)?.Name, "Sans lieu"),
            All(
                sets[Grouping.Departement],
                catalog.Departements.Where(d => d.Region.Code.Length == RegionCodeLength).Select(d => d.Code),
                code => catalog.FindDepartement(code)?.Name,
                "Sans lieu"),
            InOrder(sets[Grouping.Month], request),
            All(sets[Grouping.Hub], [], id => hubs[id], ""),
            All(sets[Grouping.Format], [], name => Vocabulary.Label(Vocabulary.Formats, name), "Format non donné"));
    }

    /// <summary>The most active first, then by key; what has no key last.</summary>
    private static ActivityCount[] All(
        Dictionary<string, (int Cafes, int Occurrences)> counts, IEnumerable<string> always, Func<string, string?> label, string unknown) =>
    [
        .. counts.Keys.Union(always)
            .Select(key => (Count: counts.GetValueOrDefault(key), Key: key))
            .Select(c => c.Key.Length == 0
                ? new ActivityCount("", unknown, c.Count.Cafes, c.Count.Occurrences)
                : new ActivityCount(c.Key, label(c.Key) ?? c.Key, c.Count.Cafes, c.Count.Occurrences))
            .OrderBy(c => c.Key.Length == 0)
            .ThenByDescending(c => c.Occurrences)
            .ThenBy(c => c.Key, StringComparer.Ordinal),
    ];

    private static List<ActivityCount> InOrder(Dictionary<string, (int Cafes, int Occurrences)> counts, ActivityRequest request)
    {
        var months = new List<ActivityCount>();
        for (var month = request.From; month < request.To; month = month.AddMonths(1))
        {
            var key = month.ToString("yyyy-MM", CultureInfo.InvariantCulture);
            var (cafes, occurrences) = counts.GetValueOrDefault(key);
            months.Add(new ActivityCount(key, $"{Months[month.Month - 1]} {month.Year}", cafes, occurrences));
        }
        return months;
    }

    /// <summary>PostgreSQL's <c>grouping(region, departement, month, hub_id, format)</c>: a bit is 0 where the column is grouped by.</summary>
    private enum Grouping
    {
        Region = 0b01111,
        Departement = 0b10111,
        Month = 0b11011,
        Hub = 0b11101,
        Format = 0b11110,
        Total = 0b11111,
    }
}
