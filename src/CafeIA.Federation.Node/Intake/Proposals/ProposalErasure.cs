using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Node.Journal.Erasures;
using CafeIA.Federation.Protocol.Journal;
using Npgsql;

namespace CafeIA.Federation.Node.Intake.Proposals;

/// <summary>What an entry was proposed as goes with its erasure: its texts, the address of who proposed it, and letters about it that wait.</summary>
internal sealed class ProposalErasure : IProjection
{
    public void Project(NpgsqlBatch batch, KnownHub hub, IReadOnlyList<Change> current)
    {
        if (!hub.IsLocal)
            return;
        var gone = GoneEntries.Of(current);
        if (gone.Length == 0)
            return;
        // The entry has its proposal's id.
        Add("update proposal p set body = '', sent_body = '', mail = null, reason = null from erasure x where p.proposal_id = any($1) and x.entry_id = p.proposal_id and x.hub_id = $2");
        Add("delete from letter l using erasure x where l.about = any($1) and x.entry_id = l.about and x.hub_id = $2");

        void Add(string sql)
        {
            var command = new NpgsqlBatchCommand(sql);
            command.Parameters.Add(new() { Value = gone });
            command.Parameters.Add(new() { Value = hub.Id.ToString() });
            batch.BatchCommands.Add(command);
        }
    }
}
