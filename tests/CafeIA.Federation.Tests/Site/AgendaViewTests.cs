using System.Net;
using System.Text.RegularExpressions;
using CafeIA.Federation.Tests.Api;
using Xunit;

namespace CafeIA.Federation.Tests.Site;

/// <summary>The agenda by day, week and month, without a script. Over HTTP on a whole node.</summary>
public sealed partial class AgendaViewTests(ApiNode api) : IClassFixture<ApiNode>
{
    [Fact]
    public async Task A_day_a_week_and_a_month_show_what_is_in_them_and_turn_to_what_is_beside()
    {
        var sunday = await api.CreateAsync(ApiNode.Cafe("Vuetest dimanche", "2033-05-01T18:00", null));
        var monday = await api.CreateAsync(ApiNode.Cafe("Vuetest lundi", "2033-05-02T18:00", null));
        var late = await api.CreateAsync(ApiNode.Cafe("Vuetest tard", "2033-05-02T23:30", null));
        await api.CreateAsync(ApiNode.Cafe("Autre", "2033-05-02T18:00", null));

        var day = await TextAsync("/agenda?q=vuetest&vue=jour&jour=2033-05-02");
        var week = await TextAsync("/agenda?q=vuetest&vue=semaine&jour=2033-05-04");
        var month = await TextAsync("/agenda?q=vuetest&vue=mois&jour=2033-05-20");

        Assert.Equal([monday, late], Events(day));
        Assert.Contains("Lundi 2\u00a0mai 2033", day, StringComparison.Ordinal);
        Assert.Equal([monday, late], Events(week));
        Assert.Contains("Semaine du 2\u00a0mai au 8\u00a0mai\u00a02033", week, StringComparison.Ordinal);
        Assert.Contains("/agenda?q=vuetest&vue=semaine&jour=2033-04-27", week, StringComparison.Ordinal);
        Assert.Contains(sunday, await TextAsync("/agenda?q=vuetest&vue=semaine&jour=2033-04-27"), StringComparison.Ordinal);
        Assert.Empty(Events(month));
        Assert.Equal(["dimanche 1er\u00a0mai 2033 : 1\u00a0café", "lundi 2\u00a0mai 2033 : 2\u00a0cafés"], Days().Matches(month).Select(m => m.Groups[2].Value));
        Assert.Equal("/agenda?q=vuetest&vue=jour&jour=2033-05-02", Days().Matches(month)[1].Groups[1].Value);
        Assert.Contains("vue=mois&jour=2033-06-01", month, StringComparison.Ordinal);
        Assert.Contains("vue=mois&jour=2033-04-01", month, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_month_has_a_row_a_week_that_begins_on_Monday()
    {
        // September 2033 begins on a Thursday and has 30 days.
        var html = await TextAsync("/agenda?vue=mois&jour=2033-09-15");

        var rows = Regex.Matches(html, "<tr>(.*?)</tr>", RegexOptions.Singleline).Skip(1).Select(r => r.Groups[1].Value).ToArray();
        Assert.Equal(5, rows.Length);
        Assert.Equal(7, Regex.Count(rows[0], "<td"));
        Assert.Equal(["1", "2", "3", "4"], Regex.Matches(rows[0], "class=\"date\">([0-9]+)<").Select(m => m.Groups[1].Value));
        Assert.Equal("30", Regex.Matches(rows[^1], "class=\"date\">([0-9]+)<").Last().Groups[1].Value);
    }

    [Theory]
    [InlineData("/agenda?vue=semaine&jour=hier")]
    [InlineData("/agenda?vue=mois&jour=9999-12-31")]
    [InlineData("/agenda?vue=mois&jour=0001-01-01")]
    [InlineData("/agenda?vue=siecle")]
    [InlineData("/agenda?vue=mois&near=Lyon&free=true")]
    public async Task What_is_not_understood_is_today(string path)
    {
        using var response = await api.Reader.GetAsync(path, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task A_search_that_is_refused_is_refused_in_every_view()
    {
        using var response = await api.Reader.GetAsync("/agenda?vue=mois&near=Saint-Denis", TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains("vue=mois", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    private static string[] Events(string html) => [.. Event().Matches(html).Select(m => m.Groups[1].Value)];

    private async Task<string> TextAsync(string path) => WebUtility.HtmlDecode(await api.Reader.GetStringAsync(path, TestContext.Current.CancellationToken));

    [GeneratedRegex("<h3><a href=\"/evenements/([0-9a-f-]+)\">")]
    private static partial Regex Event();

    [GeneratedRegex("<a href=\"([^\"]+)\" aria-label=\"([^\"]+)\">[0-9]+</a>")]
    private static partial Regex Days();
}
