using System.Net;
using System.Text.RegularExpressions;
using CafeIA.Federation.Tests.Api;
using Xunit;

namespace CafeIA.Federation.Tests.Site;

/// <summary>The agenda's one box, what it can be narrowed to, and what it offers where nothing is found.</summary>
public sealed partial class AgendaSearchTests(ApiNode api) : IClassFixture<ApiNode>
{
    [Fact]
    public async Task One_box_finds_by_words_and_place_and_says_how_it_was_understood()
    {
        var here = await api.CreateAsync(ApiNode.Cafe("Atelier cafetières"));
        var other = await api.CreateAsync(ApiNode.Cafe("Atelier théières"));

        var text = await TextAsync("/agenda?chercher=cafeti%C3%A8res+Lyon");

        Assert.Contains(here, text, StringComparison.Ordinal);
        Assert.DoesNotContain(other, text, StringComparison.Ordinal);
        Assert.Contains("value=\"cafetières Lyon\"", text, StringComparison.Ordinal);
        Assert.Contains("« cafetières »", text, StringComparison.Ordinal);
        Assert.Contains("Autour de Lyon, 25", text, StringComparison.Ordinal);
        var without = Remove().Matches(text).Single(m => m.Groups[2].Value.StartsWith("« cafetières", StringComparison.Ordinal)).Groups[1].Value;
        Assert.Contains(other, await TextAsync(without), StringComparison.Ordinal);
        Assert.Contains("/api/v1/events.ics?q=cafeti%C3%A8res&near=Lyon", text, StringComparison.Ordinal);
        Assert.Contains($"Chercher plutôt « cafetières Lyon »", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_search_says_what_it_can_be_narrowed_to_and_how_much_is_left()
    {
        await api.CreateAsync(ApiNode.Cafe("Moulin à grain"));
        await api.CreateAsync(ApiNode.Cafe("Moulin à eau", format: "atelier"));
        await api.CreateAsync(ApiNode.Cafe("Moulin à vent", format: "atelier"));

        var text = await TextAsync("/agenda?q=moulin");

        var link = Narrow().Matches(text).Single(m => m.Groups[2].Value == "Atelier");
        Assert.Equal("2", link.Groups[3].Value);
        var narrowed = await TextAsync(link.Groups[1].Value);
        Assert.Contains("Moulin à eau", narrowed, StringComparison.Ordinal);
        Assert.DoesNotContain("Moulin à grain", narrowed, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_nothing_is_found_the_nearest_in_time_space_and_subject_is_offered()
    {
        var cafe = await api.CreateAsync(ApiNode.Cafe("Percolateur"));

        var dates = await TextAsync("/agenda?q=percolateur&from=2031-03-07&to=2031-03-08");
        var further = await TextAsync("/agenda?q=percolateur&near=Vienne+(38)&radius=5");
        var subject = await TextAsync("/agenda?q=introuvable&near=Lyon");

        Assert.Matches($"<h2>À d’autres dates</h2>[\\s\\S]*{cafe}", dates);
        Assert.Matches($"<h2>Plus loin</h2>[\\s\\S]*{cafe}", further);
        Assert.Contains("<h2>Au même endroit, sur d’autres sujets</h2>", subject, StringComparison.Ordinal);
        foreach (Match all in OfferedAll().Matches(dates + further + subject))
            Assert.Contains("<li class=\"card", await TextAsync(all.Groups[1].Value), StringComparison.Ordinal);
    }

    private async Task<string> TextAsync(string path)
    {
        using var response = await api.Reader.GetAsync(path, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return WebUtility.HtmlDecode(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [GeneratedRegex("<a href=\"([^\"]*)\" aria-label=\"Retirer : ([^\"]*)\"")]
    private static partial Regex Remove();

    [GeneratedRegex("<li><a href=\"([^\"]*)\">([^<]*)</a> <span class=\"soft\">\\(([0-9]*)\\)")]
    private static partial Regex Narrow();

    [GeneratedRegex("<a href=\"([^\"]*)\">Tout voir<")]
    private static partial Regex OfferedAll();
}
