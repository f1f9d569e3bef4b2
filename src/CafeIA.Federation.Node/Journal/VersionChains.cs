using Npgsql;

namespace CafeIA.Federation.Node.Journal;

/// <summary>The chain from each change to the entry's change before it, which an erasure walks to every version.</summary>
internal static class VersionChains
{
    /// <summary>Sets right every link of one epoch that does not lead to the change before; returns their seqs. Sorts the epoch once: for rare moments.</summary>
    public static NpgsqlBatchCommand Mend(KnownHub hub, uint epoch)
    {
        var command = new NpgsqlBatchCommand(
            """
            with link as (
                select seq, previous_seq, coalesce(lag(seq) over (partition by substring(header from 25 for 16) order by seq), 0) as before
                from change
                where hub_key = $1 and epoch = $2 and header is not null
            )
            update change c set previous_seq = l.before
            from link l
            where c.hub_key = $1 and c.epoch = $2 and c.seq = l.seq and l.previous_seq <> l.before
            returning c.seq
            """);
        command.Parameters.Add(new() { Value = hub.Key });
        command.Parameters.Add(new() { Value = (long)epoch });
        return command;
    }
}
