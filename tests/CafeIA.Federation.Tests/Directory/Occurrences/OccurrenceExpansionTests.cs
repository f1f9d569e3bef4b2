using CafeIA.Federation.Node.Directory.Content;
using CafeIA.Federation.Node.Directory.Occurrences;
using CsCheck;
using Xunit;

namespace CafeIA.Federation.Tests.Directory.Occurrences;

public sealed class OccurrenceExpansionTests
{
    private static readonly DateTimeOffset Now = new(2026, 6, 1, 12, 0, 0, TimeSpan.Zero);

    private static DateTimeOffset Utc(int year, int month, int day, int hour = 0, int minute = 0) => new(year, month, day, hour, minute, 0, TimeSpan.Zero);

    private static EventContent Series(string start, string rule, string? end = null) =>
        new() { Title = "C", Start = start, End = end, Recurrence = new RecurrenceContent { Rule = rule } };

    private static Gen<string> OneOf(params string[] texts) => Gen.Int[0, texts.Length - 1].Select(i => texts[i]);

    private static Expansion Expand(EventContent content) => OccurrenceExpansion.Expand(content, Now);

    [Fact]
    public void An_event_without_a_date_has_no_occurrence() => Assert.Empty(Expand(new EventContent { Title = "C" }).Occurrences);

    [Fact]
    public void A_single_event_takes_place_once_however_far_ahead()
    {
        var expansion = Expand(new EventContent { Title = "C", Start = "2031-12-03T18:30", End = "2031-12-03T20:30" });

        Assert.Equal(new Occurrence(Utc(2031, 12, 3, 17, 30), Utc(2031, 12, 3, 19, 30), new DateOnly(2031, 12, 3), false, true, true, "confirmed"), Assert.Single(expansion.Occurrences));
        Assert.Null(expansion.Until);
    }

    [Fact]
    public void Where_only_the_day_is_known_the_hour_is_not_invented()
    {
        var occurrence = Assert.Single(Expand(new EventContent { Title = "C", Start = "2024-09-05" }).Occurrences);

        Assert.False(occurrence.TimeGiven);
        Assert.False(occurrence.AllDay);
        Assert.False(occurrence.EndGiven);
        Assert.Equal(Utc(2024, 9, 4, 22), occurrence.StartUtc);
        Assert.Equal(Utc(2024, 9, 5, 22), occurrence.EndUtc);
    }

    [Fact]
    public void A_day_of_23_hours_lasts_23_hours()
    {
        var occurrence = Assert.Single(Expand(new EventContent { Title = "C", Start = "2026-03-29", AllDay = true }).Occurrences);

        Assert.Equal(TimeSpan.FromHours(23), occurrence.EndUtc - occurrence.StartUtc);
    }

    [Fact]
    public void The_last_day_of_an_all_day_event_is_included() =>
        Assert.Equal(Utc(2024, 9, 26, 22), Assert.Single(Expand(new EventContent { Title = "C", Start = "2024-09-25", End = "2024-09-26", AllDay = true }).Occurrences).EndUtc);

    [Theory]
    [InlineData("2026-03-29T02:30", 1, 30)] // skipped: 03:30 summer time
    [InlineData("2026-10-25T02:30", 0, 30)] // twice: the first, in summer time
    public void An_hour_that_the_clock_skips_or_repeats_is_one_moment(string start, int hour, int minute)
    {
        var occurrence = Assert.Single(Expand(new EventContent { Title = "C", Start = start }).Occurrences);

        Assert.Equal(new TimeSpan(hour, minute, 0), occurrence.StartUtc.TimeOfDay);
    }

    [Fact]
    public void A_weekly_café_keeps_its_hour_over_the_change_of_the_clock()
    {
        var occurrences = Expand(Series("2026-10-22T18:30", "FREQ=WEEKLY;COUNT=2", "2026-10-22T20:00")).Occurrences;

        Assert.Equal([Utc(2026, 10, 22, 16, 30), Utc(2026, 10, 29, 17, 30)], occurrences.Select(o => o.StartUtc));
        Assert.All(occurrences, o => Assert.Equal(TimeSpan.FromMinutes(90), o.EndUtc - o.StartUtc));
    }

    [Fact]
    public void A_rule_without_an_end_is_followed_for_18_months_and_can_be_extended()
    {
        var expansion = Expand(Series("2026-01-05T10:00", "FREQ=WEEKLY"));

        Assert.Equal(Now.AddMonths(18), expansion.Until);
        Assert.InRange(expansion.Occurrences[^1].StartUtc, Now.AddMonths(18).AddDays(-8), Now.AddMonths(18));
        Assert.Equal(Utc(2026, 1, 5, 9), expansion.Occurrences[0].StartUtc);
        Assert.False(expansion.Truncated);
    }

    [Theory]
    [InlineData("20260125T090000Z", 3)] // 10:00 in Paris on the 25th: included
    [InlineData("20260125T085959Z", 2)]
    [InlineData("20260125T100000", 3)]
    [InlineData("20260125", 3)]
    public void Until_includes_the_moment_it_names(string until, int count) =>
        Assert.Equal(count, Expand(Series("2026-01-11T10:00", $"FREQ=WEEKLY;UNTIL={until}")).Occurrences.Count);

    [Fact]
    public void A_rule_that_has_ended_needs_no_further_extension() => Assert.Null(Expand(Series("2026-01-11T10:00", "FREQ=WEEKLY;UNTIL=20260201")).Until);

    [Fact]
    public void The_first_start_counts_even_where_the_rule_does_not_make_it()
    {
        // 1 January 2026 is a Thursday.
        var occurrences = Expand(Series("2026-01-01T10:00", "FREQ=WEEKLY;BYDAY=MO;UNTIL=20260112")).Occurrences;

        Assert.Equal([1, 5, 12], occurrences.Select(o => o.Date.Day));
    }

    [Fact]
    public void Added_excluded_moved_and_cancelled_occurrences_are_each_respected()
    {
        var content = new EventContent
        {
            Title = "C",
            Start = "2026-01-05T10:00",
            End = "2026-01-05T11:00",
            Recurrence = new RecurrenceContent
            {
                Rule = "FREQ=WEEKLY;COUNT=4",
                Added = ["2026-01-07T15:00"],
                Excluded = ["2026-01-12T10:00"],
                Changed =
                [
                    new ChangedOccurrenceContent { Occurrence = "2026-01-19T10:00", Start = "2026-01-20T14:00", Title = "Déplacé" },
                    new ChangedOccurrenceContent { Occurrence = "2026-01-26T10:00", Status = "cancelled" },
                ],
            },
        };

        var occurrences = Expand(content).Occurrences;

        Assert.Equal([Utc(2026, 1, 5, 9), Utc(2026, 1, 7, 14), Utc(2026, 1, 20, 13), Utc(2026, 1, 26, 9)], occurrences.Select(o => o.StartUtc));
        Assert.Equal(["confirmed", "confirmed", "confirmed", "cancelled"], occurrences.Select(o => o.Status));
        Assert.Equal("Déplacé", occurrences[2].Title);
        Assert.All(occurrences, o => Assert.Equal(TimeSpan.FromHours(1), o.EndUtc - o.StartUtc));
    }

    [Fact]
    public void A_cancelled_event_is_cancelled_on_each_of_its_dates()
    {
        var content = new EventContent { Title = "C", Start = "2026-01-05", Status = "cancelled", Dates = [new DateContent { Start = "2026-01-06", Status = "confirmed" }] };

        Assert.All(Expand(content).Occurrences, o => Assert.Equal("cancelled", o.Status));
    }

    [Fact]
    public void A_list_of_dates_keeps_each_date_s_own_end_and_order()
    {
        var content = new EventContent
        {
            Title = "C",
            Start = "2026-05-01T10:00",
            End = "2026-05-01T12:00",
            Dates = [new DateContent { Start = "2026-04-01T10:00", End = "2026-04-01T10:30" }, new DateContent { Start = "illisible" }],
        };

        Assert.Equal([30, 120], Expand(content).Occurrences.Select(o => (int)(o.EndUtc - o.StartUtc).TotalMinutes));
    }

    [Theory]
    [InlineData("FREQ=SECONDLY")]
    [InlineData("FREQ=MINUTELY;COUNT=1000000000")]
    [InlineData("FREQ=YEARLY;BYDAY=MO,TU,WE,TH,FR,SA,SU;BYHOUR=0,1,2,3,4,5,6,7,8,9,10,11,12;BYMINUTE=0,1,2,3,4,5;BYSECOND=0,1,2,3,4,5")]
    [InlineData("n’importe quoi")]
    [InlineData("FREQ=DAILY;INTERVAL=0")]
    [InlineData("FREQ=DAILY;INTERVAL=2147483647")]
    public void A_rule_too_costly_or_wrong_from_another_hub_leaves_the_first_start(string rule)
    {
        var expansion = Expand(Series("2026-01-05T10:00", rule));

        Assert.Single(expansion.Occurrences);
        Assert.True(expansion.Truncated);
        Assert.Null(expansion.Until);
    }

    [Theory]
    [InlineData("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30")]
    [InlineData("FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=31")]
    [InlineData("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30")]
    [InlineData("FREQ=WEEKLY;BYMONTH=2;BYDAY=MO;BYSETPOS=300")]
    [InlineData("FREQ=YEARLY;BYWEEKNO=53;BYMONTH=6")]
    [InlineData("FREQ=DAILY;INTERVAL=1000;BYMONTH=2;BYMONTHDAY=30")]
    public void A_rule_that_no_day_satisfies_ends(string rule) => Assert.Single(Expand(Series("2026-01-05T10:00", rule)).Occurrences);

    [Fact]
    public void A_29_February_comes_every_four_years() =>
        Assert.Equal([2008, 2012, 2016, 2020, 2024], Expand(Series("2008-02-29T10:00", "FREQ=YEARLY")).Occurrences.Select(o => o.Date.Year));

    [Fact]
    public void A_count_of_a_thousand_million_is_bounded_by_the_horizon()
    {
        var expansion = Expand(Series("2026-05-01T10:00", "FREQ=DAILY;COUNT=1000000000"));

        Assert.InRange(expansion.Occurrences.Count, 570, 582);
        Assert.False(expansion.Truncated);
    }

    [Fact]
    public void Of_more_occurrences_than_are_kept_the_latest_are()
    {
        var expansion = Expand(Series("1900-01-01T10:00", "FREQ=DAILY"));

        Assert.True(expansion.Truncated);
        Assert.InRange(expansion.Occurrences.Count, OccurrenceExpansion.MaxGenerated, OccurrenceExpansion.MaxGenerated + 1);
        Assert.InRange(expansion.Occurrences[^1].StartUtc, Now.AddMonths(18).AddDays(-2), Now.AddMonths(18));
    }

    [Fact]
    public void An_all_day_series_ignores_hours_in_its_rule() =>
        Assert.Equal(2, Expand(Series("2026-01-05", "FREQ=DAILY;COUNT=2;BYHOUR=3,4") with { AllDay = true }).Occurrences.Count);

    [Fact]
    public void A_zone_nobody_knows_counts_as_Paris() =>
        Assert.Equal(Utc(2026, 1, 5, 9), Assert.Single(Expand(new EventContent { Title = "C", Start = "2026-01-05T10:00", TimeZone = "Nulle/Part" }).Occurrences).StartUtc);

    [Fact]
    public void Overseas_cafés_have_their_own_hour() =>
        Assert.Equal(Utc(2026, 7, 5, 6), Assert.Single(Expand(new EventContent { Title = "C", Start = "2026-07-05T10:00", TimeZone = "Indian/Reunion" }).Occurrences).StartUtc);

    [Fact]
    public void No_rule_makes_it_throw_or_lose_its_order()
    {
        var part = Gen.OneOf(
            Gen.Int[-1, 400].Select(n => $"COUNT={n}"),
            Gen.Int[-1, 1001].Select(n => $"INTERVAL={n}"),
            Gen.Int[0, 13].Array[1, 3].Select(n => $"BYMONTH={string.Join(',', n)}"),
            Gen.Int[-32, 32].Array[1, 3].Select(n => $"BYMONTHDAY={string.Join(',', n)}"),
            Gen.Int[-367, 367].Array[1, 3].Select(n => $"BYYEARDAY={string.Join(',', n)}"),
            Gen.Int[-53, 53].Array[1, 3].Select(n => $"BYWEEKNO={string.Join(',', n)}"),
            Gen.Int[-366, 366].Array[1, 3].Select(n => $"BYSETPOS={string.Join(',', n)}"),
            Gen.Int[0, 24].Array[1, 3].Select(n => $"BYHOUR={string.Join(',', n)}"),
            OneOf("BYDAY=MO,SU", "BYDAY=-1FR", "BYDAY=53MO", "BYDAY=5TU,1WE", "WKST=SU", "UNTIL=20260901", "UNTIL=00010101T000000Z", "UNTIL=99991231T235959Z"));
        Gen.Select(OneOf("DAILY", "WEEKLY", "MONTHLY", "YEARLY"), part.Array[0, 4], OneOf("2026-02-28T23:30", "2020-12-31", "2199-12-31T10:00", "1900-01-01"))
            .Sample(
                (frequency, parts, start) =>
                {
                    var occurrences = Expand(Series(start, $"FREQ={frequency};{string.Join(';', parts)}")).Occurrences;
                    return occurrences.Count >= 1 && occurrences.Zip(occurrences.Skip(1)).All(pair => pair.First.StartUtc <= pair.Second.StartUtc);
                },
                iter: 300);
    }
}
