using CafeIA.Federation.Node.Directory.Content;
using CafeIA.Federation.Node.Directory.Projection;
using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Protocol.Identifiers;
using Npgsql;

namespace CafeIA.Federation.Node.Directory.Search;

/// <summary>Finds resources, the newest first or by relevance. Filters of place and time don't concern them and are passed over.</summary>
internal sealed class ResourceSearch(NpgsqlDataSource database, HubRegister hubs)
{
    private const string Asked = "select case when $1 = '' then null else websearch_to_tsquery('cafeia_fr', $1) end as query";

    /// <summary>A filter that is not given is null or empty, and its condition true: the catalogue is small and one statement serves all.</summary>
    private const string Matching =
        """
        (a.query is null or r.search @@ a.query)
        and ($2 = '{}' or r.hub_key = any($2))
        and ($3 = '{}' or r.type = any($3))
        and ($4 = '{}' or r.level = any($4))
        and ($5 = '{}' or r.audiences && $5)
        and ($6 = '{}' or r.themes && $6)
        and ($7 = '{}' or r.languages && $7)
        and r.accessibility @> $8 and (not $9 or r.accessibility <> '{}')
        and ($10::boolean is null or r.free = $10)
        and r.hub_key <> all($11)
        """;

    public async Task<SearchPage<ResourceHit>> SearchAsync(DirectoryFilter filter, CancellationToken cancellation)
    {
        if (filter.Kinds.Count > 0 && !filter.Kinds.Contains(EntryKind.Resource))
            return new([], null);
        await using var command = Page(filter);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var hits = new List<ResourceHit>();
        PageCursor? last = null;
        for (var row = 0; await reader.ReadAsync(cancellation); row++)
        {
            if (row == filter.Limit)
                return new(hits, last?.ToString());
            var entry = reader.GetGuid(3);
            last = new PageCursor(filter.Sort, reader.GetDouble(0), PageCursor.Microseconds(reader.GetDateTime(1)), entry, reader.GetInt32(2));
            if (ReadHit(reader, entry) is { } hit)
                hits.Add(hit);
        }
        return new(hits, null);
    }

    private ResourceHit? ReadHit(NpgsqlDataReader reader, Guid entry)
    {
        if (hubs.Find(reader.GetInt32(2)) is not { IsHidden: false } hub || reader.IsDBNull(7) || !LenientBody.TryParse(reader.GetFieldValue<byte[]>(7), out ResourceContent? content))
            return null;
        return new ResourceHit(
            new EntryId(entry),
            hub,
            new Position((uint)reader.GetInt64(4), (ulong)reader.GetInt64(5)),
            reader.GetFieldValue<DateTimeOffset>(1),
            reader.GetFieldValue<DateTimeOffset>(6),
            content,
            reader.GetInt32(8));
    }

    /// <summary>How many resources of a search have each type, level and so on, the most frequent first.</summary>
    /// <param name="filter">Its order and page do not matter.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>By the name of the filter that would narrow the search to it.</returns>
    public async Task<ILookup<string, (string Value, int Count)>> CountAsync(DirectoryFilter filter, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(
            $"""
            with asked as ({Asked}), matching as (select r.type, r.level, r.audiences, r.themes, r.free from resource r, asked a where {Matching})
            select 'type', type, count(*)::integer from matching where type is not null group by type
            union all select 'level', level, count(*)::integer from matching where level is not null group by level
            union all select 'audience', v, count(*)::integer from matching, unnest(audiences) v group by v
            union all select 'theme', v, count(*)::integer from matching, unnest(themes) v group by v
            union all select 'free', 'true', count(*)::integer from matching where free having count(*) > 0
            order by 3 desc, 2
            """);
        foreach (var value in Values(filter))
            command.Parameters.Add(new() { Value = value });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var counts = new List<(string Field, string Value, int Count)>();
        while (await reader.ReadAsync(cancellation))
            counts.Add((reader.GetString(0), reader.GetString(1), reader.GetInt32(2)));
        return counts.ToLookup(c => c.Field, c => (c.Value, c.Count), StringComparer.Ordinal);
    }

    private NpgsqlCommand Page(DirectoryFilter filter)
    {
        var command = database.CreateCommand(
            $"""
            with asked as ({Asked})
            select p.rank, p.first_at, p.hub_key, p.entry_id, n.epoch, n.seq, n.changed_at, c.body,
                   (select count(*)::integer from event e where e.resources @> array[p.entry_id] and e.resources <> '{"{}"}' and e.hub_key <> all($11))
            from (
                select case when $12 then -ts_rank(r.search, a.query)::float8 else 0 end as rank, r.first_at, r.hub_key, r.entry_id
                from resource r, asked a
                where {Matching}
            ) p
            join entry n on n.entry_id = p.entry_id and n.hub_key = p.hub_key
            join change c on c.hub_key = n.hub_key and c.epoch = n.epoch and c.seq = n.seq
            where $13::timestamptz is null
               or p.rank > $14
               or (p.rank = $14 and (p.first_at < $13 or (p.first_at = $13 and (p.entry_id, p.hub_key) > ($15, $16))))
            order by p.rank, p.first_at desc, p.entry_id, p.hub_key
            limit $17
            """);
        var after = filter.After;
        object[] values =
        [
            .. Values(filter),
            filter is { Sort: SortOrder.Relevance, Text: not null },
            after is null ? DBNull.Value : DateTime.SpecifyKind(after.Start, DateTimeKind.Utc), after?.Rank ?? 0, after?.Entry ?? Guid.Empty, after?.HubKey ?? 0,
            filter.Limit + 1,
        ];
        foreach (var value in values)
            command.Parameters.Add(new() { Value = value });
        return command;
    }

    /// <summary>Parameters 1 to 11.</summary>
    private object[] Values(DirectoryFilter filter) =>
    [
        SearchText.Plain(filter.Text ?? ""),
        filter.Hubs.Select(h => hubs.Find(h)?.Key ?? -1).ToArray(),
        filter.Types.ToArray(), filter.Levels.ToArray(), filter.Audiences.ToArray(), filter.Themes.ToArray(), filter.Languages.ToArray(),
        filter.Accessibilities.ToArray(), filter.Accessible, (object?)filter.Free ?? DBNull.Value,
        hubs.HiddenKeys,
    ];
}
