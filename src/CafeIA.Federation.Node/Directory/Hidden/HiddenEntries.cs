using CafeIA.Federation.Node.Journal;
using Npgsql;

namespace CafeIA.Federation.Node.Directory.Hidden;

/// <summary>Living entries of one hub that this node cannot show.</summary>
/// <param name="Missing">Their body is not here, and wanted: what was sent is not what their hub committed to, or a disk lost it.</param>
/// <param name="Unreadable">Their body is here and is none that can be read: their hub's fault.</param>
internal sealed record HiddenCount(KnownHub Hub, long Missing, long Unreadable);

/// <summary>Counts what is hidden, from the table the projections keep of it.</summary>
internal sealed class HiddenEntries(NpgsqlDataSource database, HubRegister hubs)
{
    /// <summary>Hubs with hidden entries only, by hub.</summary>
    public async Task<IReadOnlyList<HiddenCount>> CountAsync(CancellationToken cancellation)
    {
        await using var command = database.CreateCommand("select hub_key, count(*) filter (where missing), count(*) filter (where not missing) from hidden group by hub_key");
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var counts = new List<HiddenCount>();
        while (await reader.ReadAsync(cancellation))
        {
            if (hubs.Find(reader.GetInt32(0)) is { } hub)
                counts.Add(new(hub, reader.GetInt64(1), reader.GetInt64(2)));
        }
        return [.. counts.OrderBy(c => c.Hub.Id)];
    }
}
