using System.Collections.Concurrent;
using CafeIA.Federation.Node.Hubs;
using CafeIA.Federation.Node.Hubs.Recovery;
using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Protocol;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Protocol.Sequencing;
using CafeIA.Federation.Tests.Fixtures;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Orleans.Runtime;
using Xunit;

namespace CafeIA.Federation.Tests.Hubs;

/// <summary>A node of three silos over one database: the cluster is real, only its membership table lives in the test.</summary>
[Collection(Alone.Name)]
public sealed class SeveralSilosTests(PostgresServer server)
{
    private const int Authors = 8;

    /// <summary>Acknowledged changes before the kill, and again after it.</summary>
    private const int Enough = 400;

    /// <summary>Between two attempts of a command.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private static readonly TimeSpan Target = TimeSpan.FromSeconds(15);

    private readonly ConcurrentDictionary<CommandId, Position> acknowledged = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_silo_killed_under_load_loses_no_acknowledged_change_and_the_hub_writes_again_within_15_seconds()
    {
        var membership = new SharedMembership();
        var wires = new SiloWires();
        var views = Enumerable.Range(0, 3).Select(_ => membership.ForSilo()).ToArray();
        await using var one = await StartAsync(0, views[0], wires, null);
        await using var two = await StartAsync(1, views[1], wires, one);
        await using var three = await StartAsync(2, views[2], wires, one);
        TestNode[] nodes = [one, two, three];
        await Eventually.TrueAsync(() => nodes.All(n => n.Get<ISiloStatusOracle>().GetApproximateSiloStatuses(true).Count == nodes.Length), "every silo knows the others", Cancellation);
        var host = await HostAsync(nodes);
        var others = nodes.Where(n => n != nodes[host]).ToArray();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var load = Task.WhenAll(Enumerable.Range(0, Authors).Select(a => Task.Run(() => WriteAsync(others[a % others.Length], a, stop.Token), Cancellation)));
        await Eventually.TrueAsync(() => acknowledged.Count >= Enough, "the hub writes", Cancellation);

        var killed = TimeProvider.System.GetTimestamp();
        await KillAsync(host, nodes[host], views[host], wires);
        var before = acknowledged.Count;
        await Eventually.TrueAsync(() => acknowledged.Count > before + Authors, "the hub writes again", Cancellation);
        var outage = TimeProvider.System.GetElapsedTime(killed);
        await Eventually.TrueAsync(() => acknowledged.Count >= before + Enough, "the hub goes on", Cancellation);
        await stop.CancelAsync();
        await load;

        TestContext.Current.TestOutputHelper?.WriteLine($"{outage.TotalSeconds:0.0} s until the hub wrote again");
        Assert.True(outage < Target, $"{outage.TotalSeconds:0.0} s until the hub wrote again.");
        Assert.NotEqual(-1, await HostAsync(others));
        await AssertJournalAsync(others[0]);
        await LayOutAsync(nodes[host]);
    }

    /// <summary>What is left of a killed silo's process: it has nobody to say goodbye to.</summary>
    private static async Task LayOutAsync(TestNode node)
    {
        try
        {
            await node.Host.Application.StopAsync(new CancellationToken(canceled: true));
        }
        catch (Exception e) when (e is OperationCanceledException or AggregateException or InvalidOperationException)
        {
            // It does not stop well.
        }
    }

    private async Task AssertJournalAsync(TestNode node)
    {
        var reader = node.Get<JournalReader>();
        var local = node.Get<HubRegister>().Local;
        var written = new List<(CommandId Command, Position Position)>();
        while (await reader.ReadAsync(local, new(1, (ulong)written.Count), 1_000, Cancellation) is { Count: > 0 } page)
            written.AddRange(page.Select(c => (c.Change.Header.Command, c.Change.Header.Position)));
        Assert.Equal(Enumerable.Range(1, written.Count).Select(i => (ulong)i), written.Select(w => w.Position.Seq));
        Assert.Equal(written.Count, written.Select(w => w.Command).Distinct().Count());
        var places = written.ToDictionary(w => w.Command, w => w.Position);
        Assert.All(acknowledged, a => Assert.Equal(a.Value, places.GetValueOrDefault(a.Key)));
        var state = await node.Get<JournalLoader>().LoadAsync(local, Cancellation);
        Assert.Equal((ulong)written.Count, state.Head!.Head.Size);
        Assert.Equal(state.Head.Head.Root, state.Frontier.Root());
    }

    /// <summary>One command after the other, each repeated until it is acknowledged.</summary>
    private async Task WriteAsync(TestNode node, int author, CancellationToken stop)
    {
        var commands = node.Get<IHubCommands>();
        for (var i = 0; !stop.IsCancellationRequested; i++)
        {
            var intent = Walk.Put($"{author}-{i}", CommandId.From("essai", $"{author}-{i}"));
            Result<Sequenced> answer;
            while (!(answer = await commands.SubmitAsync(intent, CancellationToken.None)).IsOk)
            {
                Assert.True(answer.Refusal.Code is "hub-unavailable" or "hub-busy", answer.Refusal.Code);
                await Task.Delay(Pause, TimeProvider.System, Cancellation);
            }
            acknowledged[intent.Command] = answer.Value.Position;
        }
    }

    /// <summary>Which of them has the hub's activation; -1: none of them.</summary>
    private static async Task<int> HostAsync(TestNode[] nodes)
    {
        var grains = nodes[0].Get<IGrainFactory>();
        var hub = grains.GetGrain<IHubGrain>("essai");
        await hub.StartAsync();
        var address = await grains.GetGrain<IManagementGrain>(0).GetActivationAddress(hub);
        return Array.FindIndex(nodes, n => n.Get<ILocalSiloDetails>().SiloAddress.Equals(address));
    }

    /// <summary>As the machine's power would go: its sessions with the database break where they are, nothing comes from it or reaches it, and nobody is told.</summary>
    private static async Task KillAsync(int silo, TestNode node, SharedMembership.View view, SiloWires wires)
    {
        view.Kill();
        wires.Cut(silo, node.Get<ILocalSiloDetails>().SiloAddress.Endpoint);
        await node.Get<NpgsqlDataSource>().DisposeAsync();
    }

    /// <summary>Silos of one node share its database, its key and the mark beside the database.</summary>
    private async Task<TestNode> StartAsync(int silo, SharedMembership.View view, SiloWires wires, TestNode? beside) => await TestNode.StartAsync(server, beside: beside, configure: builder =>
    {
        builder.Services.AddSingleton<IMembershipTable>(view);
        wires.Attach(builder.Services, silo);
        if (beside is not null)
            builder.Services.AddSingleton(new HighWaterFile(beside.Data.HighWaterFile));
    });
}
