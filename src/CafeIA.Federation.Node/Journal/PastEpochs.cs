using Npgsql;

namespace CafeIA.Federation.Node.Journal;

/// <summary>Everything is taken over from the epochs before: entries that are not leave the directory, and bodies that no entry leads to any more leave the journal.</summary>
internal static class PastEpochs
{
    public static void AddLeave(NpgsqlBatch batch, IEnumerable<IProjection> projections, KnownHub hub, uint epoch)
    {
        foreach (var projection in projections)
            projection.Forget(batch, hub, epoch);
        foreach (var sql in (string[])["delete from entry where hub_key = $1 and epoch < $2", "update change set salt = null, body = null where hub_key = $1 and epoch < $2 and body is not null"])
        {
            var command = new NpgsqlBatchCommand(sql);
            command.Parameters.Add(new() { Value = hub.Key });
            command.Parameters.Add(new() { Value = (long)epoch });
            batch.BatchCommands.Add(command);
        }
    }
}
