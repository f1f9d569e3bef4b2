using System.Text;
using System.Text.Json;
using CafeIA.Federation.Node.Directory.Content;
using CafeIA.Federation.Node.Directory.Projection;
using CafeIA.Federation.Node.Directory.Search;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Tests.Directory.Search;
using CafeIA.Federation.Tests.Fixtures;
using CsCheck;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Xunit;
using static CafeIA.Federation.Tests.Directory.Search.DirectoryFixture;

namespace CafeIA.Federation.Tests.Directory.Projection;

public sealed class EventProjectionTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private static readonly string[] Names = ["title", "summary", "description", "format", "status", "start", "end", "timeZone", "mode", "languages", "themes", "place", "dates", "recurrence", "resources", "organisers", "allDay"];

    [Fact]
    public async Task A_changed_event_has_its_new_dates_and_none_of_the_old()
    {
        using var directory = await OpenAsync(postgres);
        var id = await directory.Journal.PutAsync(Cafe("weekly", commune: "69123") with { Recurrence = new() { Rule = "FREQ=WEEKLY;COUNT=5" } });

        await directory.Journal.PutAsync(Cafe("moved", "2026-06-01T10:00", null, "33063"), id);

        var only = Assert.Single(await directory.AllAsync(directory.Mine with { Each = Each.Occurrence }));
        Assert.Equal(("moved", new DateOnly(2026, 6, 1), "33"), (only.Content.Title, only.Occurrence!.Value.Date, only.Place.Departement!.Code));
        Assert.Empty(await directory.TitlesAsync(directory.Mine with { Departements = ["69"] }));
        Assert.Single(await directory.TitlesAsync(directory.Mine with { Departements = ["33"] }));
    }

    [Fact]
    public async Task A_withdrawn_event_leaves_no_row_in_the_directory()
    {
        using var directory = await OpenAsync(postgres);
        var id = await directory.Journal.PutAsync(Cafe("weekly") with { Recurrence = new() { Rule = "FREQ=WEEKLY" } });

        await directory.Journal.WithdrawAsync(id);

        Assert.Equal(0L, await CountAsync(directory, "event"));
        Assert.Equal(0L, await CountAsync(directory, "occurrence"));
    }

    [Fact]
    public async Task An_event_that_turns_into_something_unknown_is_hidden()
    {
        using var directory = await OpenAsync(postgres);
        var id = await directory.Journal.PutAsync(Cafe("café"));

        await directory.Journal.AppendAsync([directory.Journal.Put(id, EntryKind.Event, "no json"u8.ToArray())]);

        Assert.Empty(await directory.TitlesAsync(directory.Mine));
    }

    [Fact]
    public async Task Two_dates_at_one_moment_are_one_occurrence()
    {
        using var directory = await OpenAsync(postgres);
        await directory.Journal.PutAsync(Cafe("twice") with { Dates = [new() { Start = "2026-04-02T18:30" }, new() { Start = "2026-04-02T18:30", Status = "cancelled" }] });

        Assert.Equal("confirmed", Assert.Single(await directory.AllAsync(directory.Mine with { Each = Each.Occurrence })).Occurrence!.Value.Status);
    }

    [Fact]
    public async Task The_daily_extension_adds_what_the_moved_horizon_shows_and_nothing_twice()
    {
        using var directory = await OpenAsync(postgres);
        await directory.Journal.PutAsync(Cafe("monthly", "2026-03-05T18:30", null) with { Recurrence = new() { Rule = "FREQ=MONTHLY" } });
        var before = await CountAsync(directory, "occurrence");
        using var extension = new OccurrenceExtension(directory.Database, [directory.Index], directory.Time, NullLogger<OccurrenceExtension>.Instance);

        Assert.Equal(0, await extension.ExtendAsync(TestContext.Current.CancellationToken));
        directory.Time.Now = Now.AddMonths(3);
        Assert.Equal(1, await extension.ExtendAsync(TestContext.Current.CancellationToken));
        Assert.Equal(0, await extension.ExtendAsync(TestContext.Current.CancellationToken));

        Assert.Equal(before + 3, await CountAsync(directory, "occurrence"));
    }

    [Theory]
    [InlineData("""{"title":"é","format":"$long"}""")]
    [InlineData("""{"title":"$long$long","status":"$long","start":"2026-04-02","languages":["$long","fr"],"themes":["a\u0001b","$long"]}""")]
    [InlineData("""{"title":"x","place":{"commune":"$long","departement":"$long","latitude":1e308,"longitude":-1e308}}""")]
    [InlineData("""{"title":"x","start":"9999-12-31T23:59","end":"0001-01-01"}""")]
    [InlineData("""{"title":"x","start":"2199-12-31T23:59","recurrence":{"rule":"FREQ=SECONDLY"}}""")]
    [InlineData("""{"title":"x\u0000y","start":"2026-04-02"}""")]
    [InlineData("""{"title":"\ud800","start":"2026-04-02"}""")]
    [InlineData("""{"title":"x","recurrence":{"changed":[{"occurrence":"2026-04-02","start":"2026-04-02","title":"$emoji"}]},"start":"2026-04-02"}""")]
    [InlineData("""{"title":"x","timeZone":" 1","start":"2026-03-29T02:30","resources":["00000000-0000-0000-0000-000000000000"]}""")]
    public async Task No_body_of_another_hub_stops_its_journal(string body)
    {
        using var directory = await OpenAsync(postgres);
        body = body.Replace("$long", new string('x', 6000), StringComparison.Ordinal).Replace("$emoji", "a" + string.Concat(Enumerable.Repeat("☕🤖", 300)), StringComparison.Ordinal);

        var outcomes = await directory.Journal.AppendAsync([directory.Journal.Put(null, EntryKind.Event, Encoding.UTF8.GetBytes(body)), directory.Journal.Put(null, EntryKind.Resource, Encoding.UTF8.GetBytes(body))]);
        await directory.Journal.PutAsync(Cafe("after"));

        Assert.All(outcomes, o => Assert.True(o.IsOk));
        Assert.Contains("after", await directory.TitlesAsync(directory.Mine));
    }

    [Fact]
    public async Task No_random_body_stops_a_journal()
    {
        using var directory = await OpenAsync(postgres);
        // Bodies go in batches: a round trip for each would test nothing more.
        var batches = Gen.Bool.Select(Bodies, (isEvent, bodies) => (isEvent, bodies)).Array[20];
        await batches.SampleAsync(
            async drawn =>
            {
                foreach (var (isEvent, bodies) in drawn)
                {
                    var kind = isEvent ? EntryKind.Event : EntryKind.Resource;
                    var outcomes = await directory.Journal.AppendAsync([.. bodies.Select(b => directory.Journal.Put(null, kind, b))]);
                    Assert.All(outcomes, o => Assert.True(o.IsOk));
                }
                await directory.PageAsync(directory.Mine);
            },
            iter: 5,
            threads: 1);
    }

    private static Gen<byte[][]> Bodies
    {
        get
        {
            var text = Gen.OneOf(
                Gen.String[0, 200],
                Gen.String[Gen.Char["\u0000\u0001\ud83d\udc00é'\"\\%-{}"], 0, 50],
                Gen.OneOf<string>("2026-04-02", "2026-04-02T18:30", "0000-00-00", "9999-12-31T23:59", "FREQ=DAILY", "FREQ=YEARLY;BYDAY=MO", "Europe/Paris", "69123", new string('w', 5000)));
            var leaf = Gen.OneOf<object?>(
                text.Select(t => (object?)t), Gen.Double.Select(d => (object?)d), Gen.Int.Select(i => (object?)i), Gen.Bool.Select(b => (object?)b), Gen.Const((object?)null));
            var keys = Gen.OneOf<string>([.. Names, "commune", "latitude", "longitude", "rule", "changed", "occurrence", "name", "unknown"]);
            var nested = Gen.OneOf(
                leaf,
                leaf.Array[0, 60].Select(a => (object?)a),
                Gen.Select(keys, leaf).Array[0, 6].Select(pairs => (object?)Object(pairs)),
                Gen.Select(keys, leaf).Array[0, 6].Select(Object).Array[0, 5].Select(a => (object?)a));
            var body = Gen.Select(Gen.Select(keys, nested).Array[0, 12], text, (pairs, title) =>
            {
                var all = Object(pairs);
                all["title"] = title;
                return Written(all);
            });
            return Gen.OneOf(body, Gen.Byte.Array[0, 100]).Array[20];
        }
    }

    private static Dictionary<string, object?> Object((string Key, object? Value)[] pairs)
    {
        var all = new Dictionary<string, object?>();
        foreach (var (key, value) in pairs)
            all[key] = value;
        return all;
    }

    private static byte[] Written(Dictionary<string, object?> all)
    {
        try
        {
            return JsonSerializer.SerializeToUtf8Bytes(all);
        }
        catch (ArgumentException)
        {
            // Infinity is no JSON.
            return "{}"u8.ToArray();
        }
    }

    private static async Task<long> CountAsync(DirectoryFixture directory, string table)
    {
        await using var command = directory.Database.CreateCommand($"select count(*) from {table} where hub_key = $1");
        command.Parameters.Add(new() { Value = directory.Journal.Hub.Key });
        return (long)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
    }
}
