using System.Globalization;
using CafeIA.Federation.Node.Site.Propose;

namespace CafeIA.Federation.Tests.Site.Propose;

/// <summary>Days and hours as people write them.</summary>
public sealed class PlainDateTests
{
    /// <summary>A Sunday.</summary>
    private static readonly DateOnly Today = new(2026, 11, 29);

    [Theory]
    [InlineData("3 décembre 2026", "2026-12-03")]
    [InlineData("jeudi 3 décembre", "2026-12-03")]
    [InlineData("le jeudi 3 decembre 2026", "2026-12-03")]
    [InlineData("3/12/2026", "2026-12-03")]
    [InlineData("03/12/26", "2026-12-03")]
    [InlineData("3.12.2026", "2026-12-03")]
    [InlineData("3-12-2026", "2026-12-03")]
    [InlineData("2026-12-03", "2026-12-03")]
    [InlineData("1er janvier", "2027-01-01")]
    [InlineData("28 novembre", "2027-11-28")]
    [InlineData("29 novembre", "2026-11-29")]
    [InlineData("demain", "2026-11-30")]
    [InlineData("aujourd’hui", "2026-11-29")]
    [InlineData("Aujourd'hui", "2026-11-29")]
    [InlineData("29 février 2028", "2028-02-29")]
    [InlineData("December 3", "2026-12-03")]
    [InlineData("Thursday, December 3, 2026", "2026-12-03")]
    [InlineData("tomorrow", "2026-11-30")]
    public void A_day_to_come_is_understood(string text, string expected) =>
        Assert.Equal(DateOnly.Parse(expected, CultureInfo.InvariantCulture), PlainDate.Parse(text, Today, isPast: false, "date").Value);

    [Theory]
    [InlineData("28 novembre", "2026-11-28")]
    [InlineData("3 décembre", "2025-12-03")]
    [InlineData("29/11", "2026-11-29")]
    [InlineData("hier", "2026-11-28")]
    public void Of_a_café_that_took_place_a_day_without_a_year_is_the_last_one(string text, string expected) =>
        Assert.Equal(DateOnly.Parse(expected, CultureInfo.InvariantCulture), PlainDate.Parse(text, Today, isPast: true, "date").Value);

    [Theory]
    [InlineData("31 février", "no-such-day")]
    [InlineData("29 février 2027", "no-such-day")]
    [InlineData("31/04/2027", "no-such-day")]
    [InlineData("vendredi 3 décembre", "wrong-weekday")]
    [InlineData("3 brumaire", "bad-date")]
    [InlineData("32 décembre", "bad-date")]
    [InlineData("3/13/2026", "bad-date")]
    [InlineData("3 décembre 20226", "bad-date")]
    [InlineData("bientôt", "bad-date")]
    [InlineData("le", "bad-date")]
    [InlineData("", "bad-date")]
    public void What_is_no_day_is_refused(string text, string code)
    {
        var refusal = PlainDate.Parse(text, Today, isPast: false, "date").Refusal;

        Assert.Equal((code, "date"), (refusal?.Code, refusal?.Field));
    }

    [Theory]
    [InlineData("18h30", "18:30")]
    [InlineData("18 h 30", "18:30")]
    [InlineData("18:30", "18:30")]
    [InlineData("18h", "18:00")]
    [InlineData("18", "18:00")]
    [InlineData("9 heures", "09:00")]
    [InlineData("midi", "12:00")]
    [InlineData("6:30 pm", "18:30")]
    [InlineData("12 am", "00:00")]
    public void An_hour_is_understood(string text, string expected) => Assert.Equal(TimeOnly.Parse(expected, CultureInfo.InvariantCulture), PlainTime.Parse(text, "debut").Value);

    [Theory]
    [InlineData("25h")]
    [InlineData("18h60")]
    [InlineData("le soir")]
    [InlineData("13 pm")]
    [InlineData("1830000")]
    public void What_is_no_hour_is_refused(string text) => Assert.Equal("bad-time", PlainTime.Parse(text, "debut").Refusal?.Code);
}
