namespace CafeIA.Federation.Benchmarks.France;

/// <summary>When events begin and how long they last: seldom on Sundays and in August, in the evening on working days, in the morning and the afternoon on Saturdays.</summary>
internal sealed class StartTimes
{
    private const int FirstDay = -30;
    private const int LastDay = 365;

    /// <summary>From Sunday, as <see cref="DayOfWeek"/> counts.</summary>
    private static readonly double[] Weekdays = [3, 7, 18, 19, 21, 13, 19];

    private static readonly Weighted<TimeOnly> WorkingDay = Hours((9.5, 4), (10, 10), (10.5, 3), (12.5, 5), (14, 16), (14.5, 7), (15, 4), (16, 3), (17, 5), (17.5, 6), (18, 17), (18.5, 12), (19, 6), (20, 2));

    private static readonly Weighted<TimeOnly> Weekend = Hours((9.5, 5), (10, 28), (10.5, 14), (11, 6), (14, 18), (14.5, 12), (15, 8), (16, 5), (17, 2), (18, 2));

    private static readonly Weighted<int> Minutes = new([120, 90, 60, 150, 180, 240], minutes => minutes switch { 120 => 46, 90 => 25, 60 => 8, 150 => 9, 180 => 9, _ => 3 });

    private readonly Weighted<DateOnly> days;

    public StartTimes(DateOnly today) =>
        days = new(Enumerable.Range(FirstDay, LastDay - FirstDay + 1).Select(today.AddDays), day => Weekdays[(int)day.DayOfWeek] * Season(day));

    /// <summary>Local times.</summary>
    public (DateTime Start, DateTime End) Draw(Draws draws)
    {
        var day = days.Draw(draws);
        var start = day.ToDateTime((day.DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday ? Weekend : WorkingDay).Draw(draws));
        return (start, start.AddMinutes(Minutes.Draw(draws)));
    }

    private static double Season(DateOnly day) => (day.Month, day.Day) switch
    {
        (8, _) => 0.25,
        (7, > 10) => 0.4,
        (12, > 20) or (1, < 4) => 0.15,
        (3 or 10 or 11, _) => 1.4,
        _ => 1,
    };

    private static Weighted<TimeOnly> Hours(params (double Hour, double Weight)[] hours) =>
        new Weighted<(double Hour, double Weight)>(hours, h => h.Weight).Select(h => TimeOnly.FromTimeSpan(TimeSpan.FromHours(h.Hour)));
}
