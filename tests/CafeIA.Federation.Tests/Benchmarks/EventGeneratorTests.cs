using System.Globalization;
using System.Text;
using CafeIA.Federation.Benchmarks.France;
using CafeIA.Federation.Benchmarks.Load;
using CafeIA.Federation.Node.Directory.Content;
using CafeIA.Federation.Node.Directory.Places;

namespace CafeIA.Federation.Tests.Benchmarks;

/// <summary>The benchmark measures what it says only while its events are those of France.</summary>
public sealed class EventGeneratorTests
{
    private const int Many = 20_000;

    private static readonly DateOnly Today = new(2026, 11, 27);
    private static readonly EventGenerator Generator = new(2024, Today);
    private static readonly Lazy<EventContent[]> Events = new(() => [.. Enumerable.Range(0, Many).Select(Generator.Make)]);
    private static readonly Lazy<byte[][]> Bodies = new(() => [.. Events.Value.Select(e => ContentBody.Write(e))]);

    [Fact]
    public void The_same_seed_and_number_make_the_same_bytes()
    {
        var again = new EventGenerator(2024, Today);
        Assert.All(Enumerable.Range(0, 200), number => Assert.Equal(Bodies.Value[number], again.MakeBody(number)));
        Assert.NotEqual(Bodies.Value[7], new EventGenerator(2025, Today).MakeBody(7));
    }

    [Fact]
    public void A_hub_takes_every_event() => Assert.All(Bodies.Value[..4_000], body =>
    {
        var read = EventRules.Read(body, PlaceCatalog.Official.Lookup);
        Assert.True(read.IsOk, read.IsOk ? "" : $"{read.Refusal}: {Encoding.UTF8.GetString(body)}");
    });

    [Fact]
    public void A_hub_takes_every_commune()
    {
        var communes = FranceHubs.All.SelectMany(hub => hub.Communes.Items).ToArray();
        Assert.InRange(communes.Length, 34_000, 36_000);
        Assert.Empty(communes.Where(commune => PlaceCatalog.Official.Lookup(EventPlaces.Make(commune, bare: true, new Draws(1))) is not { IsOk: true }).Select(commune => commune.Label));
    }

    [Fact]
    public void Bodies_have_200_to_3000_bytes_and_about_1200_on_average()
    {
        Assert.All(Bodies.Value, body => Assert.InRange(body.Length, 200, 3_000));
        Assert.InRange(Bodies.Value.Average(body => body.Length), 1_100, 1_300);
    }

    [Fact]
    public void Every_event_holds_the_marker_and_a_fifth_each_common_word()
    {
        var texts = Events.Value.Select(e => $"{e.Title}\n{e.Summary}\n{e.Description}").ToArray();
        Assert.All(texts, text => Assert.Contains(EventGenerator.Marker, text, StringComparison.Ordinal));
        Assert.All(EventWords.CommonWords, word =>
            Assert.InRange(texts.Count(text => text.Contains(word, StringComparison.OrdinalIgnoreCase)), Many / 5, Many));
    }

    [Fact]
    public void A_rare_word_is_as_rare_as_it_says_and_comes_from_nowhere_else()
    {
        const int Draws = 4_000_000;
        var draws = new Draws(1);
        var drawn = Enumerable.Range(0, Draws).Select(_ => RareWords.Draw(draws)).OfType<string>().CountBy(word => word).ToDictionary();
        Assert.All(EventWords.RareWords, word =>
        {
            var expected = Draws * RareWords.Chance(word);
            Assert.InRange(drawn.GetValueOrDefault(word), expected - (5 * Math.Sqrt(expected)), expected + (5 * Math.Sqrt(expected)));
        });
        Assert.All(Bodies.Value.Select(body => Encoding.UTF8.GetString(body)), text =>
            Assert.True(text.Contains('«', StringComparison.Ordinal) || !EventWords.RareWords.Any(word => text.Contains(word, StringComparison.OrdinalIgnoreCase)), text));
    }

    [Fact]
    public void Each_region_has_a_hub_and_events_are_where_people_are()
    {
        Assert.Equal(30, FranceHubs.All.Count);
        Assert.Equal(18, FranceHubs.All.Select(hub => hub.Region).Distinct().Count());
        Assert.All(FranceHubs.All, hub => Assert.True(CafeIA.Federation.Protocol.Identifiers.HubId.TryParse(hub.Id, out _), hub.Id));
        var located = Events.Value.Where(e => e.Place is not null).ToArray();
        Assert.InRange(located.Count(e => e.Place!.Commune == "75056") / (double)located.Length, 0.025, 0.04);
        Assert.InRange(located.Select(e => e.Place!.Commune).Distinct().Count(), 3_000, Many);
        Assert.Equal(Generator.HubOf(3).TimeZone, Events.Value[3].TimeZone);
    }

    [Fact]
    public void Four_of_five_take_place_once_within_a_year_and_seldom_on_a_Sunday()
    {
        Assert.InRange(Events.Value.Count(e => e.Recurrence is null && e.Dates.Count == 0) / (double)Many, 0.78, 0.82);
        var days = Events.Value.Select(e => DateOnly.FromDateTime(DateTime.Parse(e.Start!, CultureInfo.InvariantCulture))).ToArray();
        Assert.InRange(days.Min(), Today.AddDays(-30), Today.AddDays(-29));
        Assert.InRange(days.Max(), Today.AddDays(363), Today.AddDays(365));
        Assert.InRange(days.Count(day => day.DayOfWeek == DayOfWeek.Sunday) / (double)Many, 0.02, 0.04);
    }

    [Fact]
    public void Hubs_write_eight_times_as_much_at_nine_as_on_average()
    {
        const int Changes = 200_000;
        var day = TimeSpan.FromSeconds(144);
        var arrivals = ArrivalSchedule.Make(1, Changes, day);
        Assert.Equal(arrivals.OrderBy(a => a.Offset), arrivals);
        var nine = arrivals.Count(a => a.Offset > day * (537.5 / 1440) && a.Offset < day * (542.5 / 1440));
        Assert.InRange(nine / (Changes * 5.0 / 1440), 7.4, 8.6);
    }
}
