using System.Net;
using System.Text.Json;
using Xunit;

namespace CafeIA.Federation.Tests.Api;

public sealed class EventReadingTests(ApiNode api) : IClassFixture<ApiNode>
{
    [Fact]
    public async Task A_list_is_walked_by_its_next_links_without_gap_or_repeat()
    {
        var ids = new List<string>();
        for (var i = 0; i < 5; i++)
            ids.Add(await api.CreateAsync(ApiNode.Cafe($"Café promenade {i}", $"2031-04-0{i + 1}T18:00", null)));

        var walked = new List<string>();
        var path = "/api/v1/events?q=promenade&limit=2";
        while (path is not null)
        {
            var (_, page) = await api.GetAsync(path);
            walked.AddRange(page.GetProperty("items").EnumerateArray().Select(i => i.GetProperty("id").GetString()!));
            path = page.TryGetProperty("next", out var next) ? next.GetString() : null;
        }

        Assert.Equal(ids, walked);
    }

    [Theory]
    [InlineData("/api/v1/events.ics", null)]
    [InlineData("/api/v1/events", "text/calendar")]
    public async Task A_calendar_is_given_by_suffix_or_by_accept(string path, string? accept)
    {
        await api.CreateAsync(ApiNode.Cafe("Café en calendrier"));

        var (response, _) = await api.GetAsync(path, accept);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);

        Assert.Equal("text/calendar", response.Content.Headers.ContentType?.MediaType);
        Assert.StartsWith("BEGIN:VCALENDAR\r\n", text, StringComparison.Ordinal);
        Assert.Contains("SUMMARY:Café en calendrier", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_event_is_a_calendar_of_one()
    {
        var id = await api.CreateAsync(ApiNode.Cafe("Café seul"));
        await api.CreateAsync(ApiNode.Cafe("Café voisin"));

        var (response, _) = await api.GetAsync($"/api/v1/events/{id}.ics");
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Single(text.Split("BEGIN:VEVENT")[1..]);
        Assert.Contains("DTSTART;TZID=Europe/Paris:20310306T183000", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/api/v1/events.geojson?q=cartographié", null)]
    [InlineData("/api/v1/events?q=cartographié", "application/geo+json")]
    public async Task A_map_layer_holds_the_point_of_the_commune(string path, string? accept)
    {
        await api.CreateAsync(ApiNode.Cafe("Café cartographié"));

        var (response, layer) = await api.GetAsync(path, accept);

        Assert.Equal("application/geo+json", response.Content.Headers.ContentType?.MediaType);
        var coordinates = layer.GetProperty("features")[0].GetProperty("geometry").GetProperty("coordinates");
        Assert.InRange(coordinates[0].GetDouble(), 4.7, 5.0);
        Assert.InRange(coordinates[1].GetDouble(), 45.6, 45.9);
    }

    [Fact]
    public async Task A_map_gets_clusters_that_part_as_it_is_zoomed_in_and_end_as_single_events()
    {
        var lyon = await api.CreateAsync(ApiNode.Cafe("Café groupé", "2031-05-01T18:00", null));
        await api.CreateAsync(ApiNode.Cafe("Café groupé", "2031-05-02T18:00", null, new { commune = "38185" }));
        const string Search = "/api/v1/events.geojson?q=groupé&bbox=4,45,6,46.5&from=2031-05-01";

        var (response, far) = await api.GetAsync(Search + "&zoom=3");
        var (_, near) = await api.GetAsync(Search + "&zoom=8");
        var (_, one) = await api.GetAsync(Search + "&zoom=8&to=2031-05-01");

        Assert.Equal("application/geo+json", response.Content.Headers.ContentType?.MediaType);
        var both = Assert.Single(far.GetProperty("features").EnumerateArray());
        Assert.Equal(2, both.GetProperty("properties").GetProperty("count").GetInt32());
        Assert.False(both.TryGetProperty("id", out _));
        Assert.InRange(both.GetProperty("geometry").GetProperty("coordinates")[1].GetDouble(), 45.2, 45.75);
        Assert.Equal([1, 1], near.GetProperty("features").EnumerateArray().Select(f => f.GetProperty("properties").GetProperty("count").GetInt32()));
        var single = Assert.Single(one.GetProperty("features").EnumerateArray());
        Assert.Equal(lyon, single.GetProperty("id").GetString());
        Assert.EndsWith("/evenements/" + lyon, single.GetProperty("properties").GetProperty("url").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_reader_that_takes_none_of_the_forms_is_told_so()
    {
        var (response, problem) = await api.GetAsync("/api/v1/events", "image/png");

        Problems.Are(response, problem, HttpStatusCode.NotAcceptable, "not-acceptable", "Accept");
    }

    [Fact]
    public async Task An_event_without_a_date_has_no_occurrence()
    {
        var id = await api.CreateAsync(ApiNode.Cafe("Café sans date", null, null));

        var (_, document) = await api.GetAsync($"/api/v1/events/{id}");

        Assert.False(document.TryGetProperty("occurrence", out _));
    }

    [Fact]
    public async Task The_hub_says_how_far_this_node_is_with_it()
    {
        await api.CreateAsync(ApiNode.Cafe("Café compté"));

        var (_, hub) = await api.GetAsync("/api/v1/hubs/essai");
        var (_, list) = await api.GetAsync("/api/v1/hubs");

        Assert.Equal("local", hub.GetProperty("state").GetString());
        Assert.Equal($"1.{hub.GetProperty("known").GetUInt64()}", hub.GetProperty("held").GetString());
        Assert.Equal(JsonValueKind.Array, list.GetProperty("items").ValueKind);
        Assert.Equal(HttpStatusCode.NotFound, (await api.GetAsync("/api/v1/hubs/personne")).Response.StatusCode);
    }

    [Fact]
    public async Task A_place_is_completed_while_it_is_typed()
    {
        var (_, found) = await api.GetAsync("/api/v1/places?q=lyo");

        Assert.Equal("69123", found.GetProperty("items")[0].GetProperty("code").GetString());
    }
}
