using System.Globalization;
using CafeIA.Federation.Benchmarks.Load;

namespace CafeIA.Federation.Benchmarks.Search;

/// <summary>One kind of question that people ask of the directory, always another one of its kind.</summary>
/// <param name="Name">As the table says it.</param>
/// <param name="Query">The query string that asks it.</param>
/// <param name="IsMap">Asked of the map layer: clusters.</param>
internal sealed record SearchMix(string Name, Func<Random, string> Query, bool IsMap = false)
{
    private static readonly string[] Regions = ["11", "24", "27", "28", "32", "44", "52", "53", "75", "76", "84", "93", "94"];
    private static readonly string[] Formats = ["cafe-ia", "atelier", "debat"];
    private static readonly (double Latitude, double Longitude)[] Towns =
        [(45.76, 4.84), (48.86, 2.35), (43.30, 5.37), (43.60, 1.44), (44.84, -0.58), (50.63, 3.06), (48.57, 7.75), (47.22, -1.55), (48.11, -1.68), (45.19, 5.72), (47.32, 5.04), (49.44, 1.10)];

#pragma warning disable CA5394 // Not for secrets: the same questions in every run.
    public static IReadOnlyList<SearchMix> All { get; } =
    [
        new("agenda from now on", r => $"from={Day(r, 30)}"),
        new("common words, by date", r => $"q={Uri.EscapeDataString(Pick(r, EventWords.CommonWords))}&from={Day(r, 30)}"),
        new("rare words", r => $"q={Uri.EscapeDataString(Pick(r, EventWords.RareWords))}"),
        new("near, next 7 days", r => $"{Near(r)}&{Week(r)}"),
        new("nearest first, next 7 days", r => $"{Near(r)}&{Week(r)}&sort=distance"),
        new("map box, list", r => $"{Box(r, out _)}&from={Day(r, 7)}"),
        new("map box, clusters", r => $"{Box(r, out var zoom)}&from={Day(r, 7)}&zoom={zoom}", IsMap: true),
        new("agenda of a région", r => $"region={Pick(r, Regions)}&from={Day(r, 30)}"),
        new("all combined", r => $"q={Uri.EscapeDataString(Pick(r, EventWords.CommonWords))}&{Near(r)}&{Week(r)}&format={Pick(r, Formats)}&free=true&language=fr"),
    ];

    private static T Pick<T>(Random random, IReadOnlyList<T> from) => from[random.Next(from.Count)];

    private static string Day(Random random, int within) => Sustained.Today().AddDays(random.Next(within)).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static string Week(Random random)
    {
        var from = Sustained.Today().AddDays(random.Next(30));
        return string.Create(CultureInfo.InvariantCulture, $"from={from:yyyy-MM-dd}&to={from.AddDays(6):yyyy-MM-dd}");
    }

    private static string Near(Random random)
    {
        var (latitude, longitude) = Pick(random, Towns);
        return string.Create(CultureInfo.InvariantCulture, $"near={latitude + Jitter(random):0.0000},{longitude + Jitter(random):0.0000}&radius={Pick(random, [5, 10, 30, 100])}");
    }

    /// <summary>What a screen of about 1,000 × 750 pixels shows, from a street to the whole country.</summary>
    private static string Box(Random random, out int zoom)
    {
        zoom = random.Next(5, 15);
        var width = 360.0 / (1 << zoom) * 4;
        var (latitude, longitude) = zoom < 7 ? (46.6, 2.5) : Pick(random, Towns);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"bbox={longitude - (width / 2) + Jitter(random):0.0000},{latitude - (width / 4) + Jitter(random):0.0000},{longitude + (width / 2) + Jitter(random):0.0000},{latitude + (width / 4) + Jitter(random):0.0000}");
    }

    private static double Jitter(Random random) => (random.NextDouble() - 0.5) / 50;
#pragma warning restore CA5394
}
