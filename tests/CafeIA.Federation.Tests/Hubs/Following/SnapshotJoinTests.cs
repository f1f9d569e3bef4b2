using CafeIA.Federation.Node.Hubs;
using CafeIA.Federation.Node.Hubs.Following;
using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Protocol.AntiEntropy;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Protocol.Journal;
using CafeIA.Federation.Protocol.Sequencing;
using CafeIA.Federation.Tests.Fixtures;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace CafeIA.Federation.Tests.Hubs.Following;

/// <summary>Whole nodes: one takes over a journal it does not have the past of.</summary>
public sealed partial class SnapshotJoinTests(PostgresServer postgres)
{
    private const int Entries = (int)SnapshotJoin.WorthIt + 100;

    /// <summary>Entries of <see cref="WriteAlphaAsync"/>'s journal that were changed again.</summary>
    private const int Changed = 40;

    private const ulong Size = Entries + Changed;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_new_node_takes_a_journal_over_and_follows_from_there()
    {
        await using var alpha = await TestNode.StartAsync(postgres, "alpha");
        await WriteAlphaAsync(alpha);
        var watch = new WatchedSnapshots();
        await using var beta = await TestNode.StartAsync(postgres, "beta", peers: [alpha.Address], configure: watch.Configure);
        await beta.AssertFollowsAsync("alpha", Size);
        await AssertSameAsync(alpha, beta);
        Assert.Equal(Size, await FloorAsync(beta));
        Assert.Contains($"leaves 1-{Size}", watch.Came);
        Assert.Equal(Entries, await CountAsync(beta, "select count(*) from change where hub_key = $1 and body is not null"));
        Assert.Equal(Changed, await CountAsync(beta, "select count(*) from change where hub_key = $1 and header is null"));

        await alpha.WriteAsync(5);
        await ChangeAsync(alpha, 3);
        await beta.AssertFollowsAsync("alpha", Size + 8);
        await AssertSameAsync(alpha, beta);
    }

    [Fact]
    public async Task Below_its_floor_a_node_says_where_the_snapshot_is_and_serves_it_in_its_turn()
    {
        await using var alpha = await TestNode.StartAsync(postgres, "alpha");
        await WriteAlphaAsync(alpha);
        await using var beta = await TestNode.StartAsync(postgres, "beta", peers: [alpha.Address]);
        await beta.AssertFollowsAsync("alpha", Size);
        using (var below = await beta.Http.GetAsync($"/federation/v1/hubs/alpha/segments?after=1.{Size - 1}", Cancellation))
        {
            Assert.Equal(410, (int)below.StatusCode);
            var problem = await below.Content.ReadAsStringAsync(Cancellation);
            Assert.Contains($"\"floor\":\"1.{Size}\"", problem, StringComparison.Ordinal);
            Assert.Contains("/federation/v1/hubs/alpha/snapshot", problem, StringComparison.Ordinal);
        }
        using (var stream = new HttpRequestMessage(HttpMethod.Get, "/streams/v1/updates") { Headers = { { "Last-Event-ID", "alpha:1.5" } } })
        {
            using var gone = await beta.Http.SendAsync(stream, Cancellation);
            Assert.Equal(410, (int)gone.StatusCode);
        }
        using (var above = await beta.Http.GetAsync($"/federation/v1/hubs/alpha/segments?after=1.{Size}", Cancellation))
            Assert.Equal(204, (int)above.StatusCode);
        await using (var early = await TestNode.StartAsync(postgres, "gamma"))
        {
            // Gamma knows alpha, of which it has nothing, and by the time it follows only beta is left.
            var profile = new HubProfile(HubId.Parse("alpha"), "Hub alpha", "autre", [], alpha.Address, alpha.Get<HubRegister>().Local.PublicKey);
            Assert.True((await early.Get<HubRegister>().RegisterAsync(profile, isLocal: false, Cancellation)).IsOk);
            await early.Host.DisposeAsync();
            await alpha.Host.DisposeAsync();
            await using var gamma = await TestNode.StartAsync(postgres, "gamma", beside: early, peers: [beta.Address]);
            await gamma.AssertFollowsAsync("alpha", Size);
            await AssertSameAsync(beta, gamma);
        }
    }

    [Fact]
    public async Task A_node_that_was_killed_and_lost_its_source_goes_on_elsewhere_and_fetches_nothing_twice()
    {
        await using var alpha = await TestNode.StartAsync(postgres, "alpha");
        await WriteAlphaAsync(alpha);
        await using var gamma = await TestNode.StartAsync(postgres, "gamma", peers: [alpha.Address]);
        await gamma.AssertFollowsAsync("alpha", Size);
        // Gamma holds more by now than the head that beta goes for.
        var first = new WatchedSnapshots { LosesAfter = 4 };
        await using var beta = await TestNode.StartAsync(postgres, "beta", peers: [alpha.Address, gamma.Address], configure: first.Configure);
        await first.LostAsync().WaitAsync(Cancellation);
        await beta.Host.DisposeAsync();
        await ChangeAsync(alpha, 10);
        await gamma.AssertFollowsAsync("alpha", Size + 10);
        await alpha.Host.DisposeAsync();

        var second = new WatchedSnapshots();
        await using var again = await TestNode.StartAsync(postgres, "beta", beside: beta, peers: [gamma.Address], configure: second.Configure);
        await again.AssertFollowsAsync("alpha", Size + 10);
        await AssertSameAsync(gamma, again);
        AssertOnce([.. first.Came, .. second.Came], Size);
        Assert.Equal(4, first.Came.Count);
        Assert.Equal(Size, await FloorAsync(again));
    }

    [Fact]
    public async Task Where_nobody_serves_the_head_any_more_what_came_is_part_of_a_later_one()
    {
        await using var alpha = await TestNode.StartAsync(postgres, "alpha");
        await WriteAlphaAsync(alpha);
        var first = new WatchedSnapshots { LosesAfter = 4 };
        await using var beta = await TestNode.StartAsync(postgres, "beta", peers: [alpha.Address], configure: first.Configure);
        await first.LostAsync().WaitAsync(Cancellation);
        await beta.Host.DisposeAsync();
        // Of what beta has staged, some is superseded before gamma, whose floor is beyond beta's head, comes to be.
        await ChangeAsync(alpha, 10);
        await using var gamma = await TestNode.StartAsync(postgres, "gamma", peers: [alpha.Address]);
        await gamma.AssertFollowsAsync("alpha", Size + 10);
        Assert.Equal(Size + 10, await FloorAsync(gamma));
        await alpha.Host.DisposeAsync();

        var second = new WatchedSnapshots();
        await using var again = await TestNode.StartAsync(postgres, "beta", beside: beta, peers: [gamma.Address], configure: second.Configure);
        await again.AssertFollowsAsync("alpha", Size + 10);
        await AssertSameAsync(gamma, again);
        AssertOnce([.. first.Came, .. second.Came], Size + 10);
    }

    [Fact]
    public async Task A_node_that_holds_a_part_and_finds_only_floors_beyond_it_goes_on_from_its_part()
    {
        await using var alpha = await TestNode.StartAsync(postgres, "alpha");
        await alpha.WriteAsync(50);
        await using var beta = await TestNode.StartAsync(postgres, "beta", peers: [alpha.Address]);
        await beta.AssertFollowsAsync("alpha", 50);
        await beta.Host.DisposeAsync();
        await alpha.WriteAsync(Entries);
        await ChangeAsync(alpha, 10);
        await using var gamma = await TestNode.StartAsync(postgres, "gamma", peers: [alpha.Address]);
        await gamma.AssertFollowsAsync("alpha", Entries + 60);
        await alpha.Host.DisposeAsync();

        var watch = new WatchedSnapshots();
        await using var again = await TestNode.StartAsync(postgres, "beta", beside: beta, peers: [gamma.Address], configure: watch.Configure);
        await again.AssertFollowsAsync("alpha", Entries + 60);
        await AssertSameAsync(gamma, again);
        Assert.Contains($"leaves 51-{Entries + 60}", watch.Came);
        Assert.Equal(50, await CountAsync(again, "select count(*) from change where hub_key = $1 and seq <= 50 and header is not null and body is not null"));
        // The versions that were superseded meanwhile are linked, so that an erasure reaches them.
        Assert.Equal(10, await CountAsync(again, "select count(*) from change where hub_key = $1 and previous_seq between 1 and 50"));
    }

    [Fact]
    public async Task A_source_that_leaves_an_entry_out_is_found_out_and_nothing_of_it_is_seen()
    {
        await using var alpha = await TestNode.StartAsync(postgres, "alpha");
        await WriteAlphaAsync(alpha);
        var hub = alpha.Get<HubRegister>().Local;
        var entry = (await EntriesAsync(alpha, hub))[7];
        var watch = new WatchedSnapshots { Omits = entry.Entry };
        await using var beta = await TestNode.StartAsync(postgres, "beta", peers: [alpha.Address], configure: watch.Configure);
        await beta.AssertFollowsAsync("alpha", Size);
        Assert.Null(watch.Omits);
        await AssertSameAsync(alpha, beta);
        Assert.Equal(1, watch.Came.Count(c => c.StartsWith("leaves", StringComparison.Ordinal)));
        Assert.Equal(2, watch.Came.Count(c => c.StartsWith("entries 0-", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task An_erased_entry_does_not_come_back_by_a_snapshot_of_a_time_before()
    {
        await using var alpha = await TestNode.StartAsync(postgres, "alpha");
        await WriteAlphaAsync(alpha);
        var erased = (await EntriesAsync(alpha, alpha.Get<HubRegister>().Local))[9];
        await using var before = await TestNode.StartAsync(postgres, "beta");
        await using (var command = before.Get<NpgsqlDataSource>().CreateCommand("insert into erasure (entry_id, hub_id) values ($1, 'alpha')"))
        {
            command.Parameters.Add(new() { Value = erased.Entry.Value });
            await command.ExecuteNonQueryAsync(Cancellation);
        }
        await before.Host.DisposeAsync();
        await using var beta = await TestNode.StartAsync(postgres, "beta", beside: before, peers: [alpha.Address]);
        await beta.AssertFollowsAsync("alpha", Size);
        Assert.Equal(1, await CountAsync(beta, $"select count(*) from entry where hub_key = $1 and entry_id = '{erased.Entry}'"));
        Assert.Equal(0, await CountAsync(beta, $"select count(*) from event where hub_key = $1 and entry_id = '{erased.Entry}'"));
        Assert.Equal(Entries - 1, await CountAsync(beta, "select count(*) from change where hub_key = $1 and body is not null"));
    }

    /// <summary>A journal of which a part is superseded.</summary>
    private static async Task WriteAlphaAsync(TestNode alpha)
    {
        await alpha.WriteAsync(Entries);
        await ChangeAsync(alpha, Changed);
    }

    /// <summary>Changes the hub's entries of smallest seq again.</summary>
    private static async Task ChangeAsync(TestNode node, int count)
    {
        var commands = node.Get<IHubCommands>();
        foreach (var entry in (await EntriesAsync(node, node.Get<HubRegister>().Local)).Take(count))
        {
            var put = new Intent(entry.Entry, IsNew: false, EntryKind.Event, ChangeOp.Put, System.Text.Encoding.UTF8.GetBytes($$"""{"title":"Après {{entry.Seq}}"}"""));
            Assert.True((await commands.SubmitAsync(put, Cancellation)).IsOk);
        }
    }

    private static async Task<IReadOnlyList<HeldEntry>> EntriesAsync(TestNode node, KnownHub hub)
    {
        var end = (await node.Get<JournalReader>().EndAsync(hub, Cancellation))!.Position;
        return [.. (await node.Get<StateReader>().InBucketsAsync(hub, end, [.. Enumerable.Range(0, 1024)], Cancellation))!.OrderBy(e => e.Seq)];
    }

    /// <summary>Equal in what was signed, in what the rows amount to, and in what the directory shows.</summary>
    private static async Task AssertSameAsync(TestNode one, TestNode other)
    {
        Assert.Equal(await one.StateAsync("alpha"), await other.StateAsync("alpha"));
        foreach (var node in new[] { one, other })
            Assert.False((await node.Get<ComputedStates>().LookNowAsync(Alpha(node), Cancellation))!.IsDamaged);
        Assert.Equal(await ShownAsync(one), await ShownAsync(other));
    }

    private static async Task<string> ShownAsync(TestNode node)
    {
        await using var command = node.Get<NpgsqlDataSource>().CreateCommand("select string_agg(concat(entry_id, ' ', search), ';' order by entry_id) from event where hub_key = $1");
        command.Parameters.Add(new() { Value = Alpha(node).Key });
        return (string)(await command.ExecuteScalarAsync(Cancellation))!;
    }

    /// <summary>The runs are one after the other without a gap and without an overlap, leaves and entries each.</summary>
    private static void AssertOnce(IReadOnlyList<string> came, ulong size)
    {
        foreach (var (kind, first) in new[] { ("leaves", 1UL), ("entries", 0UL) })
        {
            var next = first;
            foreach (var bounds in came.Where(c => c.StartsWith(kind, StringComparison.Ordinal)).Select(c => c.Split(' ')[1].Split('-')))
            {
                Assert.Equal(next, ulong.Parse(bounds[0], System.Globalization.CultureInfo.InvariantCulture));
                next = ulong.Parse(bounds[1], System.Globalization.CultureInfo.InvariantCulture) + first;
            }
            Assert.Equal(size, next - first);
        }
    }

    private static KnownHub Alpha(TestNode node) => node.Get<HubRegister>().Find(HubId.Parse("alpha"))!;

    private static async Task<ulong> FloorAsync(TestNode node) => (await node.Get<JournalReader>().EndAsync(Alpha(node), Cancellation))!.Floor;

    private static async Task<int> CountAsync(TestNode node, string sql)
    {
        await using var command = node.Get<NpgsqlDataSource>().CreateCommand(sql);
        command.Parameters.Add(new() { Value = Alpha(node).Key });
        return (int)(long)(await command.ExecuteScalarAsync(Cancellation))!;
    }
}
