namespace CafeIA.Federation.Benchmarks.France;

/// <summary>One change, when it is due and who writes it.</summary>
/// <param name="Offset">From the beginning of the day, compressed.</param>
internal readonly record struct Arrival(TimeSpan Offset, FranceHub Hub);

/// <summary>When hubs write in a day: next to nothing at night, steadily from 8 to 19, and at 9 in the morning, when editors come to their desks and imports run, eight times as much as on average.</summary>
internal static class ArrivalSchedule
{
    /// <summary>Where the burst is, in parts of the day: around 9:00, wide enough to hold all but some in ten thousand of it.</summary>
    public const double BurstFrom = 8.0 / 24;

    /// <inheritdoc cref="BurstFrom"/>
    public const double BurstTo = 10.0 / 24;

    private const int MinutesADay = 24 * 60;
    private const double PeakMinute = 9 * 60;

    /// <summary>Deviation of the burst's bell, in minutes.</summary>
    private const double PeakWidth = 15;

    /// <summary>The burst's height over the daily mean, with what comes at that hour anyway.</summary>
    public const double PeakOverMean = 8;

    private static readonly Weighted<int> Minutes = MakeMinutes();

    /// <returns>In order of time; the same for the same seed.</returns>
    public static IReadOnlyList<Arrival> Make(int seed, int changes, TimeSpan day)
    {
        var draws = new Draws((ulong)(uint)seed);
        var arrivals = new Arrival[changes];
        for (var i = 0; i < changes; i++)
            arrivals[i] = new(day * ((Minutes.Draw(draws) + draws.Part()) / MinutesADay), FranceHubs.ByPopulation.Draw(draws));
        Array.Sort(arrivals, static (a, b) => a.Offset.CompareTo(b.Offset));
        return arrivals;
    }

    private static Weighted<int> MakeMinutes()
    {
        var ordinary = Enumerable.Range(0, MinutesADay).Select(Ordinary).ToArray();
        var mean = ordinary.Average();
        // The bell adds to the mean as well: height h over a mean m that it raises by h × area / day gives h = (P m − o) / (1 − P area / day).
        var area = PeakWidth * Math.Sqrt(Math.Tau) / MinutesADay;
        var height = ((PeakOverMean * mean) - Ordinary((int)PeakMinute)) / (1 - (PeakOverMean * area));
        return new(Enumerable.Range(0, MinutesADay), minute => ordinary[minute] + (height * Math.Exp(-Math.Pow((minute - PeakMinute) / PeakWidth, 2) / 2)));
    }

    private static double Ordinary(int minute) => (minute / 60) switch
    {
        < 6 => 0.05,
        < 8 => 0.4,
        12 or 13 => 0.8,
        < 19 => 1.5,
        < 23 => 0.5,
        _ => 0.1,
    };
}
