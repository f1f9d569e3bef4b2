using Npgsql;

namespace CafeIA.Federation.Node.Journal;

/// <summary>Commits what read models take part in, and tells them.</summary>
internal static class Projections
{
    /// <summary>Rows of these entries were committed; null: any of the hub.</summary>
    public static async Task CommittedAsync(this IEnumerable<IProjection> projections, int hubKey, IReadOnlyCollection<Guid>? entries)
    {
        foreach (var projection in projections)
            await projection.CommittedAsync(hubKey, entries);
    }

    /// <summary>Any row of any hub may be another.</summary>
    public static void RowsUnknown(this IEnumerable<IProjection> projections)
    {
        foreach (var projection in projections)
            projection.RowsUnknown();
    }

    /// <summary>Runs what ends with a commit.</summary>
    /// <exception cref="PostgresException">PostgreSQL refused: nothing was committed.</exception>
    /// <exception cref="NpgsqlException">The outcome is unknown, which the read models were told.</exception>
    public static async Task CommitAsync(this IEnumerable<IProjection> projections, Func<Task> commit)
    {
        try
        {
            await commit();
        }
        catch (Exception e) when (e is not PostgresException)
        {
            projections.RowsUnknown();
            throw;
        }
    }

    /// <summary>Commits a transaction that wrote rows of these entries; null: any of the hub.</summary>
    public static async Task CommitAsync(this IEnumerable<IProjection> projections, NpgsqlTransaction transaction, KnownHub hub, IReadOnlyCollection<Guid>? entries, CancellationToken cancellation)
    {
        await projections.CommitAsync(() => transaction.CommitAsync(cancellation));
        await projections.CommittedAsync(hub.Key, entries);
    }
}
