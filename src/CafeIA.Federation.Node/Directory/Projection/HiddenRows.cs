using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Protocol.Journal;
using Npgsql;

namespace CafeIA.Federation.Node.Directory.Projection;

/// <summary>Living entries of one batch that cannot be shown, as rows of <c>hidden</c>.</summary>
internal sealed class HiddenRows
{
    private readonly List<Guid> ids = [];
    private readonly List<bool> missing = [];

    /// <summary>Takes a change that a projection does not show; what is no put is not hidden but gone.</summary>
    public void Add(Change change)
    {
        // A put that commits to no body never had one: its author's fault, like one that cannot be read.
        if (change.Header.Op != ChangeOp.Put)
            return;
        ids.Add(change.Header.Entry.Value);
        missing.Add(change.Body is null && !change.Header.Commitment.IsZero);
    }

    public void AddTo(NpgsqlBatch batch, int hubKey)
    {
        if (ids.Count == 0)
            return;
        // What is erased is neither hidden nor wanted, though its erase change may not be back yet after a restore.
        var command = new NpgsqlBatchCommand(
            """
            insert into hidden (hub_key, entry_id, missing)
            select $1, r.id, r.missing from unnest($2::uuid[], $3::boolean[]) as r (id, missing)
            where not exists (select from erasure x join hub h using (hub_id) where h.hub_key = $1 and x.entry_id = r.id)
            on conflict (entry_id, hub_key) do update set missing = excluded.missing
            """);
        command.Parameters.Add(new() { Value = hubKey });
        command.Parameters.Add(new() { Value = ids });
        command.Parameters.Add(new() { Value = missing });
        batch.BatchCommands.Add(command);
    }
}
