using CafeIA.Federation.Node.Directory.Content;
using CafeIA.Federation.Node.Directory.Search;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Tests.Fixtures;
using Xunit;
using static CafeIA.Federation.Tests.Directory.Search.DirectoryFixture;

namespace CafeIA.Federation.Tests.Directory.Search;

public sealed class LookupTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_never_was_what_is_hidden_and_what_was_withdrawn_are_told_apart()
    {
        using var directory = await OpenAsync(postgres);
        var shown = await directory.Journal.PutAsync(Cafe("Café"));
        var gone = await directory.Journal.PutAsync(Cafe("Café retiré"));
        await directory.Journal.WithdrawAsync(gone);
        var hidden = (await directory.Journal.AppendAsync([directory.Journal.Put(null, EntryKind.Event, "{\"title\":7}"u8.ToArray())]))[0].Value.Entry;

        Assert.Equal(LookupState.Shown, (await directory.Event.FindAsync(shown, Cancelled)).State);
        Assert.Equal(LookupState.Withdrawn, (await directory.Event.FindAsync(gone, Cancelled)).State);
        Assert.Equal(LookupState.Hidden, (await directory.Event.FindAsync(hidden, Cancelled)).State);
        Assert.Equal(LookupState.Unknown, (await directory.Event.FindAsync(EntryId.New(directory.Time), Cancelled)).State);
        Assert.Equal(LookupState.Unknown, (await directory.Resource.FindAsync(shown, Cancelled)).State);
        Assert.Equal(["Café"], await directory.TitlesAsync(directory.Mine));
    }

    [Fact]
    public async Task An_event_shows_its_next_dates_and_counts_those_that_passed()
    {
        using var directory = await OpenAsync(postgres);
        var id = await directory.Journal.PutAsync(Cafe("weekly", commune: "69123") with { Recurrence = new() { Rule = "FREQ=WEEKLY;COUNT=4" } });
        directory.Time.Now = new(2026, 4, 10, 0, 0, 0, TimeSpan.Zero);

        var detail = (await directory.Event.FindAsync(id, Cancelled)).Value!;

        Assert.Equal(2, detail.Past);
        Assert.Equal([new(2026, 4, 16), new DateOnly(2026, 4, 23)], detail.Upcoming.Select(o => o.Date));
        Assert.Equal(detail.Upcoming[0], detail.Event.Occurrence);
        Assert.Equal("Rhône", detail.Event.Place.Departement!.Name);
        Assert.Equal("Auvergne-Rhône-Alpes", detail.Event.Place.Region!.Name);
    }

    [Fact]
    public async Task A_resource_is_found_newest_first_and_tells_how_many_events_use_it()
    {
        using var directory = await OpenAsync(postgres);
        var kit = await directory.Journal.PutAsync(new ResourceContent { Title = "Kit d’animation", Type = "kit", Themes = ["travail"], Description = "Des cartes à jouer." });
        directory.Time.Now += TimeSpan.FromHours(1);
        await directory.Journal.PutAsync(new ResourceContent { Title = "Vidéo", Type = "video" });
        await directory.Journal.PutAsync(Cafe("Café") with { Resources = [kit.Value] });

        async Task<string[]> Titles(DirectoryFilter filter) => [.. (await directory.Resources.SearchAsync(filter, Cancelled)).Items.Select(r => r.Content.Title)];

        Assert.Equal(["Vidéo", "Kit d’animation"], await Titles(directory.Mine));
        Assert.Equal(["Kit d’animation"], await Titles(directory.Mine with { Types = ["kit"] }));
        Assert.Equal(["Kit d’animation"], await Titles(directory.Mine with { Text = "carte", Sort = SortOrder.Relevance }));
        Assert.Equal(1, (await directory.Resource.FindAsync(kit, Cancelled)).Value!.UsedAt);
        var first = await directory.Resources.SearchAsync(directory.Mine with { Limit = 1 }, Cancelled);
        Assert.True(PageCursor.TryParse(first.NextCursor, out var after));
        Assert.Equal(["Kit d’animation"], await Titles(directory.Mine with { After = after }));
        await directory.Journal.WithdrawAsync(kit, EntryKind.Resource);
        Assert.Equal(["Vidéo"], await Titles(directory.Mine));
    }

    [Fact]
    public async Task What_a_catalogue_can_be_narrowed_to_is_what_narrowing_finds()
    {
        using var directory = await OpenAsync(postgres);
        ResourceContent[] all =
        [
            new() { Title = "Kit un", Type = "kit", Level = "debutant", Audiences = ["tout-public", "jeunes"], Themes = ["travail"], Free = true },
            new() { Title = "Kit deux", Type = "kit", Audiences = ["jeunes"], Themes = ["travail", "sante"] },
            new() { Title = "Vidéo", Type = "video", Level = "debutant", Free = false },
        ];
        foreach (var resource in all)
            await directory.Journal.PutAsync(resource);

        var counts = await directory.Resources.CountAsync(directory.Mine, Cancelled);

        Assert.Equal([("kit", 2), ("video", 1)], counts["type"]);
        Assert.Equal([("debutant", 2)], counts["level"]);
        Assert.Equal([("jeunes", 2), ("tout-public", 1)], counts["audience"]);
        Assert.Equal([("travail", 2), ("sante", 1)], counts["theme"]);
        Assert.Equal([("true", 1)], counts["free"]);
        foreach (var (type, count) in counts["type"])
            Assert.Equal(count, (await directory.Resources.SearchAsync(directory.Mine with { Types = [type] }, Cancelled)).Items.Count);
        Assert.Equal([("kit", 2)], (await directory.Resources.CountAsync(directory.Mine with { Text = "kit" }, Cancelled))["type"]);
        Assert.Empty((await directory.Resources.CountAsync(directory.Mine with { Types = ["jeu"] }, Cancelled))["level"]);
    }
}
