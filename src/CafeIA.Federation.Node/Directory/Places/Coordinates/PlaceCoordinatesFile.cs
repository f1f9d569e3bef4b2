using System.Text;
using System.Text.Unicode;
using CafeIA.Federation.Protocol;

namespace CafeIA.Federation.Node.Directory.Places.Coordinates;

/// <summary>What a source of coordinates says, line by line; lines that could not be read are named and left out.</summary>
internal sealed record CoordinateRows(IReadOnlyList<CoordinateRow> Rows, IReadOnlyList<Refusal> BadLines);

/// <summary>Reads La Poste's base of postal codes (CSV, UTF-8 or Latin-1) and the communes of geo.api.gouv.fr (JSON or GeoJSON), told apart by their first character.</summary>
internal static class PlaceCoordinatesFile
{
    /// <summary>The largest source known, all communes of geo.api.gouv.fr with every field but outlines, has 15 MB.</summary>
    public const int MaxBytes = 64 * 1024 * 1024;

    /// <returns>Refused as <c>places-file-too-large</c> or <c>unknown-places-file</c>; a bad line does not refuse the rest.</returns>
    public static async Task<Result<CoordinateRows>> ReadAsync(Stream stream, CancellationToken cancellationToken)
    {
        using var content = new MemoryStream();
        var chunk = new byte[64 * 1024];
        int read;
        while ((read = await stream.ReadAsync(chunk, cancellationToken)) > 0)
        {
            content.Write(chunk, 0, read);
            if (content.Length > MaxBytes)
                return new Refusal("places-file-too-large", $"Le fichier dépasse {MaxBytes / 1024 / 1024} Mo.");
        }
        var bytes = content.GetBuffer().AsMemory(0, (int)content.Length);
        if (bytes.Span.StartsWith(Encoding.UTF8.Preamble))
            bytes = bytes[Encoding.UTF8.Preamble.Length..];
        return bytes.Span.TrimStart(" \t\r\n"u8) is [(byte)'[' or (byte)'{', ..]
            ? GeoApiJson.Read(bytes)
            : CoordinatesCsv.Read(Text(bytes.Span));
    }

    /// <summary>La Poste's file was long published in Latin-1; no Latin-1 text with an accent is valid UTF-8 by chance.</summary>
    private static string Text(ReadOnlySpan<byte> bytes) => (Utf8.IsValid(bytes) ? Encoding.UTF8 : Encoding.Latin1).GetString(bytes);
}
