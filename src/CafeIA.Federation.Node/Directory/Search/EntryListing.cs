using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Protocol.Identifiers;
using Npgsql;

namespace CafeIA.Federation.Node.Directory.Search;

/// <summary>An entry with a page.</summary>
internal readonly record struct ListedEntry(EntryId Entry, bool IsEvent, DateTimeOffset ChangedAt);

/// <summary>The entries whose page is this node's to show to search engines: those of its own hub, and of hubs that have no address of their own. Examples are left out.</summary>
internal sealed class EntryListing(NpgsqlDataSource database, HubRegister hubs)
{
    private const string Entries =
        """
        select entry_id, hub_key, true as is_event from event where hub_key = any($1) and not example
        union all
        select entry_id, hub_key, false from resource where hub_key = any($1) and not example
        """;

    /// <summary>The first entry of each part of a list, by id.</summary>
    /// <param name="size">Entries of a part.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<IReadOnlyList<EntryId>> PartsAsync(int size, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(
            $"""
            select entry_id from (select entry_id, row_number() over (order by entry_id, hub_key) as n from ({Entries}) e) numbered
            where n % $2 = 1 order by n
            """);
        command.Parameters.Add(new() { Value = Hubs });
        command.Parameters.Add(new() { Value = size });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var parts = new List<EntryId>();
        while (await reader.ReadAsync(cancellation))
            parts.Add(new(reader.GetGuid(0)));
        return parts;
    }

    /// <summary>One part: the entries from an id on.</summary>
    public async Task<IReadOnlyList<ListedEntry>> PartAsync(EntryId from, int size, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(
            $"""
            select e.entry_id, e.is_event, n.changed_at
            from ({Entries}) e join entry n using (entry_id, hub_key)
            where e.entry_id >= $2 order by e.entry_id, e.hub_key limit $3
            """);
        command.Parameters.Add(new() { Value = Hubs });
        command.Parameters.Add(new() { Value = from.Value });
        command.Parameters.Add(new() { Value = size });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var entries = new List<ListedEntry>();
        while (await reader.ReadAsync(cancellation))
            entries.Add(new(new(reader.GetGuid(0)), reader.GetBoolean(1), reader.GetFieldValue<DateTimeOffset>(2)));
        return entries;
    }

    private int[] Hubs => [.. hubs.Hubs.Where(h => h.IsLocal || (h.Address is null && !h.IsHidden)).Select(h => h.Key)];
}
