using CafeIA.Federation.Node.Directory.Content;
using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Protocol.Identifiers;
using Npgsql;

namespace CafeIA.Federation.Node.Directory.Search;

/// <summary>One resource by its id.</summary>
internal sealed class ResourceLookup(NpgsqlDataSource database, HubRegister hubs)
{
    public async Task<Lookup<ResourceHit>> FindAsync(EntryId entry, CancellationToken cancellation)
    {
        var row = await EntryRow.FindAsync(database, hubs, entry, cancellation);
        if (EntryRow.Absent<ResourceHit>(row, EntryKind.Resource) is { } absent)
            return absent;
        if (!LenientBody.TryParse(row!.Body, out ResourceContent? content))
            return EntryRow.Hidden<ResourceHit>(row);
        await using var command = database.CreateCommand("select count(*)::integer from event where resources @> array[$1] and resources <> '{}' and hub_key <> all($2)");
        command.Parameters.Add(new() { Value = entry.Value });
        command.Parameters.Add(new() { Value = hubs.HiddenKeys });
        var usedAt = (int)(await command.ExecuteScalarAsync(cancellation))!;
        return new(LookupState.Shown, new ResourceHit(entry, row.Hub, row.Position, row.FirstAt, row.ChangedAt, content, usedAt), row.Hub, row.ChangedAt);
    }
}
