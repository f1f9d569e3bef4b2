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
internal sealed class EventProjection(CurrentPlaces places, TimeProvider time, KnownWords? words = null) : IProjection
{
    public IReadOnlyList<string> Tables { get; } = ["event", "occurrence", "hidden"];

    public void Project(NpgsqlBatch batch, KnownHub hub, IReadOnlyList<Change> current)
    {
        var rows = Derive(current);
        Add(batch, hub, rows, null);
    }

    public async ValueTask ProjectAsync(NpgsqlBatch batch, KnownHub hub, IReadOnlyList<Change> current, CancellationToken cancellation)
    {
        var rows = Derive(current);
        Add(batch, hub, rows, words is null ? null : await words.VectorsAsync(rows.Events.Texts, batch.Connection, batch.Transaction, cancellation));
    }

    private Rows Derive(IReadOnlyList<Change> current)
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
        return new(events, occurrences, gone, hidden, all);
    }

    private static void Add(NpgsqlBatch batch, KnownHub hub, Rows rows, string?[]? vectors)
    {
        if (rows.Events.Count > 0)
            batch.BatchCommands.Add(rows.Events.Upsert(hub.Key, vectors));
        if (rows.Gone.Count > 0)
            batch.BatchCommands.Add(Delete("delete from event where hub_key = $1 and entry_id = any($2)", hub.Key, rows.Gone));
        // Each change decides anew whether its entry is hidden; nearly none is, so the question travels with the next one.
        batch.BatchCommands.Add(Delete(
            """
            with shown as (delete from hidden where hub_key = $1 and entry_id = any($2))
            delete from occurrence where hub_key = $1 and entry_id = any($2)
            """,
            hub.Key,
            rows.All));
        rows.Hidden.AddTo(batch, hub.Key);
        if (rows.Occurrences.Count > 0)
            batch.BatchCommands.Add(rows.Occurrences.Insert(hub.Key));
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

    /// <summary>What a batch amounts to in the directory.</summary>
    /// <param name="Gone">Entries that are no event that can be shown.</param>
    private sealed record Rows(EventColumns Events, OccurrenceColumns Occurrences, List<Guid> Gone, HiddenRows Hidden, Guid[] All);
}
