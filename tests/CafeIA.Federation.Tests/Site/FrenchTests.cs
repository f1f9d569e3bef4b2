using CafeIA.Federation.Node.Directory.Occurrences;
using CafeIA.Federation.Node.Site.Text;
using Xunit;

namespace CafeIA.Federation.Tests.Site;

public sealed class FrenchTests
{
    [Theory]
    [InlineData(0, "0")]
    [InlineData(999, "999")]
    [InlineData(12345, "12\u202f345")]
    [InlineData(1234567, "1\u202f234\u202f567")]
    [InlineData(-1234, "-1\u202f234")]
    [InlineData(-123, "-123")]
    public void Thousands_stand_apart(long number, string expected) => Assert.Equal(expected, French.Number(number));

    [Theory]
    [InlineData(0, "0\u00a0café")]
    [InlineData(1, "1\u00a0café")]
    [InlineData(2, "2\u00a0cafés")]
    public void French_counts_from_two(int number, string expected) => Assert.Equal(expected, French.Count(number, "café", "cafés"));

    [Theory]
    [InlineData(90, "1\u00a0h\u00a030")]
    [InlineData(120, "2\u00a0h")]
    [InlineData(45, "45\u00a0min")]
    public void A_length_is_told_in_hours(int minutes, string expected) => Assert.Equal(expected, French.Minutes(minutes));

    [Fact]
    public void An_occurrence_is_told_on_the_clock_of_its_place()
    {
        var start = new DateTimeOffset(2026, 12, 3, 14, 30, 0, TimeSpan.Zero);
        var evening = new Occurrence(start, start.AddHours(2), new(2026, 12, 3), false, true, true, "confirmed");

        Assert.Equal("jeudi 3\u00a0décembre 2026 de 15\u00a0h\u00a030 à 17\u00a0h\u00a030", When.Sentence(evening, "Europe/Paris"));
        Assert.Equal("jeudi 3\u00a0décembre 2026 de 18\u00a0h\u00a030 à 20\u00a0h\u00a030 (heure locale, Indian/Reunion)", When.Sentence(evening, "Indian/Reunion"));
        Assert.Equal("2026-12-03T18:30:00+04:00", When.Machine(evening, "Indian/Reunion"));
    }

    [Fact]
    public void Several_days_end_on_the_last_one_and_not_the_day_after()
    {
        var days = new Occurrence(
            new(2026, 12, 2, 23, 0, 0, TimeSpan.Zero), new(2026, 12, 5, 23, 0, 0, TimeSpan.Zero), new(2026, 12, 3), true, false, true, "confirmed");

        Assert.Equal("du jeudi 3\u00a0décembre 2026 au samedi 5\u00a0décembre 2026, toute la journée", When.Sentence(days, "Europe/Paris"));
        Assert.Equal("2026-12-05", When.MachineEnd(days, "Europe/Paris"));
    }
}
