using CafeIA.Federation.Node.Directory.Content;
using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Protocol.Journal;
using Npgsql;
using NpgsqlTypes;

namespace CafeIA.Federation.Node.Directory.Projection;

/// <summary>Makes the directory show the resources of a batch. There are few of them beside events: each is a row of parameters of its own array.</summary>
internal sealed class ResourceProjection : IProjection
{
    private const NpgsqlDbType Texts = NpgsqlDbType.Array | NpgsqlDbType.Text;

    public IReadOnlyList<string> Tables { get; } = ["resource", "hidden"];

    public void Project(NpgsqlBatch batch, KnownHub hub, IReadOnlyList<Change> current)
    {
        var shown = new List<(Guid Id, ResourceContent Content, SearchText Text)>();
        var gone = new List<Guid>();
        var hidden = new HiddenRows();
        foreach (var change in current)
        {
            var id = change.Header.Entry.Value;
            if (change.Header is { Kind: EntryKind.Resource, Op: ChangeOp.Put } && change.Body is { } body && LenientBody.TryParse(body.Span, out ResourceContent? content))
            {
                shown.Add((id, content, SearchText.Of(content)));
                continue;
            }
            // A live event never was a resource: the usual batch asks nothing here.
            if (change.Header is not { Kind: EntryKind.Event, Op: ChangeOp.Put })
                gone.Add(id);
            if (change.Header.Kind == EntryKind.Resource)
                hidden.Add(change);
        }
        hidden.AddTo(batch, hub.Key);
        if (gone.Count > 0)
            batch.BatchCommands.Add(Delete(hub.Key, gone));
        if (shown.Count > 0)
            batch.BatchCommands.Add(Upsert(hub.Key, shown));
    }

    public void Forget(NpgsqlBatch batch, KnownHub hub, uint epoch)
    {
        var command = new NpgsqlBatchCommand("delete from resource where hub_key = $1 and entry_id in (select entry_id from entry where hub_key = $1 and epoch < $2)");
        command.Parameters.Add(new() { Value = hub.Key });
        command.Parameters.Add(new() { Value = (long)epoch });
        batch.BatchCommands.Add(command);
    }

    private static NpgsqlBatchCommand Delete(int hubKey, List<Guid> gone)
    {
        var command = new NpgsqlBatchCommand("delete from resource where hub_key = $1 and entry_id = any($2)");
        command.Parameters.Add(new() { Value = hubKey });
        command.Parameters.Add(new() { Value = gone });
        return command;
    }

    private static NpgsqlBatchCommand Upsert(int hubKey, List<(Guid Id, ResourceContent Content, SearchText Text)> shown)
    {
        // The first time an entry was seen stands in entry, which the same batch has written.
        var command = new NpgsqlBatchCommand(
            """
            insert into resource (hub_key, entry_id, first_at, type, level, languages, audiences, themes, accessibility, free, example, search)
            select $1, r.id, e.first_at, r.type, r.level,
                   string_to_array(r.languages, e'\x01'), string_to_array(r.audiences, e'\x01'), string_to_array(r.themes, e'\x01'),
                   string_to_array(r.accessibility, e'\x01'), r.free, r.example,
                   setweight(to_tsvector('cafeia_fr', a), 'A') || setweight(to_tsvector('cafeia_fr', b), 'B') || setweight(to_tsvector('cafeia_fr', c), 'C')
            from unnest($2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::boolean[], $10::boolean[], $11::text[], $12::text[], $13::text[])
                as r (id, type, level, languages, audiences, themes, accessibility, free, example, a, b, c)
            join entry e on e.hub_key = $1 and e.entry_id = r.id
            where not exists (select from erasure x join hub h using (hub_id) where h.hub_key = $1 and x.entry_id = r.id)
            on conflict (entry_id, hub_key) do update
                set first_at = excluded.first_at, type = excluded.type, level = excluded.level, languages = excluded.languages, audiences = excluded.audiences,
                    themes = excluded.themes, accessibility = excluded.accessibility, free = excluded.free, example = excluded.example, search = excluded.search
            """);
        command.Parameters.Add(new() { Value = hubKey });
        command.Parameters.Add(new() { Value = shown.Select(r => r.Id).ToArray() });
        AddTexts(command, shown.Select(r => Bounded.Name(r.Content.Type)));
        AddTexts(command, shown.Select(r => Bounded.Name(r.Content.Level)));
        AddTexts(command, shown.Select(r => NameList.Join(Bounded.Languages(r.Content.Languages))));
        AddTexts(command, shown.Select(r => NameList.Join(Bounded.Names(r.Content.Audiences))));
        AddTexts(command, shown.Select(r => NameList.Join(Bounded.Names(r.Content.Themes))));
        AddTexts(command, shown.Select(r => NameList.Join(Bounded.Names(r.Content.Accessibility))));
        command.Parameters.Add(new() { Value = shown.Select(r => r.Content.Free).ToArray() });
        command.Parameters.Add(new() { Value = shown.Select(r => r.Content.Example).ToArray() });
        AddTexts(command, shown.Select(r => r.Text.A));
        AddTexts(command, shown.Select(r => r.Text.B));
        AddTexts(command, shown.Select(r => r.Text.C));
        return command;
    }

    private static void AddTexts(NpgsqlBatchCommand command, IEnumerable<string?> values) =>
        command.Parameters.Add(new() { Value = values.ToArray(), NpgsqlDbType = Texts });
}
