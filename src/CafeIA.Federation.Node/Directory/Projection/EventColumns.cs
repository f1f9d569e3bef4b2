using CafeIA.Federation.Node.Directory.Content;
using CafeIA.Federation.Node.Directory.Places;
using CafeIA.Federation.Node.Directory.Search;
using CafeIA.Federation.Protocol.Identifiers;
using Npgsql;
using NpgsqlTypes;

namespace CafeIA.Federation.Node.Directory.Projection;

/// <summary>The events of one batch, column by column, as <c>unnest</c> takes them.</summary>
internal sealed class EventColumns(int capacity)
{
    /// <summary>Resources of one event that are counted as used.</summary>
    private const int MaxResources = 100;

    private readonly List<Guid> ids = new(capacity);
    private readonly List<string?> formats = new(capacity);
    private readonly List<string?> modes = new(capacity);
    private readonly List<string> statuses = new(capacity);
    private readonly List<string> languages = new(capacity);
    private readonly List<string> audiences = new(capacity);
    private readonly List<string> themes = new(capacity);
    private readonly List<string> accessibility = new(capacity);
    private readonly List<string> resources = new(capacity);
    private readonly List<bool?> free = new(capacity);
    private readonly List<string?> communes = new(capacity);
    private readonly List<string?> departements = new(capacity);
    private readonly List<string?> regions = new(capacity);
    private readonly List<NpgsqlPoint?> points = new(capacity);
    private readonly List<short?> precisions = new(capacity);
    private readonly List<bool> examples = new(capacity);
    private readonly List<DateTime?> expandedUntil = new(capacity);
    private readonly List<SearchText> texts = new(capacity);

    public int Count => ids.Count;

    /// <summary>What each event is found by.</summary>
    public IReadOnlyList<SearchText> Texts => texts;

    public void Add(EntryId id, EventContent content, DerivedPlace place, DateTimeOffset? until)
    {
        ids.Add(id.Value);
        formats.Add(Bounded.Name(content.Format));
        modes.Add(Bounded.Name(content.Mode));
        statuses.Add(Bounded.Name(content.Status) ?? "confirmed");
        languages.Add(NameList.Join(Bounded.Languages(content.Languages)));
        audiences.Add(NameList.Join(Bounded.Names(content.Audiences)));
        themes.Add(NameList.Join(Bounded.Names(content.Themes)));
        accessibility.Add(content.Place is { } p ? NameList.Join(Bounded.Names(p.Accessibility)) : "");
        resources.Add(NameList.Join(content.Resources.Distinct().Take(MaxResources).Select(r => r.ToString("D"))));
        free.Add(content.Free);
        communes.Add(place.Commune?.Code);
        departements.Add(place.Departement?.Code);
        regions.Add(place.Region?.Code);
        points.Add(place.Point is { } point ? new NpgsqlPoint(point.Longitude, point.Latitude) : null);
        precisions.Add((short?)place.Precision);
        examples.Add(content.Example);
        expandedUntil.Add(until?.UtcDateTime);
        texts.Add(SearchText.Of(content, place));
    }

    /// <param name="hubKey">Whose events.</param>
    /// <param name="vectors">The vectors of <see cref="Texts"/>; null, also for one of them: PostgreSQL makes it of the text.</param>
    public NpgsqlBatchCommand Upsert(int hubKey, string?[]? vectors)
    {
        var command = new NpgsqlBatchCommand(
            """
            insert into event (
                hub_key, entry_id, format, mode, status, languages, audiences, themes, accessibility, resources, free,
                commune, departement, region, point, precision, example, expanded_until, search)
            select $1, id, format, mode, status,
                   string_to_array(languages, e'\x01'), string_to_array(audiences, e'\x01'), string_to_array(themes, e'\x01'),
                   string_to_array(accessibility, e'\x01'), string_to_array(resources, e'\x01')::uuid[], free,
                   commune, departement, region, point, precision, example, expanded_until,
                   case when vector is null
                       then setweight(to_tsvector('cafeia_fr', a), 'A') || setweight(to_tsvector('cafeia_fr', b), 'B') || setweight(to_tsvector('cafeia_fr', c), 'C')
                       else vector::tsvector end
            from unnest($2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[], $11::boolean[],
                        $12::text[], $13::text[], $14::text[], $15::point[], $16::smallint[], $17::boolean[], $18::timestamptz[], $19::text[], $20::text[], $21::text[], $22::text[])
                as r (id, format, mode, status, languages, audiences, themes, accessibility, resources, free,
                      commune, departement, region, point, precision, example, expanded_until, a, b, c, vector)
            where not exists (select from erasure x join hub h using (hub_id) where h.hub_key = $1 and x.entry_id = r.id)
            on conflict (entry_id, hub_key) do update
                set format = excluded.format, mode = excluded.mode, status = excluded.status, languages = excluded.languages, audiences = excluded.audiences,
                    themes = excluded.themes, accessibility = excluded.accessibility, resources = excluded.resources, free = excluded.free,
                    commune = excluded.commune, departement = excluded.departement, region = excluded.region, point = excluded.point,
                    precision = excluded.precision, example = excluded.example, expanded_until = excluded.expanded_until, search = excluded.search
            """);
        command.Parameters.Add(new() { Value = hubKey });
        command.Parameters.Add(new() { Value = ids });
        foreach (var column in new List<string>[] { formats!, modes!, statuses, languages, audiences, themes, accessibility, resources })
            AddTexts(command, column);
        command.Parameters.Add(new() { Value = free });
        foreach (var column in new[] { communes, departements, regions })
            AddTexts(command, column);
        command.Parameters.Add(new() { Value = points });
        command.Parameters.Add(new() { Value = precisions });
        command.Parameters.Add(new() { Value = examples });
        command.Parameters.Add(new() { Value = expandedUntil });
        // A text whose vector is known stays here.
        foreach (var part in new Func<SearchText, string>[] { t => t.A, t => t.B, t => t.C })
            AddTexts(command, texts.Select((text, i) => vectors?[i] is null ? part(text) : ""));
        AddTexts(command, vectors ?? new string?[Count]);
        return command;
    }

    private static void AddTexts(NpgsqlBatchCommand command, IEnumerable<string?> values) =>
        command.Parameters.Add(new() { Value = values.ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text });
}
