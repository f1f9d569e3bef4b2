using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Node.Journal.Erasures;
using CafeIA.Federation.Protocol.Journal;
using Npgsql;

namespace CafeIA.Federation.Node.Intake.Runs;

/// <summary>What imports remember of an entry goes with its erasure: title and content hash. The record keeps its entry, so that an import of the same file is refused and does not publish it anew.</summary>
internal sealed class ImportErasure : IProjection
{
    public void Project(NpgsqlBatch batch, KnownHub hub, IReadOnlyList<Change> current)
    {
        if (!hub.IsLocal)
            return;
        var gone = GoneEntries.Of(current);
        if (gone.Length == 0)
            return;
        var command = new NpgsqlBatchCommand(
            """
            update import_entry i set title = '', body_hash = null, is_withdrawn = false
            from erasure x
            where i.entry_id = any($1) and x.entry_id = i.entry_id and x.hub_id = $2
            """);
        command.Parameters.Add(new() { Value = gone });
        command.Parameters.Add(new() { Value = hub.Id.ToString() });
        batch.BatchCommands.Add(command);
    }
}
