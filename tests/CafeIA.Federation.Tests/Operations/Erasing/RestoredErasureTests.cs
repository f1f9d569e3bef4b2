using System.Text;
using CafeIA.Federation.Node.Directory.Search;
using CafeIA.Federation.Node.Hubs;
using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Protocol.Sequencing;
using CafeIA.Federation.Tests.Fixtures;

namespace CafeIA.Federation.Tests.Operations.Erasing;

/// <summary>Whole nodes whose database is of before the erasure.</summary>
public sealed class RestoredErasureTests(PostgresServer server)
{
    private const string Word = "zarbouillade";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("the author")]
    [InlineData("the follower")]
    public async Task A_node_restored_to_before_an_erasure_shows_nothing_of_it_at_once_and_has_it_again_from_the_others(string who)
    {
        await using var nodes = await MortalPair.StartAsync(server);
        var (alpha, beta) = nodes;
        var id = EntryId.New(TimeProvider.System);
        await SubmitAsync(alpha, new Intent(id, true, EntryKind.Event, ChangeOp.Put, Encoding.UTF8.GetBytes($$"""{"title":"{{Word}}","start":"2031-03-06T18:30"}""")));
        await HoldsAsync(beta, 1);
        var (restored, other) = who == "the author" ? (alpha, beta) : (beta, alpha);
        Assert.NotEmpty(await EveryReader.ThatSayAsync(restored.Host, "alpha", id.ToString(), Word));
        await restored.StopAsync();
        var backup = await restored.BackupAsync();
        await restored.StartAsync();
        await SubmitAsync(alpha, new Intent(id, false, EntryKind.Event, ChangeOp.Erase, null));
        await HoldsAsync(beta, 2);

        // Alone: the erase change cannot come back yet.
        await restored.StopAsync();
        await other.StopAsync();
        await restored.RestoreAsync(backup);
        await restored.StartAsync();
        Assert.Equal([], await EveryReader.ThatSayAsync(restored.Host, "alpha", id.ToString(), Word));
        Assert.Equal(LookupState.Hidden, (await restored.Get<EventLookup>().FindAsync(id, Cancellation)).State);

        await other.StartAsync();
        await HoldsAsync(restored, 2);

        Assert.Equal(LookupState.Erased, (await restored.Get<EventLookup>().FindAsync(id, Cancellation)).State);
        Assert.Equal([], await EveryReader.ThatSayAsync(restored.Host, "alpha", id.ToString(), Word));
        await server.DropDatabaseAsync(backup);
    }

    private static async Task SubmitAsync(MortalNode node, Intent intent) => Assert.True((await node.Get<IHubCommands>().SubmitAsync(intent, Cancellation)).IsOk);

    private static Task HoldsAsync(MortalNode node, ulong size) => Eventually.TrueAsync(
        async () => node.Get<HubRegister>().Find(HubId.Parse("alpha")) is { } known && await node.Get<JournalReader>().EndAsync(known, Cancellation) is { } end && end.Position.Seq == size,
        $"the node holds {size} changes",
        Cancellation);
}
