using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Protocol.Journal;
using Npgsql;

namespace CafeIA.Federation.Node.Intake.Proposals;

/// <summary>What an entry was proposed as goes with its erasure: its texts and the address of who proposed it.</summary>
internal sealed class ProposalErasure : IProjection
{
    public void Project(NpgsqlBatch batch, KnownHub hub, IReadOnlyList<Change> current)
    {
        if (!hub.IsLocal)
            return;
        // A put without its body is a living entry that the erase list knows of after a restore.
        var gone = current.Where(c => c.Header.Op == ChangeOp.Erase || (c.Header.Op == ChangeOp.Put && c.Body is null)).Select(c => c.Header.Entry.Value).ToArray();
        if (gone.Length == 0)
            return;
        var command = new NpgsqlBatchCommand(
            """
            update proposal p set body = '', sent_body = '', mail = null, reason = null
            from erasure x
            where p.entry_id = any($1) and x.entry_id = p.entry_id and x.hub_id = $2
            """);
        command.Parameters.Add(new() { Value = gone });
        command.Parameters.Add(new() { Value = hub.Id.ToString() });
        batch.BatchCommands.Add(command);
    }
}
