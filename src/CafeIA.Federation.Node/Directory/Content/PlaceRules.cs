using CafeIA.Federation.Protocol;

namespace CafeIA.Federation.Node.Directory.Content;

/// <summary>What a place must fulfil.</summary>
internal static class PlaceRules
{
    private const int CodeLength = 5;
    private const int MaxPostalCode = 10;

    /// <summary>True when the place has no point, or one that lies on the globe.</summary>
    public static bool IsOnGlobe(PlaceContent place) => (place.Latitude, place.Longitude) switch
    {
        (null, null) => true,
        ({ } latitude, { } longitude) => latitude is >= -90 and <= 90 && longitude is >= -180 and <= 180,
        _ => false,
    };

    public static void Judge(PlaceContent? place, Findings findings)
    {
        if (place is null)
            return;
        findings.Text("place.name", place.Name, ContentLimits.Short);
        findings.Text("place.street", place.Street, ContentLimits.Short);
        findings.Text("place.postalCode", place.PostalCode, MaxPostalCode);
        findings.Text("place.commune", place.Commune, ContentLimits.Short);
        findings.Text("place.departement", place.Departement, ContentLimits.Short);
        findings.Text("place.access", place.Access, ContentLimits.Access);
        findings.Between("place.latitude", place.Latitude, -90, 90);
        findings.Between("place.longitude", place.Longitude, -180, 180);
        if (place.Latitude is null != place.Longitude is null)
            findings.Add("half-a-point", "Il faut la latitude et la longitude, ou aucune des deux.", place.Latitude is null ? "place.latitude" : "place.longitude");
        findings.Terms("unknown-accessibility", "L’accessibilité", "place.accessibility", place.Accessibility, Vocabulary.Accessibilities);
    }

    /// <summary>The place with its commune as INSEE code; a name or postal code that several communes share is asked, never guessed.</summary>
    public static Result<PlaceContent?> Settle(PlaceContent? place, CommuneLookup? communes)
    {
        if (place is null)
            return (PlaceContent?)null;
        var settled = place with
        {
            Name = EventRules.NullIfBlank(place.Name),
            Street = EventRules.NullIfBlank(place.Street),
            PostalCode = EventRules.NullIfBlank(place.PostalCode),
            Commune = EventRules.NullIfBlank(place.Commune),
            Departement = EventRules.NullIfBlank(place.Departement),
            Access = EventRules.NullIfBlank(place.Access),
        };
        if (settled.Commune is null && settled.PostalCode is null)
        {
            return settled.Departement is null || IsDepartementCode(settled.Departement)
                ? settled
                : new Refusal("unknown-departement", "Le département se donne par son code, comme « 88 » ou « 2A ».", "place.departement");
        }
        if (communes is null)
        {
            return settled.Commune is null || IsInseeCode(settled.Commune)
                ? settled
                : new Refusal("unknown-commune", "La commune se donne ici par son code INSEE.", "place.commune");
        }
        var found = communes(settled);
        if (!found.IsOk)
            return found.Refusal with { Field = found.Refusal.Field ?? "place.commune" };
        return settled with { Commune = found.Value, Departement = null };
    }

    /// <summary>The shape of a COG code: five digits, or 2A and 2B for Corsica.</summary>
    public static bool IsInseeCode(string text) =>
        text.Length == CodeLength
        && char.IsAsciiDigit(text[0])
        && (char.IsAsciiDigit(text[1]) || (text[0] == '2' && text[1] is 'A' or 'B'))
        && text.AsSpan(2).IndexOfAnyExceptInRange('0', '9') < 0;

    /// <summary>The shape of a département's code: 01 to 95, 2A, 2B, 971 to 989.</summary>
    private static bool IsDepartementCode(string text) =>
        text is "2A" or "2B"
        || (text.Length == 2 && text.AsSpan().IndexOfAnyExceptInRange('0', '9') < 0 && text is not "00" && string.CompareOrdinal(text, "95") <= 0)
        || (text.Length == 3 && text.StartsWith("97", StringComparison.Ordinal) && char.IsAsciiDigit(text[2]))
        || (text.Length == 3 && text.StartsWith("98", StringComparison.Ordinal) && char.IsAsciiDigit(text[2]));
}
