using CafeIA.Federation.Node.Directory.Index;
using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Protocol.Identifiers;
using Npgsql;

namespace CafeIA.Federation.Node.Directory.Search;

/// <summary>Events of one cell of the map.</summary>
/// <param name="Latitude">Of their middle, in degrees.</param>
/// <param name="Longitude">Of their middle, in degrees.</param>
/// <param name="Count">How many there are.</param>
/// <param name="Entry">The event, where it is one.</param>
internal sealed record MapCluster(double Latitude, double Longitude, int Count, EntryId? Entry);

/// <summary>Counts the events of a search by the cells of the map, so that a million of them are a few hundred points.</summary>
internal sealed class MapClusters(NpgsqlDataSource database, HubRegister hubs, IndexUpkeep index, WordQueries words)
{
    /// <summary>Row by row from the north-west. An event counts once where any of its occurrences matches; order, page and the exact edges of the box do not matter.</summary>
    /// <param name="filter">With a box.</param>
    /// <param name="zoom">0 to <see cref="MapGrid.MaxZoom"/>, such that the grid is not too fine for the box.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<IReadOnlyList<MapCluster>> FindAsync(DirectoryFilter filter, int zoom, CancellationToken cancellation)
    {
        var grid = new MapGrid(filter.Box!.Value, zoom);
        var keys = filter.Hubs.Select(hubs.Find).OfType<KnownHub>().Select(h => h.Key).ToArray();
        if ((filter.Kinds.Count > 0 && !filter.Kinds.Contains(EntryKind.Event)) || (filter.Hubs.Count > 0 && keys.Length == 0))
            return [];
        filter = filter with { Box = grid.Outline, Sort = SortOrder.Date, After = null, Each = Each.Event };
        if (index.Current is { } current)
        {
            var query = filter.Text is { } text ? await words.ReadAsync(text, cancellation) : null;
            if (IndexSearch.CanAnswer(filter, query))
            {
                index.Answered(fromMemory: true);
                return [.. IndexSearch.Clusters(current, filter, grid, keys, hubs.HiddenKeys, query).Select(Cluster)];
            }
        }
        index.Answered(fromMemory: false);
        var cells = new List<MapCell>();
        await using var batch = new EventQuery(filter, keys, hubs.HiddenKeys).Clusters(database, grid);
        await using var reader = await batch.ExecuteReaderAsync(cancellation);
        await reader.NextResultAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
            cells.Add(new(reader.GetInt32(0), reader.GetInt32(1), reader.GetInt64(2), reader.GetInt64(3), reader.GetInt32(1) == 1 ? reader.GetGuid(4) : Guid.Empty));
        return [.. cells.Select(Cluster)];
    }

    private static MapCluster Cluster(MapCell cell) => new(
        MapGrid.Latitude((double)cell.South / cell.Count), MapGrid.Longitude((double)cell.East / cell.Count), cell.Count, cell.Count == 1 ? new EntryId(cell.Only) : null);
}

/// <summary>The sum of what stands in one cell, in the grid's units.</summary>
/// <param name="Only">The event, where it is one.</param>
internal readonly record struct MapCell(int Cell, int Count, long East, long South, Guid Only);
