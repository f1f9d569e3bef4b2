using System.Text;
using CafeIA.Federation.Node.Directory.Index;
using CafeIA.Federation.Node.Directory.Places;
using CafeIA.Federation.Node.Directory.Projection;
using Npgsql;

namespace CafeIA.Federation.Node.Directory.Search;

/// <summary>Writes the SQL of one page of events. Only fixed fragments are joined; every value is a parameter.</summary>
/// <remarks>
/// A page by date reads the index of its narrowest filter in order and stops when it is full. With a period two runs follow each other: first the long
/// occurrences that run at its beginning, by their range, then all others by their start; the rows of the first all start before those of the second.
/// </remarks>
internal sealed class EventQuery
{
    private const string DateOrder = "starts_at, entry_id, hub_key";

    private readonly DirectoryFilter filter;
    private readonly IReadOnlyList<int> hubKeys;
    private readonly int[] hiddenKeys;
    private readonly List<NpgsqlParameter> parameters = [];
    private readonly List<string> onEvent = [];
    private readonly List<string> onOccurrence = [];

    /// <summary>Conditions on an occurrence alone, over the alias <c>{0}</c>: they also say which occurrence of an event is its first that matches.</summary>
    private readonly List<string> ofOccurrence = [];

    private string rank = "0::float8";

    /// <param name="filter">What is looked for.</param>
    /// <param name="hubKeys">The hubs of the filter, by their numbers here.</param>
    /// <param name="hiddenKeys">The hubs nothing is shown of.</param>
    public EventQuery(DirectoryFilter filter, IReadOnlyList<int> hubKeys, params int[] hiddenKeys)
    {
        this.filter = filter;
        this.hubKeys = hubKeys;
        this.hiddenKeys = hiddenKeys;
        AddOccurrenceConditions();
        AddPlaceConditions();
        AddEventConditions();
        AddText();
        AddNear();
    }

    private bool IsRanked => filter.Sort is SortOrder.Distance or SortOrder.Relevance;

    /// <summary>
    /// A first result to skip, then rows of rank, occurrence, hub key, entry id, position, times, body; one more than the page holds when there is a next page.
    /// </summary>
    public NpgsqlBatch Page(NpgsqlDataSource database)
    {
        var limit = Add(filter.Limit + 1);
        var order = IsRanked ? $"rank, {DateOrder}" : DateOrder;
        var sql = $"""
            select p.rank, p.starts_at, p.ends_at, p.date, p.all_day, p.time_given, p.end_given, p.status, p.title,
                   p.hub_key, p.entry_id, n.epoch, n.seq, n.first_at, n.changed_at, c.body
            from ({string.Join(" union all ", Runs(order, limit))}) p
            join entry n on n.entry_id = p.entry_id and n.hub_key = p.hub_key
            join change c on c.hub_key = n.hub_key and c.epoch = n.epoch and c.seq = n.seq
            order by {(IsRanked ? "p.rank, " : "")}p.starts_at, p.entry_id, p.hub_key
            limit {limit}
            """;
        return Batch(database, sql);
    }

    private NpgsqlBatch Batch(NpgsqlDataSource database, string sql)
    {
        var batch = database.CreateBatch();
        // Whether the text index or the order by date is the quicker way depends on the words: a plan made without them would take one way for all.
        batch.BatchCommands.Add(new("select set_config('plan_cache_mode', 'force_custom_plan', true), set_config('jit', 'off', true)"));
        var page = new NpgsqlBatchCommand(sql);
        foreach (var parameter in parameters)
            page.Parameters.Add(parameter);
        batch.BatchCommands.Add(page);
        return batch;
    }

    /// <summary>A first result to skip, then cell, count, sum of the coordinates and, where it is one event, its id, cell by cell; the filter's box is the grid's outline.</summary>
    public NpgsqlBatch Clusters(NpgsqlDataSource database, MapGrid grid)
    {
        List<string> inside = ["o.entry_id = e.entry_id and o.hub_key = e.hub_key", .. onOccurrence];
        if (Overlap("o") is { } overlap)
            inside.Add(overlap);
        var (shift, west, north, columns, rows) = (Add(grid.Shift), Add(grid.West), Add(grid.North), Add(grid.Columns), Add(grid.Rows));
        var sql = $"""
            select ((south >> {shift}) - {north}) * {columns} + (east >> {shift}) - {west}, count(*)::integer, sum(east)::bigint, sum(south)::bigint, min(entry_id::text)::uuid
            from (
                select e.entry_id,
                       floor((e.point[0] + 180) / 360 * 268435456)::integer as east,
                       floor((0.5 - ln(tan(pi() / 4 + greatest(-85.05112877980659, least(85.05112877980659, e.point[1])) * pi() / 360)) / (2 * pi())) * 268435456)::integer as south
                from event e
                {Where([.. onEvent, $"exists (select from occurrence o {Where(inside)})"])}
            ) p
            where (east >> {shift}) - {west} between 0 and {columns} - 1 and (south >> {shift}) - {north} between 0 and {rows} - 1
            group by 1
            order by 1
            """;
        return Batch(database, sql);
    }

    /// <summary>A first result to skip, then the place of a kind in the list, a value and how many events have it.</summary>
    public NpgsqlBatch Facets(NpgsqlDataSource database, IReadOnlyList<Facet> facets)
    {
        List<string> inside = ["o.entry_id = e.entry_id and o.hub_key = e.hub_key", .. onOccurrence];
        if (Overlap("o") is { } overlap)
            inside.Add(overlap);
        var counts = facets.Select((facet, n) => $"select {n}, v, count(*)::integer from shown e cross join lateral ({ValuesOf(facet)}) as f (v) where v is not null group by v");
        return Batch(
            database,
            $"""
            with shown as materialized (
                select e.format, e.mode, e.languages, e.audiences, e.themes, e.accessibility, e.free, e.commune, e.departement, e.region
                from event e
                {Where([.. onEvent, $"exists (select from occurrence o {Where(inside)})"])})
            {string.Join(" union all ", counts)}
            """);
    }

    private static string ValuesOf(Facet facet) => facet switch
    {
        Facet.Format => "select e.format",
        Facet.Mode => "select e.mode",
        Facet.Language => "select unnest(e.languages)",
        Facet.Audience => "select unnest(e.audiences)",
        Facet.Theme => "select unnest(e.themes)",
        Facet.Accessibility => "select unnest(e.accessibility) union all select '' where e.accessibility <> '{}'",
        Facet.Free => "select initcap(e.free::text)",
        Facet.Commune => "select e.commune",
        Facet.Departement => "select e.departement",
        Facet.Region => "select e.region",
        _ => throw new ArgumentOutOfRangeException(nameof(facet), facet, "Nothing is counted by it."),
    };

    /// <summary>A first result to skip, then the number of each span between two of the moments, from 1, in which an occurrence begins, and how many do.</summary>
    public NpgsqlBatch Begin(NpgsqlDataSource database, IReadOnlyList<DateTimeOffset> bounds)
    {
        var (begin, moments) = (Add(bounds[0].UtcDateTime), Add(bounds.Select(b => b.UtcDateTime).ToArray()));
        var sql = $"""
            select width_bucket(o.starts_at, {moments}), count(*)::integer
            from occurrence o join event e on e.entry_id = o.entry_id and e.hub_key = o.hub_key
            {Where([.. onEvent, .. onOccurrence, $"o.starts_at >= {begin}"])}
            group by 1
            """;
        return Batch(database, sql);
    }

    private IEnumerable<string> Runs(string order, string limit)
    {
        if (filter.Each == Each.Event && (IsRanked || filter.Near is not null || filter.Box is not null))
        {
            yield return EventsFirst(limit);
            yield break;
        }
        if (IsRanked || filter.From is not { } from)
        {
            List<string> all = [.. onEvent, .. onOccurrence, .. AfterCursor()];
            if (Overlap("o") is { } overlap)
                all.Add(overlap);
            yield return Run(all, order, limit);
            yield break;
        }
        var begin = Add(from.UtcDateTime);
        var before = Add((from - OccurrenceColumns.Long).UtcDateTime);
        var cursor = AfterCursor().ToArray();
        if (filter.After is null || filter.After.Start < (from - OccurrenceColumns.Long).UtcDateTime)
            yield return Run([.. onEvent, .. onOccurrence, .. cursor, $"o.long and tstzrange(o.starts_at, o.ends_at) @> {begin} and o.starts_at < {before}"], order, limit);
        yield return Run([.. onEvent, .. onOccurrence, .. cursor, $"o.starts_at >= {before} and (o.starts_at >= {begin} or o.ends_at > {begin})"], order, limit);
    }

    private string Run(List<string> all, string order, string limit)
    {
        if (filter.Each == Each.Event)
            all.Add(FirstOfItsEvent());
        return $"""
            (select {rank} as rank, o.*
             from occurrence o join event e on e.entry_id = o.entry_id and e.hub_key = o.hub_key
             {Where(all)}
             order by {(IsRanked ? "1, " : "")}o.starts_at, o.entry_id, o.hub_key
             limit {limit})
            """;
    }

    /// <summary>By rank, or on a part of the map, no index has the order: each event is judged once, and only its first occurrence that matches is looked for.</summary>
    private string EventsFirst(string limit)
    {
        List<string> inside = ["o.entry_id = e.entry_id and o.hub_key = e.hub_key", .. onOccurrence];
        if (Overlap("o") is { } overlap)
            inside.Add(overlap);
        return $"""
            (select {rank} as rank, o.*
             from event e cross join lateral (select * from occurrence o {Where(inside)} order by o.starts_at limit 1) o
             {Where([.. onEvent, .. AfterCursor()])}
             order by 1, o.starts_at, o.entry_id, o.hub_key
             limit {limit})
            """;
    }

    /// <summary>An event stands in the list once: where it has no earlier occurrence that matches too.</summary>
    private string FirstOfItsEvent()
    {
        List<string> earlier = [.. ofOccurrence.Select(c => c.Replace("{0}", "q", StringComparison.Ordinal))];
        if (Overlap("q") is { } overlap)
            earlier.Add(overlap);
        return $"not exists (select from occurrence q {Where([.. earlier, "q.entry_id = o.entry_id and q.hub_key = o.hub_key and q.starts_at < o.starts_at"])})";
    }

    private string? Overlap(string alias)
    {
        if (filter.From is not { } from)
            return null;
        var begin = Add(from.UtcDateTime);
        var before = Add((from - OccurrenceColumns.Long).UtcDateTime);
        return $"""
            (({alias}.starts_at >= {before} and ({alias}.starts_at >= {begin} or {alias}.ends_at > {begin}))
             or ({alias}.long and tstzrange({alias}.starts_at, {alias}.ends_at) @> {begin}))
            """;
    }

    private IEnumerable<string> AfterCursor()
    {
        if (filter.After is not { } after)
            yield break;
        var start = Add(DateTime.SpecifyKind(after.Start, DateTimeKind.Utc));
        var place = $"(o.starts_at, o.entry_id, o.hub_key) > ({start}, {Add(after.Entry)}, {Add(after.HubKey)})";
        if (!IsRanked)
        {
            yield return place;
            yield break;
        }
        var last = Add(after.Rank);
        yield return $"(({rank}) > {last} or (({rank}) = {last} and {place}))";
    }

    private void AddOccurrenceConditions()
    {
        if (filter.To is { } to)
            ofOccurrence.Add($"{{0}}.starts_at < {Add(to.UtcDateTime)}");
        else if (filter.From is not null)
            ofOccurrence.Add("{0}.starts_at < 'infinity'");
        if (filter.Statuses.Count > 0)
            ofOccurrence.Add("{0}.status" + Any(filter.Statuses));
        onOccurrence.AddRange(ofOccurrence.Select(c => c.Replace("{0}", "o", StringComparison.Ordinal)));
    }

    private void AddPlaceConditions()
    {
        if (filter.Regions.Count > 0)
            onOccurrence.Add("o.region" + Any(filter.Regions));
        if (filter.Departements.Count > 0)
            onOccurrence.Add("o.departement" + Any(filter.Departements));
        if (filter.Communes.Count > 0)
            onEvent.Add("e.commune" + Any(filter.Communes));
        if (filter.Box is { } box)
            onEvent.Add(InBox(box));
    }

    private void AddEventConditions()
    {
        if (filter.Hubs.Count > 0)
            onOccurrence.Add("o.hub_key" + (hubKeys is [var only] ? " = " + Add(only) : $" = any({Add(hubKeys.ToArray())})"));
        if (hiddenKeys.Length > 0)
            onOccurrence.Add($"o.hub_key <> all({Add(hiddenKeys)})");
        if (filter.Formats.Count > 0)
            onOccurrence.Add("o.format" + Any(filter.Formats));
        if (filter.Modes.Count > 0)
            onEvent.Add("e.mode" + Any(filter.Modes));
        if (filter.Audiences.Count > 0)
            onEvent.Add($"e.audiences && {Add(filter.Audiences.ToArray())}");
        if (filter.Themes.Count > 0)
            onEvent.Add($"e.themes && {Add(filter.Themes.ToArray())}");
        if (filter.Languages.Count > 0)
            onEvent.Add($"e.languages && {Add(filter.Languages.ToArray())}");
        if (filter.Accessible)
            onEvent.Add("e.accessibility <> '{}'");
        if (filter.Accessibilities.Count > 0)
            onEvent.Add($"e.accessibility @> {Add(filter.Accessibilities.ToArray())}");
        if (filter.Free is { } free)
            onEvent.Add($"e.free = {Add(free)}");
    }

    private void AddText()
    {
        if (filter.Text is not { } text)
            return;
        var query = $"websearch_to_tsquery('cafeia_fr', {Add(SearchText.Plain(text))})";
        onEvent.Add($"e.search @@ {query}");
        if (filter.Sort == SortOrder.Relevance)
            rank = $"-ts_rank(e.search, {query})::float8";
    }

    private void AddNear()
    {
        if (filter.Near is not { } near)
            return;
        var latitude = Add(near.Point.Latitude);
        var distance = $"""
            (12742 * asin(least(1, sqrt(
                power(sin(radians(e.point[1] - {latitude}) / 2), 2)
                + cos(radians({latitude})) * cos(radians(e.point[1])) * power(sin(radians(e.point[0] - {Add(near.Point.Longitude)}) / 2), 2)))))
            """;
        onEvent.Add(InBox(Geometry.Around(near.Point, near.RadiusKm)));
        onEvent.Add($"{distance} <= {Add(near.RadiusKm)}");
        if (filter.Sort == SortOrder.Distance)
            rank = distance;
    }

    private string InBox(GeoBox box) =>
        $"e.point <@ box(point({Add(box.West)}, {Add(box.South)}), point({Add(box.East)}, {Add(box.North)}))";

    /// <summary>One value is written as equality, which an index can follow in order; several cannot.</summary>
    private string Any(IReadOnlyList<string> values) => values is [var only] ? " = " + Add(only) : $" = any({Add(values.ToArray())})";

    private static string Where(List<string> all)
    {
        if (all.Count == 0)
            return "";
        var where = new StringBuilder("where ").Append(all[0]);
        for (var i = 1; i < all.Count; i++)
            where.Append(" and ").Append(all[i]);
        return where.ToString();
    }

    private string Add(object value)
    {
        parameters.Add(new NpgsqlParameter { Value = value });
        return "$" + parameters.Count.ToString(System.Globalization.CultureInfo.InvariantCulture);
    }
}
