using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Protocol.Identifiers;
using Npgsql;

namespace CafeIA.Federation.Node.Directory.Search;

/// <summary>The current change of an entry as the journal has it, whatever the directory shows of it.</summary>
internal sealed record EntryRow(
    KnownHub Hub, EntryId Entry, EntryKind Kind, ChangeOp Op, Position Position, DateTimeOffset FirstAt, DateTimeOffset ChangedAt, byte[]? Body)
{
    /// <summary>The local hub's first, should two hubs claim one id; null when no hub has it, or only one of which nothing is shown.</summary>
    public static async Task<EntryRow?> FindAsync(NpgsqlDataSource database, HubRegister hubs, EntryId entry, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(
            """
            select n.hub_key, n.kind, n.op, n.epoch, n.seq, n.first_at, n.changed_at, c.body
            from entry n
            join hub h using (hub_key)
            join change c on c.hub_key = n.hub_key and c.epoch = n.epoch and c.seq = n.seq
            where n.entry_id = $1 and not h.is_hidden
            order by h.is_local desc, n.first_at, n.hub_key
            limit 1
            """);
        command.Parameters.Add(new() { Value = entry.Value });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        if (!await reader.ReadAsync(cancellation) || hubs.Find(reader.GetInt32(0)) is not { } hub)
            return null;
        return new EntryRow(
            hub,
            entry,
            (EntryKind)reader.GetInt32(1),
            (ChangeOp)reader.GetInt16(2),
            new Position((uint)reader.GetInt64(3), (ulong)reader.GetInt64(4)),
            reader.GetFieldValue<DateTimeOffset>(5),
            reader.GetFieldValue<DateTimeOffset>(6),
            reader.IsDBNull(7) ? null : reader.GetFieldValue<byte[]>(7));
    }

    /// <summary>The answer where nothing can be shown; null when it is a living entry of that kind whose body is there.</summary>
    public static Lookup<T>? Absent<T>(EntryRow? row, EntryKind kind)
        where T : class
    {
        if (row is null || row.Kind != kind)
            return new(LookupState.Unknown, null, null, null);
        return row.Op switch
        {
            ChangeOp.Put when row.Body is not null => null,
            ChangeOp.Withdraw => new(LookupState.Withdrawn, null, row.Hub, row.ChangedAt),
            ChangeOp.Erase => new(LookupState.Erased, null, row.Hub, row.ChangedAt),
            _ => Hidden<T>(row),
        };
    }

    public static Lookup<T> Hidden<T>(EntryRow row)
        where T : class => new(LookupState.Hidden, null, row.Hub, row.ChangedAt);
}
