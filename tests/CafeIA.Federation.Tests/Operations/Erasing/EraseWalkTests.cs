using System.Diagnostics;
using System.Net.Http.Json;
using System.Text;
using CafeIA.Federation.Node.Directory.Search;
using CafeIA.Federation.Node.Exchange.Http;
using CafeIA.Federation.Node.Hubs;
using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Node.Journal.Erasures;
using CafeIA.Federation.Node.Operations.Commands;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Protocol.Sequencing;
using CafeIA.Federation.Tests.Fixtures;

namespace CafeIA.Federation.Tests.Operations.Erasing;

/// <summary>Three whole nodes, from the command to the last reader.</summary>
public sealed class EraseWalkTests(PostgresServer server)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_erased_entry_is_reachable_by_no_reader_of_any_node_and_its_operator_is_told()
    {
        await using var alpha = await TestNode.StartAsync(server, "alpha");
        await using var beta = await TestNode.StartAsync(server, "beta", peers: [alpha.Address]);
        await using var gamma = await TestNode.StartAsync(server, "gamma", peers: [alpha.Address, beta.Address]);
        await AcquaintAsync(alpha, beta, gamma);
        var id = await PutAsync(alpha, "premierement");
        await PutAsync(alpha, "zarbouillade", id);
        await PutAsync(alpha, "zarbouillade bis", id);
        await beta.AssertFollowsAsync("alpha", 3);
        await gamma.AssertFollowsAsync("alpha", 3);
        foreach (var node in (TestNode[])[alpha, beta, gamma])
        {
            var says = await EveryReader.ThatSayAsync(node, "alpha", id.ToString(), "zarbouillade");
            Assert.Superset(new HashSet<string> { "/agenda?q=zarbouillade", "/evenements/{id}", "/api/v1/events/{id}", "/api/v1/events?q=zarbouillade", "/api/v1/events.{suffix}", "/streams/v1/updates", "/federation/v1/hubs/{hub}/segments?after=1.0" }, says.ToHashSet());
        }

        var (code, output, _) = await RunAsync(alpha, "erase", id.ToString());

        Assert.Equal((ExitCodes.Done, "inaccessible sur 3 nœuds de 3, purgée sur 0\n"), (code, output));
        foreach (var node in (TestNode[])[alpha, beta, gamma])
        {
            Assert.Equal([], await EveryReader.ThatSayAsync(node, "alpha", id.ToString(), "zarbouillade", "premierement"));
            Assert.Equal(LookupState.Erased, (await node.Get<EventLookup>().FindAsync(id, Cancellation)).State);
            Assert.True(node.Get<EraseList>().Contains(new(HubId.Parse("alpha"), id)));
        }

        await RunAsync(beta, "erase", "--purge", "--server-done");
        await RunAsync(beta, "erase", "--purge", "--server-done");
        var status = await RunAsync(alpha, "erase", "--status", id.ToString());
        Assert.Equal((ExitCodes.Done, "inaccessible sur 3 nœuds de 3, purgée sur 1\n"), (status.Code, status.Output));

        await gamma.Host.DisposeAsync();
        var gone = await RunAsync(alpha, "erase", id.ToString());
        Assert.Equal((ExitCodes.Found, "inaccessible sur 2 nœuds de 3, purgée sur 1\n"), (gone.Code, gone.Output));
        Assert.Contains("« gamma »", gone.Notes, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_cannot_be_erased_here_is_refused_with_the_reason()
    {
        await using var alpha = await TestNode.StartAsync(server, "alpha");
        await using var beta = await TestNode.StartAsync(server, "beta", peers: [alpha.Address]);
        var id = await PutAsync(alpha, "ailleurs");
        await beta.AssertFollowsAsync("alpha", 1);

        var others = await RunAsync(beta, "erase", id.ToString());
        var unknown = await RunAsync(beta, "erase", Guid.NewGuid().ToString());
        var living = await RunAsync(alpha, "erase", "--status", id.ToString());
        var nothing = await RunAsync(alpha, "erase");

        Assert.All([others, unknown, living, nothing], r => Assert.Equal((ExitCodes.Refused, ""), (r.Code, r.Output)));
        Assert.Contains("Hub alpha", others.Notes, StringComparison.Ordinal);
        Assert.Contains("n’existe pas", unknown.Notes, StringComparison.Ordinal);
        Assert.Equal(LookupState.Shown, (await alpha.Get<EventLookup>().FindAsync(id, Cancellation)).State);
    }

    [Fact]
    public async Task A_statement_is_signed_by_the_hub_of_its_node()
    {
        await using var alpha = await TestNode.StartAsync(server, "alpha");
        await using var beta = await TestNode.StartAsync(server, "beta", peers: [alpha.Address]);
        var id = await PutAsync(alpha, "zarbouillade");
        await beta.AssertFollowsAsync("alpha", 1);
        await EraseAsync(alpha, id);

        var document = await alpha.Http.GetFromJsonAsync<ErasureDocument>(ErasureDocument.Path, Cancellation);
        var hub = beta.Get<HubRegister>().Find(HubId.Parse("alpha"))!;
        var good = await beta.Get<ErasureClient>().AskAsync(hub, Cancellation);
        var stranger = await beta.Get<ErasureClient>().AskAsync(hub with { CurrentKey = beta.Get<HubRegister>().Local.PublicKey }, Cancellation);

        Assert.Equal(new ErasedDocument("1.2", "0.0"), document!.Erasures["alpha"]);
        Assert.Equal(new(HubId.Parse("alpha"), new(1, 2), default), Assert.Single(good.Value.Hubs));
        Assert.Equal("bad-signature", stranger.Refusal?.Code);
    }

    /// <summary>Target 17: unreachable p99 below 5 s on connected nodes.</summary>
    [Fact]
    public async Task Erasures_are_unreachable_on_connected_nodes_within_five_seconds()
    {
        await using var alpha = await TestNode.StartAsync(server, "alpha");
        await using var beta = await TestNode.StartAsync(server, "beta", peers: [alpha.Address]);
        await using var gamma = await TestNode.StartAsync(server, "gamma", peers: [alpha.Address, beta.Address]);
        var entries = new List<EntryId>();
        for (var i = 0; i < 100; i++)
            entries.Add(await PutAsync(alpha, $"zarbouillade {i}"));
        await beta.AssertFollowsAsync("alpha", 100);
        await gamma.AssertFollowsAsync("alpha", 100);

        var times = new List<double>();
        foreach (var id in entries)
        {
            var clock = Stopwatch.StartNew();
            await EraseAsync(alpha, id);
            foreach (var node in (TestNode[])[alpha, beta, gamma])
            {
                var signal = node.Get<JournalSignal>();
                while (true)
                {
                    var grown = signal.NextAsync();
                    if ((await node.Get<EventLookup>().FindAsync(id, Cancellation)).State == LookupState.Erased)
                        break;
                    await grown.WaitAsync(TimeSpan.FromSeconds(30), Cancellation);
                }
            }
            times.Add(clock.Elapsed.TotalMilliseconds);
        }

        times.Sort();
        TestContext.Current.TestOutputHelper?.WriteLine($"unreachable on three nodes: p50 {times[49]:F0} ms, p99 {times[98]:F0} ms, worst {times[99]:F0} ms");
        Assert.InRange(times[98], 0, 5000);
    }

    /// <summary>Each knows the others: who was asked learns of the asker only from its own settings.</summary>
    private static async Task AcquaintAsync(params TestNode[] nodes)
    {
        foreach (var node in nodes)
        {
            foreach (var other in nodes.Where(n => n != node))
            {
                var local = other.Get<HubRegister>().Local;
                var known = await node.Get<HubRegister>().RegisterAsync(new HubProfile(local.Id, local.Name, local.Kind, local.Territory, other.Address, local.PublicKey), isLocal: false, Cancellation);
                Assert.True(known.IsOk);
            }
        }
    }

    private static async Task<EntryId> PutAsync(TestNode node, string title, EntryId? entry = null)
    {
        var id = entry ?? EntryId.New(TimeProvider.System);
        var body = Encoding.UTF8.GetBytes($$"""{"title":"{{title}}","description":"{{title}} encore","start":"2031-03-06T18:30"}""");
        Assert.True((await node.Get<IHubCommands>().SubmitAsync(new Intent(id, entry is null, EntryKind.Event, ChangeOp.Put, body), Cancellation)).IsOk);
        return id;
    }

    private static async Task EraseAsync(TestNode node, EntryId id) =>
        Assert.True((await node.Get<IHubCommands>().SubmitAsync(new Intent(id, false, EntryKind.Event, ChangeOp.Erase, null), Cancellation)).IsOk);

    private static async Task<(int Code, string Output, string Notes)> RunAsync(TestNode node, params string[] args)
    {
        using var output = new StringWriter { NewLine = "\n" };
        using var notes = new StringWriter { NewLine = "\n" };
        var code = await CommandLine.RunAsync([.. args, "--data", node.Data.Root], output, notes);
        return (code, output.ToString(), notes.ToString());
    }
}
