using System.Globalization;
using CafeIA.Federation.Protocol;
using CsvHelper;

namespace CafeIA.Federation.Node.Directory.Places.Coordinates;

/// <summary>La Poste's CSV and its likes: a code column, and either one column of <c>latitude,longitude</c> or one of each.</summary>
internal static class CoordinatesCsv
{
    private static readonly string[] CodeColumns = ["codecommuneinsee", "codeinsee", "codecommune", "insee", "code"];
    private static readonly string[] PointColumns = ["coordonneesgps", "coordonneesgeographiques", "geopoint", "geopoint2d"];
    private static readonly string[] LatitudeColumns = ["latitude", "lat"];
    private static readonly string[] LongitudeColumns = ["longitude", "lon", "lng"];

    public static Result<CoordinateRows> Read(string text)
    {
        using var csv = CsvReader.FromText(text, new CsvReaderOptions
        {
            Separator = Separator(text),
            HasHeader = false,
            // One quote out of place spoils its own line, not the rest of the file.
            AllowLineBreaksInQuotes = false,
            TrackLineNumbers = true,
        });
        if (!csv.Read() || Columns.Find(csv) is not { } columns)
        {
            return new Refusal(
                "unknown-places-file",
                "Ce fichier n’est ni celui de La Poste (CSV avec « code_commune_insee » et « coordonnees_gps » ou « latitude » et « longitude ») ni celui de geo.api.gouv.fr (JSON).");
        }

        var rows = new List<CoordinateRow>();
        var bad = new List<Refusal>();
        while (csv.Read())
        {
            var line = (int)csv.LineNumber;
            if (columns.Read(csv, line) is var row && row.IsOk)
                rows.Add(row.Value);
            else
                bad.Add(row.Refusal! with { Line = line });
        }
        return new CoordinateRows(rows, bad);
    }

    /// <summary>Not left to the reader: a column of <c>latitude,longitude</c> has as many commas as a line of La Poste has fields.</summary>
    private static char Separator(string text)
    {
        var header = text.AsSpan(0, text.AsSpan().IndexOfAny('\r', '\n') is var end and >= 0 ? end : text.Length);
        return header.Contains(';') ? ';' : header.Contains('\t') ? '\t' : ',';
    }

    private sealed record Columns(int Code, int Point, int Latitude, int Longitude)
    {
        public static Columns? Find(CsvReader header)
        {
            string[] names = [.. Enumerable.Range(0, header.FieldCount).Select(i => PlaceName.Key(header.GetString(i)).Replace(" ", "", StringComparison.Ordinal))];
            var columns = new Columns(First(names, CodeColumns), First(names, PointColumns), First(names, LatitudeColumns), First(names, LongitudeColumns));
            return columns.Code >= 0 && (columns.Point >= 0 || (columns.Latitude >= 0 && columns.Longitude >= 0)) ? columns : null;
        }

        public Result<CoordinateRow> Read(CsvReader record, int line)
        {
            if (Field(record, Code) is not { Length: > 0 } code)
                return new Refusal("missing-code", "La ligne n’a pas de code de commune.");
            if (record.FieldCount <= (Point >= 0 ? Point : Math.Max(Latitude, Longitude)))
                return new Refusal("short-line", "La ligne a moins de colonnes que l’en-tête, ou un guillemet de trop.");
            var (latitude, longitude) = Point >= 0 ? Split(Field(record, Point)) : (Field(record, Latitude), Field(record, Longitude));
            if (latitude.Length == 0 && longitude.Length == 0)
                return new CoordinateRow(line, code, null);
            if (!TryDegrees(latitude, out var lat) || !TryDegrees(longitude, out var lon) || !GeoPoint.IsValid(lat, lon))
                return new Refusal("bad-coordinate", $"« {latitude} » et « {longitude} » ne sont pas une latitude et une longitude en degrés.");
            return new CoordinateRow(line, code, new GeoPoint(lat, lon));
        }

        private static string Field(CsvReader record, int index) => index < record.FieldCount ? record.GetString(index).Trim() : "";

        private static (string Latitude, string Longitude) Split(string point)
        {
            var comma = point.IndexOf(',', StringComparison.Ordinal);
            return comma < 0 ? (point, "") : (point[..comma].Trim(), point[(comma + 1)..].Trim());
        }

        private static bool TryDegrees(string text, out double degrees) =>
            double.TryParse(text.Replace(',', '.'), NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out degrees);

        private static int First(string[] names, string[] wanted)
        {
            foreach (var name in wanted)
            {
                if (Array.IndexOf(names, name) is var index and >= 0)
                    return index;
            }
            return -1;
        }
    }
}
