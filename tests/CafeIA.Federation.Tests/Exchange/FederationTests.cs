using System.Text;
using CafeIA.Federation.Node.Hubs;
using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Protocol.Sequencing;
using CafeIA.Federation.Tests.Exchange.Broker;
using CafeIA.Federation.Tests.Fixtures;
using Xunit;

namespace CafeIA.Federation.Tests.Exchange;

/// <summary>Whole nodes: what is committed on one is on the other, by whatever way it went.</summary>
[Collection(OneBroker.Name)]
public sealed class FederationTests(PostgresServer postgres, RabbitServer rabbit)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Nodes_without_a_broker_are_full_members()
    {
        await using var alpha = await TestNode.StartAsync(postgres, "alpha");
        await using var beta = await TestNode.StartAsync(postgres, "beta", peers: [alpha.Address]);
        var before = await WriteAsync(alpha);
        await ArrivesAsync(beta, "alpha", before);
        var after = await WriteAsync(alpha);
        await ArrivesAsync(beta, "alpha", after);
    }

    [Fact]
    public async Task Nodes_with_the_broker_hear_each_other_over_it()
    {
        await rabbit.StartEmptyAsync(Cancellation);
        await using var alpha = await TestNode.StartAsync(postgres, "alpha", rabbit.AddressOf("alpha"));
        await using var beta = await TestNode.StartAsync(postgres, "beta", rabbit.AddressOf("beta"), [alpha.Address]);
        await ArrivesAsync(beta, "alpha", await WriteAsync(alpha));
        await ArrivesAsync(beta, "alpha", await WriteAsync(alpha));
    }

    private static async Task<Position> WriteAsync(TestNode node)
    {
        var intent = new Intent(EntryId.New(TimeProvider.System), true, EntryKind.Event, ChangeOp.Put, Encoding.UTF8.GetBytes("{\"title\":\"Café IA\"}"));
        return (await node.Get<IHubCommands>().SubmitAsync(intent, Cancellation)).Value.Position;
    }

    private static Task ArrivesAsync(TestNode node, string hub, Position position) => Eventually.TrueAsync(
        async () => node.Get<HubRegister>().Find(HubId.Parse(hub)) is { } known
            && await node.Get<JournalReader>().EndAsync(known, Cancellation) is { } end
            && end.Position >= position,
        $"change {position} of {hub} arrives",
        Cancellation);
}
