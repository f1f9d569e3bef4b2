using CafeIA.Federation.Protocol;
using Npgsql;

namespace CafeIA.Federation.Node.Directory.Places.Coordinates;

/// <summary>What an update did, for the person who asked for it.</summary>
/// <param name="Rows">Lines that gave a code.</param>
/// <param name="Placed">Communes that the source places.</param>
/// <param name="Updated">Of these, new or moved since the last update.</param>
/// <param name="WithoutCoordinates">Communes that the source names without placing them; they keep what they had.</param>
/// <param name="UnknownCodes">By line.</param>
/// <param name="BadLines">By line.</param>
internal sealed record PlacesUpdateSummary(
    int Rows,
    int Placed,
    int Updated,
    IReadOnlyList<Commune> WithoutCoordinates,
    IReadOnlyList<Refusal> UnknownCodes,
    IReadOnlyList<Refusal> BadLines);

/// <summary>Takes exact coordinates from a file or an address into the node's database. A running node sees them at its next <see cref="CurrentPlaces.RefreshAsync"/>.</summary>
internal sealed class PlacesUpdate(NpgsqlDataSource database, TimeProvider time)
{
    private readonly PlaceCoordinateStore store = new(database, time);

    /// <param name="fileOrUrl">A path, or an address that begins with <c>http://</c> or <c>https://</c>.</param>
    /// <returns>Refused also as <c>places-file-unreachable</c>.</returns>
    public async Task<Result<PlacesUpdateSummary>> ApplyAsync(string fileOrUrl, HttpClient http, CancellationToken cancellationToken)
    {
        Stream stream;
        try
        {
            stream = Uri.TryCreate(fileOrUrl, UriKind.Absolute, out var address) && address.Scheme is ("http" or "https")
                ? await http.GetStreamAsync(address, cancellationToken)
                : File.OpenRead(fileOrUrl);
        }
        catch (Exception error) when (error is HttpRequestException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            return new Refusal("places-file-unreachable", $"« {fileOrUrl} » n’a pas pu être lu : {error.Message}");
        }
        await using (stream)
            return await ApplyAsync(stream, fileOrUrl, cancellationToken);
    }

    /// <summary>Reads all of it, then writes what it gives at once or nothing.</summary>
    /// <param name="source">Named beside each coordinate.</param>
    /// <returns>Refused when it is no source of coordinates; bad lines and unknown codes are listed, and the rest is taken.</returns>
    public async Task<Result<PlacesUpdateSummary>> ApplyAsync(Stream content, string source, CancellationToken cancellationToken)
    {
        var file = await PlaceCoordinatesFile.ReadAsync(content, cancellationToken);
        if (!file.IsOk)
            return file.Refusal;
        // Matched against what ships: an earlier update that was wrong cannot make the next one look wrong.
        var match = CoordinateMatch.Of(file.Value.Rows, PlaceCatalog.Official);
        var updated = match.Coordinates.Count == 0 ? 0 : await store.SaveAsync(match.Coordinates, source, cancellationToken);
        return new PlacesUpdateSummary(
            file.Value.Rows.Count,
            match.Coordinates.Count,
            updated,
            match.WithoutCoordinates,
            match.UnknownCodes,
            [.. file.Value.BadLines.Concat(match.BadLines).OrderBy(bad => bad.Line)]);
    }
}
