using CafeIA.Federation.Node.Directory.Content;
using CafeIA.Federation.Node.Directory.Places;
using CafeIA.Federation.Node.Directory.Places.Coordinates;
using CafeIA.Federation.Node.Directory.Projection;
using CafeIA.Federation.Node.Directory.Search;
using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Node.National;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Protocol.Membership;
using CafeIA.Federation.Tests.Directory.Search;
using CafeIA.Federation.Tests.Fixtures;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using static CafeIA.Federation.Tests.Directory.Search.DirectoryFixture;

namespace CafeIA.Federation.Tests.Directory.Projection;

/// <summary>A hub that is expelled or blocked: nothing of it is found from one moment to the next, its rows go, and all of it comes back with the hub.</summary>
public sealed class HubVisibilityTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_blocked_hub_is_found_by_nothing_before_any_row_is_gone()
    {
        using var directory = await OpenAsync(postgres);
        var (cafe, kit) = await FillAsync(directory);
        Assert.Equal(["Café des cachés"], await directory.TitlesAsync(directory.Mine with { Text = "cachés" }));
        Assert.True(await CountedAsync(directory) > 0);

        await BlockAsync(directory, true);

        Assert.Empty(await directory.TitlesAsync(directory.Mine with { Text = "cachés" }));
        Assert.Empty(await directory.TitlesAsync(directory.Mine));
        Assert.DoesNotContain((await directory.PageAsync(new() { Text = "cachés" })).Items, h => h.Hub.Id == directory.Journal.Hub.Id);
        Assert.DoesNotContain((await directory.PageAsync(new() { Limit = 200 })).Items, h => h.Hub.Id == directory.Journal.Hub.Id);
        Assert.Empty((await directory.Resources.SearchAsync(directory.Mine, Cancellation)).Items);
        Assert.DoesNotContain((await directory.Resources.SearchAsync(new() { Limit = 200 }, Cancellation)).Items, h => h.Hub.Id == directory.Journal.Hub.Id);
        Assert.Empty((await directory.Resources.SearchAsync(directory.Mine with { Text = "mallette cachée" }, Cancellation)).Items);
        Assert.Equal(LookupState.Unknown, (await directory.Event.FindAsync(cafe, Cancellation)).State);
        Assert.Equal(LookupState.Unknown, (await directory.Resource.FindAsync(kit, Cancellation)).State);
        Assert.Null(await new JournalReader(postgres.Database, directory.Journal.Hubs, new JournalProofs(postgres.Database)).FindCurrentAsync(cafe, Cancellation));
        Assert.Equal(0, await CountedAsync(directory));
        Assert.True(await RowsAsync(directory) > 0);

        await BlockAsync(directory, false);
        Assert.Equal(["Café des cachés"], await directory.TitlesAsync(directory.Mine with { Text = "cachés" }));
    }

    [Fact]
    public async Task A_cafe_of_a_hidden_hub_uses_no_kit_of_another()
    {
        using var directory = await OpenAsync(postgres);
        using var other = await OpenAsync(postgres);
        var kit = await other.Journal.PutAsync(new ResourceContent { Title = "Kit partagé" });
        await directory.Journal.PutAsync(Cafe("Café qui s’en sert") with { Resources = [kit.Value] });
        await other.Journal.Hubs.LoadAsync(Cancellation);
        Assert.Equal(1, (await other.Resource.FindAsync(kit, Cancellation)).Value!.UsedAt);

        await BlockAsync(directory, true);
        await other.Journal.Hubs.LoadAsync(Cancellation);

        Assert.Equal(0, (await other.Resource.FindAsync(kit, Cancellation)).Value!.UsedAt);
        Assert.Equal(0, Assert.Single((await other.Resources.SearchAsync(other.Mine, Cancellation)).Items).UsedAt);
    }

    [Fact]
    public async Task Rows_of_an_expelled_hub_go_and_all_of_them_come_back_with_it()
    {
        using var directory = await OpenAsync(postgres);
        await FillAsync(directory);
        await directory.Journal.PutAllAsync(Enumerable.Range(0, 600).Select(i => Cafe($"Café {i:d3}", i % 3 == 0 ? null : "2026-04-02T18:30", null)));
        var before = await ShownAsync(directory);
        using var visibility = Visibility(directory);

        await ListAsync(directory, MemberStatus.Expelled);
        await visibility.SettleAsync(Cancellation);
        Assert.Equal(0, await RowsAsync(directory));

        await ListAsync(directory, MemberStatus.Active);
        await visibility.SettleAsync(Cancellation);
        Assert.Equal(before, await ShownAsync(directory));
        // Nothing is left to do, also for a node that starts now.
        await visibility.SettleAsync(Cancellation);
        Assert.Equal(before, await ShownAsync(directory));
    }

    [Fact]
    public async Task What_was_withdrawn_does_not_come_back_with_its_hub()
    {
        using var directory = await OpenAsync(postgres);
        var (cafe, _) = await FillAsync(directory);
        using var visibility = Visibility(directory);
        await directory.Journal.WithdrawAsync(cafe);
        await BlockAsync(directory, true);
        await visibility.SettleAsync(Cancellation);
        await BlockAsync(directory, false);
        await visibility.SettleAsync(Cancellation);

        Assert.Equal(LookupState.Withdrawn, (await directory.Event.FindAsync(cafe, Cancellation)).State);
        Assert.Empty(await directory.TitlesAsync(directory.Mine));
        Assert.Single((await directory.Resources.SearchAsync(directory.Mine, Cancellation)).Items);
    }

    [Fact]
    public async Task A_hub_that_is_blocked_stays_hidden_whatever_the_federation_says()
    {
        using var directory = await OpenAsync(postgres);
        await FillAsync(directory);
        await BlockAsync(directory, true);
        Assert.True((await ListAsync(directory, MemberStatus.Active)).IsHidden);
        Assert.False((await BlockAsync(directory, false)).IsHidden);
        Assert.True((await ListAsync(directory, MemberStatus.Expelled)).IsHidden);
        Assert.True((await BlockAsync(directory, false)).IsHidden);
        Assert.False((await ListAsync(directory, MemberStatus.Left)).IsHidden);
    }

    private static async Task<(EntryId Cafe, EntryId Kit)> FillAsync(DirectoryFixture directory)
    {
        var kit = await directory.Journal.PutAsync(new ResourceContent { Title = "Mallette cachée" });
        return (await directory.Journal.PutAsync(Cafe("Café des cachés", commune: "69123") with { Resources = [kit.Value] }), kit);
    }

    private HubStandings Standings(DirectoryFixture directory) => new(postgres.Database, directory.Journal.Hubs, directory.Time);

    private Task<KnownHub> BlockAsync(DirectoryFixture directory, bool isBlocked) => Standings(directory).BlockAsync(directory.Journal.Hub, isBlocked, Cancellation);

    private Task<KnownHub> ListAsync(DirectoryFixture directory, MemberStatus status)
    {
        var hub = directory.Journal.Hub;
        return Standings(directory).ListAsync(new Member(hub.Id, hub.Name, null, hub.PublicKey) { Status = status }, null, Cancellation);
    }

    private HubVisibility Visibility(DirectoryFixture directory)
    {
        var places = new CurrentPlaces(new PlaceCoordinateStore(postgres.Database, directory.Time));
        return new(postgres.Database, directory.Journal.Hubs, [new EventProjection(places, directory.Time), new ResourceProjection(), directory.Index], directory.Time, NullLogger<HubVisibility>.Instance);
    }

    private async Task<int> CountedAsync(DirectoryFixture directory)
    {
        var board = new ActivityBoard(postgres.Database, new CurrentPlaces(new PlaceCoordinateStore(postgres.Database, directory.Time)));
        var activity = await board.ReadAsync(ActivityRequest.Around(DateOnly.FromDateTime(Now.UtcDateTime)), Cancellation);
        return activity.ByHub.FirstOrDefault(h => h.Key == directory.Journal.Hub.Id.ToString())?.Cafes ?? 0;
    }

    private async Task<long> RowsAsync(DirectoryFixture directory)
    {
        await using var command = postgres.Database.CreateCommand(
            "select (select count(*) from event where hub_key = $1) + (select count(*) from occurrence where hub_key = $1) + (select count(*) from resource where hub_key = $1)");
        command.Parameters.Add(new NpgsqlParameter { Value = directory.Journal.Hub.Key });
        return (long)(await command.ExecuteScalarAsync(Cancellation))!;
    }

    /// <summary>Every row of the hub, as text.</summary>
    private async Task<string> ShownAsync(DirectoryFixture directory)
    {
        await using var command = postgres.Database.CreateCommand(
            """
            select string_agg(t, e'\n' order by t) from (
                select e::text from event e where hub_key = $1
                union all select o::text from occurrence o where hub_key = $1
                union all select r::text from resource r where hub_key = $1
                union all select h::text from hidden h where hub_key = $1) as rows (t)
            """);
        command.Parameters.Add(new NpgsqlParameter { Value = directory.Journal.Hub.Key });
        return (string)(await command.ExecuteScalarAsync(Cancellation))!;
    }
}
