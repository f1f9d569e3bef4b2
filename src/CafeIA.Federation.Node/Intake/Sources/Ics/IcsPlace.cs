using System.Globalization;
using System.Text.RegularExpressions;
using CafeIA.Federation.Node.Directory.Content;
using CafeIA.Federation.Protocol;

namespace CafeIA.Federation.Node.Intake.Sources.Ics;

/// <summary>A place out of LOCATION, which is free text, and GEO.</summary>
internal static partial class IcsPlace
{
    /// <summary>The text becomes the place's name; a postal code and town in it give the commune where that is one commune, else it is left open and noted.</summary>
    public static PlaceContent? Read(string? location, IcsProperty? geo, ImportSettings settings, List<Refusal> notes)
    {
        var point = Point(geo, notes);
        if (string.IsNullOrEmpty(location))
            return point;
        var text = location.ReplaceLineEndings(", ");
        var place = (point ?? new PlaceContent()) with { Name = text.Length <= ContentLimits.Short ? text : text[..ContentLimits.Short] };
        if (settings.Communes is not { } communes || PostalCodeAndTown().Match(text) is not { Success: true } match)
            return place;
        var asked = place with { PostalCode = match.Groups[1].Value, Commune = match.Groups[2].Value.Trim() };
        var found = communes(asked);
        if (found.IsOk)
            return asked with { Commune = found.Value };
        notes.Add(new Refusal("commune-left-open", $"La commune n’est pas reconnue dans le lieu : {found.Refusal.Message}", "place.commune"));
        return place;
    }

    private static PlaceContent? Point(IcsProperty? geo, List<Refusal> notes)
    {
        if (geo is null || geo.Value.AsSpan().Trim(" ;,").IsEmpty)
            return null;
        var parts = geo.Value.Split(';', ',');
        if (parts.Length == 2
            && double.TryParse(parts[0], NumberStyles.Float, CultureInfo.InvariantCulture, out var latitude)
            && double.TryParse(parts[1], NumberStyles.Float, CultureInfo.InvariantCulture, out var longitude)
            && latitude is >= -90 and <= 90 && longitude is >= -180 and <= 180)
        {
            return latitude == 0 && longitude == 0 ? null : new PlaceContent { Latitude = latitude, Longitude = longitude };
        }
        notes.Add(new Refusal("bad-point", "Les coordonnées (GEO) ne sont pas lisibles : elles ne sont pas prises.") { Line = geo.Line });
        return null;
    }

    [GeneratedRegex(@"\b(\d{5})\s+([\p{L}][\p{L}'’ -]{1,60})")]
    private static partial Regex PostalCodeAndTown();
}
