using CafeIA.Federation.Protocol;
using CafeIA.Federation.Protocol.Merkle;
using CafeIA.Federation.Tests.Fixtures;
using CafeIA.Federation.Tests.Protocol;
using static CafeIA.Federation.Tests.Protocol.AuthoredHistory;

namespace CafeIA.Federation.Tests.Journal;

public sealed class JournalLoaderTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_journal_with_nothing_in_it_is_empty()
    {
        var hub = await StoredHub.CreateAsync(postgres);
        Assert.Equal((0UL, MerkleTree.EmptyRoot, new StateDigest().Digest()), await hub.LoadSummaryAsync());
        Assert.Null((await hub.Loader.LoadAsync(hub.Known, Cancellation)).Head);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(1)]
    [InlineData(9)]
    [InlineData(19)]
    public async Task What_is_loaded_is_what_was_written_wherever_the_checkpoint_stands(int? checkpointAfter)
    {
        var hub = await StoredHub.CreateAsync(postgres);
        for (var batch = 0; batch < 20; batch++)
        {
            // Updates and withdrawals of earlier entries, within and across batches.
            hub.History.Write([.. Enumerable.Range(0, 25).Select(n => Put((batch * 7) + n, $"{batch}/{n}")), Put(batch * 7, "again"), Withdraw((batch * 7) + 3)]);
            await hub.AppendAsync(hub.History.Batches[^1], checkpoint: batch == checkpointAfter);
        }
        Assert.Equal(Replica.Summarize(hub.History.State), await hub.LoadSummaryAsync());
        var loaded = await hub.Loader.LoadAsync(hub.Known, Cancellation);
        Assert.Equal(hub.History.State.Digest.Count, loaded.Digest.Count);
        Assert.Equal(hub.History.Heads[^1].Identity, loaded.Head?.Identity);
    }

    [Fact]
    public async Task A_wrong_checkpoint_would_be_seen()
    {
        var hub = await StoredHub.CreateAsync(postgres);
        await hub.WriteAsync(Put(1, "a"));
        hub.History.Write(Put(2, "b"));
        var elsewhere = new StateDigest();
        elsewhere.Replace(TestHub.Entry(1), null, Hash.Of([1]));
        await hub.Writer.AppendAsync(hub.Known, hub.History.Batches[^1], null, elsewhere, Cancellation);
        Assert.NotEqual(Replica.Summarize(hub.History.State), await hub.LoadSummaryAsync());
    }

    [Fact]
    public async Task Many_activations_load_a_new_journal_at_once()
    {
        var hub = await StoredHub.CreateAsync(postgres);
        await using (var command = postgres.Database.CreateCommand("delete from journal where hub_key = $1"))
        {
            command.Parameters.Add(new() { Value = hub.Known.Key });
            await command.ExecuteNonQueryAsync(Cancellation);
        }
        var loaded = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => hub.LoadSummaryAsync()));
        Assert.All(loaded, l => Assert.Equal(0UL, l.Size));
    }
}
