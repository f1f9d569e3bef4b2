using CafeIA.Federation.Node.Directory.Places.Coordinates;

namespace CafeIA.Federation.Node.Directory.Places;

/// <summary>The snapshot of the places that the node answers from now. Take <see cref="Catalog"/> once for each piece of work: it is replaced, never changed.</summary>
internal sealed class CurrentPlaces(PlaceCoordinateStore store)
{
    private volatile Snapshot? current;

    public PlaceCatalog Catalog => current?.Catalog ?? PlaceCatalog.Official;

    /// <summary>Takes the coordinates that the database holds, if they changed since the last time.</summary>
    /// <returns>True when <see cref="Catalog"/> is another one now.</returns>
    public async Task<bool> RefreshAsync(CancellationToken cancellationToken)
    {
        // The version is read before the rows, and kept with what was made of them: a change in between, or a slower
        // refresh that ends last, is seen as another version at the next turn, never missed.
        var version = await store.VersionAsync(cancellationToken);
        if (version == (current?.Version ?? PlaceCoordinateVersion.None))
            return false;
        current = new Snapshot(version, PlaceCatalog.Official.With(await store.LoadAsync(cancellationToken)));
        return true;
    }

    private sealed record Snapshot(PlaceCoordinateVersion Version, PlaceCatalog Catalog);
}
