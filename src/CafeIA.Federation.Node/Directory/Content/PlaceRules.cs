namespace CafeIA.Federation.Node.Directory.Content;

/// <summary>What a place must fulfil.</summary>
internal static class PlaceRules
{
    /// <summary>True when the place has no point, or one that lies on the globe.</summary>
    public static bool IsOnGlobe(PlaceContent place) => (place.Latitude, place.Longitude) switch
    {
        (null, null) => true,
        ({ } latitude, { } longitude) => latitude is >= -90 and <= 90 && longitude is >= -180 and <= 180,
        _ => false,
    };
}
