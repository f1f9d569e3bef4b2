using System.Text.Json;
using CafeIA.Federation.Protocol;

namespace CafeIA.Federation.Node.Directory.Places.Coordinates;

/// <summary>Communes of geo.api.gouv.fr: <c>[{code, centre: {type: Point, coordinates: [longitude, latitude]}}]</c>, or a GeoJSON FeatureCollection with <c>properties.code</c>.</summary>
internal static class GeoApiJson
{
    private static readonly JsonDocumentOptions Options = new() { MaxDepth = 16 };

    public static Result<CoordinateRows> Read(ReadOnlyMemory<byte> json)
    {
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(json, Options);
        }
        catch (JsonException error)
        {
            return new Refusal("unknown-places-file", "Ce fichier JSON est incomplet ou mal formé.") { Line = (int?)error.LineNumber + 1 };
        }
        using (document)
        {
            if (Communes(document.RootElement) is not { } communes)
                return new Refusal("unknown-places-file", "Ce fichier JSON n’est pas la liste des communes de geo.api.gouv.fr.");
            var rows = new List<CoordinateRow>();
            var bad = new List<Refusal>();
            var rank = 0;
            foreach (var commune in communes.EnumerateArray())
            {
                rank++;
                if (ReadOne(commune, rank) is var row && row.IsOk)
                    rows.Add(row.Value);
                else
                    bad.Add(row.Refusal! with { Line = rank });
            }
            return new CoordinateRows(rows, bad);
        }
    }

    private static JsonElement? Communes(JsonElement root)
    {
        if (root.ValueKind == JsonValueKind.Array)
            return root;
        return root.TryGetProperty("features", out var features) && features.ValueKind == JsonValueKind.Array ? features : null;
    }

    private static Result<CoordinateRow> ReadOne(JsonElement commune, int rank)
    {
        var isFeature = Member(commune, "properties") is not null;
        if (Member(Member(commune, "properties") ?? commune, "code") is not { ValueKind: JsonValueKind.String } code)
            return new Refusal("missing-code", "L’élément n’a pas de code de commune.");
        var row = new CoordinateRow(rank, code.GetString()!.Trim(), null);
        if (Member(commune, isFeature ? "geometry" : "centre") is not { ValueKind: JsonValueKind.Object } point)
            return row;
        if (Member(point, "type") is { } type && !type.ValueEquals("Point"))
            return new Refusal("not-a-point", "L’élément donne un contour, pas un centre : demandez geometry=centre.");
        if (Member(point, "coordinates") is not { ValueKind: JsonValueKind.Array } pair || pair.GetArrayLength() == 0)
            return row;
        // GeoJSON puts the longitude first (RFC 7946, section 3.1.1).
        if (pair.GetArrayLength() < 2 || !TryDegrees(pair[0], out var longitude) || !TryDegrees(pair[1], out var latitude) || !GeoPoint.IsValid(latitude, longitude))
            return new Refusal("bad-coordinate", "Les coordonnées ne sont pas une longitude et une latitude en degrés.");
        return row with { Centre = new GeoPoint(latitude, longitude) };
    }

    private static JsonElement? Member(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private static bool TryDegrees(JsonElement element, out double degrees)
    {
        degrees = 0;
        return element.ValueKind == JsonValueKind.Number && element.TryGetDouble(out degrees);
    }
}
