using CafeIA.Federation.Node.Exchange.Membership;
using CafeIA.Federation.Node.Hubs;
using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Protocol.Journal;
using CafeIA.Federation.Protocol.Sequencing;
using CafeIA.Federation.Tests.Fixtures;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;

namespace CafeIA.Federation.Tests.Exchange.AntiEntropy;

/// <summary>Whole nodes whose rows something changed behind their back.</summary>
public sealed class StateRepairTests(PostgresServer postgres)
{
    private const int Entries = 60;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("update entry set leaf = sha256(leaf) where hub_key = $1 and seq in (3, 17, 40)", 3)]
    [InlineData("update entry set leaf = '\\x00', kind = 77 where hub_key = $1 and seq = 11", 1)]
    [InlineData("delete from entry where hub_key = $1 and seq in (5, 6)", 2)]
    [InlineData("update entry set leaf = sha256(leaf), seq = 1 where hub_key = $1 and seq > 20", 40)]
    [InlineData("with gone as (delete from change where hub_key = $1 and seq = 9) delete from entry where hub_key = $1 and seq = 9", 1)]
    [InlineData("insert into entry select gen_random_uuid(), hub_key, kind, op, epoch, seq, leaf, first_at, changed_at from entry where hub_key = $1 and seq = 4", 1)]
    public async Task What_a_hand_changed_is_found_by_the_node_itself_and_mended_from_a_peer(string damage, int entries)
    {
        await using var alpha = await TestNode.StartAsync(postgres, "alpha");
        await using var beta = await TestNode.StartAsync(postgres, "beta", peers: [alpha.Address]);
        await alpha.WriteAsync(Entries);
        await beta.AssertFollowsAsync("alpha", Entries);
        var hub = beta.Get<HubRegister>().Find(HubId.Parse("alpha"))!;
        var computed = beta.Get<ComputedStates>();
        var before = await TableAsync(beta, hub);
        Assert.False((await computed.LookNowAsync(hub, Cancellation))!.IsDamaged);

        await ExecuteAsync(beta, damage, hub);
        await ExecuteAsync(beta, "delete from event where hub_key = $1 and entry_id not in (select entry_id from entry where hub_key = $1)", hub);
        Assert.True((await computed.LookNowAsync(hub, Cancellation))!.IsDamaged);
        Assert.Equal(entries, await Heads(beta).RepairAsync(alpha.Address, Cancellation));

        Assert.False(computed.Find(hub)!.IsDamaged);
        Assert.Equal(before, await TableAsync(beta, hub));
        await alpha.WriteAsync(3);
        await beta.AssertFollowsAsync("alpha", Entries + 3);
        Assert.Equal(await alpha.StateAsync("alpha"), await beta.StateAsync("alpha"));
    }

    [Fact]
    public async Task The_hubs_own_node_is_mended_from_those_that_follow_it_and_signs_the_right_state_again()
    {
        await using var alpha = await TestNode.StartAsync(postgres, "alpha");
        await using var beta = await TestNode.StartAsync(postgres, "beta", peers: [alpha.Address]);
        await alpha.WriteAsync(Entries);
        await beta.AssertFollowsAsync("alpha", Entries);
        var own = alpha.Get<HubRegister>().Local;
        await ExecuteAsync(alpha, "update entry set leaf = sha256(leaf) where hub_key = $1 and seq = 8", own);
        Assert.True((await alpha.Get<ComputedStates>().LookNowAsync(own, Cancellation))!.IsDamaged);
        Assert.Equal(1, await Heads(alpha).RepairAsync(beta.Address, Cancellation));
        await alpha.WriteAsync(1);
        await beta.AssertFollowsAsync("alpha", Entries + 1);
        Assert.False((await alpha.Get<ComputedStates>().LookNowAsync(own, Cancellation))!.IsDamaged);
    }

    [Fact]
    public async Task An_erased_entry_is_mended_without_its_body()
    {
        await using var alpha = await TestNode.StartAsync(postgres, "alpha");
        await using var beta = await TestNode.StartAsync(postgres, "beta", peers: [alpha.Address]);
        await alpha.WriteAsync(5);
        await beta.AssertFollowsAsync("alpha", 5);
        var hub = beta.Get<HubRegister>().Find(HubId.Parse("alpha"))!;
        // Beta knows of an erasure that alpha, restored, has forgotten.
        await ExecuteAsync(beta, "insert into erasure (entry_id, hub_id) select entry_id, 'alpha' from entry where hub_key = $1 and seq = 2", hub);
        await ExecuteAsync(beta, "update change set salt = null, body = null where hub_key = $1 and seq = 2", hub);
        await ExecuteAsync(beta, "delete from entry where hub_key = $1 and seq = 2", hub);
        await beta.Get<ComputedStates>().LookNowAsync(hub, Cancellation);
        Assert.Equal(1, await Heads(beta).RepairAsync(alpha.Address, Cancellation));
        Assert.Equal(0L, await ScalarAsync(beta, "select count(*) from change where hub_key = $1 and seq = 2 and body is not null", hub));
        Assert.Equal(1L, await ScalarAsync(beta, "select count(*) from entry where hub_key = $1 and seq = 2", hub));
        Assert.Equal(0L, await ScalarAsync(beta, "select count(*) from event where hub_key = $1 and entry_id = (select entry_id from entry where hub_key = $1 and seq = 2)", hub));
    }

    [Fact]
    public async Task An_earlier_state_is_what_it_was_then()
    {
        await using var alpha = await TestNode.StartAsync(postgres, "alpha");
        var hub = alpha.Get<HubRegister>().Local;
        await alpha.WriteAsync(20);
        var states = alpha.Get<StateReader>();
        var then = (await states.DigestAsync(hub, null, Cancellation))!;
        var entries = await states.InBucketsAsync(hub, then.At, [.. Enumerable.Range(0, 1024)], Cancellation);
        var commands = alpha.Get<IHubCommands>();
        foreach (var entry in entries!.Take(4))
        {
            for (var version = 0; version < 3; version++)
            {
                var put = new Intent(entry.Entry, IsNew: false, EntryKind.Event, ChangeOp.Put, System.Text.Encoding.UTF8.GetBytes($$"""{"title":"{{version}}"}"""));
                Assert.True((await commands.SubmitAsync(put, Cancellation)).IsOk);
            }
        }
        await alpha.WriteAsync(2);
        var now = (await states.DigestAsync(hub, null, Cancellation))!;
        Assert.NotEqual(then.Digest.Digest(), now.Digest.Digest());
        Assert.Equal(then.Digest.Digest(), (await states.DigestAsync(hub, then.At, Cancellation))!.Digest.Digest());
        Assert.Null(await states.DigestAsync(hub, new(1, 1000), Cancellation));
        Assert.Null(await states.DigestAsync(hub, new(2, 1), Cancellation));
    }

    [Theory]
    [InlineData("GET", "?at=1.9999", 0, 409, "other-position")]
    [InlineData("GET", "", 0, 400, "bad-at")]
    [InlineData("POST", "/slots?at=1.3", 2050, 400, "bad-question")]
    [InlineData("POST", "/fingerprints?at=1.3", 3, 400, "bad-question")]
    [InlineData("POST", "/entries?at=1.3", 10_010, 400, "bad-question")]
    public async Task A_question_that_cannot_be_answered_is_refused(string method, string address, int bytes, int status, string code)
    {
        await using var alpha = await TestNode.StartAsync(postgres, "alpha");
        await alpha.WriteAsync(3);
        using var request = new HttpRequestMessage(HttpMethod.Parse(method), $"/federation/v1/hubs/alpha/buckets{address}");
        if (bytes > 0)
            request.Content = new ByteArrayContent(new byte[bytes]);
        using var response = await alpha.Http.SendAsync(request, Cancellation);
        Assert.Equal(status, (int)response.StatusCode);
        Assert.Contains(code, await response.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
    }

    private static HeadExchange Heads(TestNode node) => node.Host.Services.GetServices<IHostedService>().OfType<HeadExchange>().Single();

    private static async Task ExecuteAsync(TestNode node, string sql, KnownHub hub) => await ScalarAsync(node, sql, hub);

    private static async Task<object?> ScalarAsync(TestNode node, string sql, KnownHub hub)
    {
        await using var command = node.Get<NpgsqlDataSource>().CreateCommand(sql);
        command.Parameters.Add(new() { Value = hub.Key });
        return await command.ExecuteScalarAsync(Cancellation);
    }

    /// <summary>Entries and what the directory shows of them.</summary>
    private static async Task<string> TableAsync(TestNode node, KnownHub hub) => (string)(await ScalarAsync(
        node,
        """
        select string_agg(concat(e.entry_id, e.kind, e.op, e.epoch, e.seq, encode(e.leaf, 'hex'), e.changed_at, c.body is not null, v.search), ' ' order by e.entry_id)
        from entry e left join change c using (hub_key, epoch, seq) left join event v using (hub_key, entry_id)
        where e.hub_key = $1
        """,
        hub))!;
}
