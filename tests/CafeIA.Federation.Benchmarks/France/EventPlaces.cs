using CafeIA.Federation.Node.Directory.Content;
using CafeIA.Federation.Node.Directory.Places;

namespace CafeIA.Federation.Benchmarks.France;

/// <summary>Places of events in a commune. Four of ten have a point of their own, the others are where the commune is.</summary>
internal static class EventPlaces
{
    private const int PointPercent = 40;
    private const int AccessibilityPercent = 55;

    /// <summary>How far from the commune's centre a point lies, in degrees for the square root of its inhabitants: 6 km in Marseille, some hundred metres in a village.</summary>
    private const double Reach = 0.06 / 930;

    /// <summary>Digits of a point's degrees: a metre.</summary>
    private const int PointDigits = 5;

    private static readonly Weighted<string> Kinds = Zipf.Of(FrenchWords.Places);
    private static readonly Weighted<string> Streets = Zipf.Of(FrenchWords.Streets);
    private static readonly Weighted<string> Patrons = Zipf.Of(FrenchWords.Patrons);

    /// <param name="commune">With a postal code.</param>
    /// <param name="bare">Only what is needed to find it: the postal code too, since a commune's code may be the postal code of others.</param>
    /// <param name="draws">What comes.</param>
    public static PlaceContent Make(Commune commune, bool bare, Draws draws)
    {
        var postalCode = draws.Pick(commune.PostalCodes);
        if (bare)
            return new() { PostalCode = postalCode, Commune = commune.Code };
        var place = new PlaceContent
        {
            Name = draws.Percent(60) ? $"{Kinds.Draw(draws)} {Patrons.Draw(draws)}" : Kinds.Draw(draws),
            Street = $"{1 + draws.Below(99)} {Streets.Draw(draws)} {Patrons.Draw(draws)}",
            PostalCode = postalCode,
            Commune = commune.Code,
            Accessibility = !draws.Percent(AccessibilityPercent) ? [] : draws.Percent(20) ? ["wheelchair", "hearing-loop"] : ["wheelchair"],
        };
        if (commune is not { Centre: { } centre, Population: { } inhabitants } || !draws.Percent(PointPercent))
            return place;
        var reach = Reach * Math.Sqrt(inhabitants);
        return place with
        {
            Latitude = Math.Round(centre.Latitude + (reach * draws.Normal() / 2), PointDigits),
            Longitude = Math.Round(centre.Longitude + (reach * draws.Normal() / 2), PointDigits),
        };
    }
}
