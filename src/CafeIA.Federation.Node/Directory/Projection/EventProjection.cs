using CafeIA.Federation.Node.Directory.Content;
using CafeIA.Federation.Node.Directory.Occurrences;
using CafeIA.Federation.Node.Directory.Places;
using CafeIA.Federation.Node.Directory.Search;
using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Protocol.Journal;
using Npgsql;

namespace CafeIA.Federation.Node.Directory.Projection;

/// <summary>Makes the directory show the events of a batch: at most five commands, however many changes.</summary>
/// <remarks>
/// Nothing a remote hub writes may make the batch fail, because that would stop its replica: texts and lists are bounded, what cannot be read is hidden. The event's row is
/// written before its occurrences are touched: its lock keeps the daily extension (<see cref="OccurrenceExtension"/>) from adding occurrences of the former version meanwhile.
/// </remarks>
internal sealed class EventProjection(CurrentPlaces places, TimeProvider time) : IProjection
{
    public IReadOnlyList<string> Tables { get; } = ["event", "occurrence", "hidden"];

    public void Project(NpgsqlBatch batch, KnownHub hub, IReadOnlyList<Change> current)
    {
        var now = time.GetUtcNow();
        var catalog = places.Catalog;
        var events = new EventColumns(current.Count);
        var occurrences = new OccurrenceColumns(current.Count * 2);
        var gone = new List<Guid>();
        var hidden = new HiddenRows();
        var all = new Guid[current.Count];
        for (var i = 0; i < current.Count; i++)
        {
            var change = current[i];
            var id = change.Header.Entry;
            all[i] = id.Value;
            if (change.Header is not { Kind: EntryKind.Event, Op: ChangeOp.Put } || change.Body is not { } body || !LenientBody.TryParse(body.Span, out EventContent? content))
            {
                gone.Add(id.Value);
                if (change.Header.Kind == EntryKind.Event || (change.Header.Kind != EntryKind.Resource && change.Body is null))
                    hidden.Add(change);
                continue;
            }
            var expansion = OccurrenceExpansion.Expand(content, now);
            events.Add(id, content, PlaceDerivation.Derive(content.Place, catalog), expansion.Until);
            occurrences.Add(id.Value, content.Status, expansion.Occurrences);
        }
        if (events.Count > 0)
            batch.BatchCommands.Add(events.Upsert(hub.Key));
        if (gone.Count > 0)
            batch.BatchCommands.Add(Delete("delete from event where hub_key = $1 and entry_id = any($2)", hub.Key, gone));
        // Each change decides anew whether its entry is hidden; nearly none is, so the question travels with the next one.
        batch.BatchCommands.Add(Delete(
            """
            with shown as (delete from hidden where hub_key = $1 and entry_id = any($2))
            delete from occurrence where hub_key = $1 and entry_id = any($2)
            """,
            hub.Key,
            all));
        hidden.AddTo(batch, hub.Key);
        if (occurrences.Count > 0)
            batch.BatchCommands.Add(occurrences.Insert(hub.Key));
    }

    public void Forget(NpgsqlBatch batch, KnownHub hub, uint epoch)
    {
        foreach (var table in Tables)
        {
            var command = new NpgsqlBatchCommand($"delete from {table} where hub_key = $1 and entry_id in (select entry_id from entry where hub_key = $1 and epoch < $2)");
            command.Parameters.Add(new() { Value = hub.Key });
            command.Parameters.Add(new() { Value = (long)epoch });
            batch.BatchCommands.Add(command);
        }
    }

    private static NpgsqlBatchCommand Delete(string sql, int hubKey, object ids)
    {
        var command = new NpgsqlBatchCommand(sql);
        command.Parameters.Add(new() { Value = hubKey });
        command.Parameters.Add(new() { Value = ids });
        return command;
    }
}
