using System.Net;
using CafeIA.Federation.Node.Directory.Search;
using CafeIA.Federation.Node.Exchange;
using CafeIA.Federation.Node.Hubs;
using CafeIA.Federation.Node.Hubs.Recovery;
using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Node.Operations.Commands;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Tests.Fixtures;
using CafeIA.Federation.Tests.Protocol;
using Npgsql;
using Orleans.Concurrency;
using Xunit;
using static CafeIA.Federation.Tests.Hubs.RestoredNodes;

namespace CafeIA.Federation.Tests.Hubs;

/// <summary>A hub whose database comes from a backup, or is gone: it writes when everybody has answered and nothing that is held is missing. Whole nodes, real databases.</summary>
public sealed class RestoredHubTests(PostgresServer server)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_first_or_single_node_writes_at_once_and_again_after_a_clean_restart()
    {
        await using var alpha = new MortalNode(server, "alpha");
        await alpha.StartAsync();
        // Its database is marked before anything is written to it.
        await Eventually.TrueAsync(() => new HighWaterFile(alpha.Data.HighWaterFile).Read() is { IsFresh: false, End: { Epoch: 1, Seq: 0 } }, "the database is marked", Cancellation);
        Assert.Equal(1UL, (await PutAsync(alpha, "un")).Value.Position.Seq);
        await alpha.StopAsync();
        await alpha.StartAsync();
        Assert.False(alpha.Get<OwnStanding>().IsSuspect);
        Assert.Equal(2UL, (await PutAsync(alpha, "deux")).Value.Position.Seq);
    }

    [Fact]
    public async Task What_peers_hold_beyond_the_backup_is_pulled_back_before_anything_is_written()
    {
        await using var nodes = await MortalPair.StartAsync(server);
        var (alpha, beta) = nodes;
        await PutAsync(alpha, "avant la sauvegarde");
        await AssertHoldsAsync(beta, "alpha", 1);
        await alpha.StopAsync();
        var backup = await alpha.BackupAsync();
        await alpha.StartAsync();
        var after = await PutAsync(alpha, "après la sauvegarde");
        await AssertHoldsAsync(beta, "alpha", 2);
        await alpha.StopAsync();

        await alpha.RestoreAsync(backup);
        await alpha.StartAsync();
        await AssertTrustedAsync(alpha);

        Assert.Equal(2UL, (await EndAsync(alpha)).Seq);
        Assert.NotNull((await alpha.Get<EventLookup>().FindAsync(after.Value.Entry, Cancellation)).Value);
        Assert.Equal(new Position(1, 3), (await PutAsync(alpha, "ensuite")).Value.Position);
        await AssertHoldsAsync(beta, "alpha", 3);
        Assert.False(beta.Get<HubRegister>().Find(HubId.Parse("alpha"))!.IsFrozen);
        await server.DropDatabaseAsync(backup);
    }

    [Theory]
    [InlineData("the mark is ahead of the database")]
    [InlineData("the mark is gone")]
    public async Task Nothing_is_written_before_every_member_answered(string how)
    {
        await using var nodes = await MortalPair.StartAsync(server);
        var (alpha, beta) = nodes;
        await PutAsync(alpha, "un");
        await AssertHoldsAsync(beta, "alpha", 1);
        await alpha.StopAsync();
        var backup = await alpha.BackupAsync();
        await alpha.StartAsync();
        var lost = (await PutAsync(alpha, "deux")).Value.Entry;
        await AssertHoldsAsync(beta, "alpha", 2);
        await alpha.StopAsync();
        await beta.StopAsync();

        await alpha.RestoreAsync(backup);
        if (how == "the mark is gone")
            File.Delete(alpha.Data.HighWaterFile);
        await alpha.StartAsync();

        Assert.Equal("hub-suspect", (await PutAsync(alpha, "trois")).Refusal!.Code);
        using var http = new HttpClient { BaseAddress = alpha.Address };
        var page = WebUtility.HtmlDecode(await http.GetStringAsync(new Uri("/agenda", UriKind.Relative), Cancellation));
        Assert.Contains("sauvegarde ancienne", page, StringComparison.Ordinal);
        Assert.Contains("beta", page, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await DeleteAsync(alpha, http, lost));

        await beta.StartAsync();
        await AssertTrustedAsync(alpha);
        Assert.Equal(new Position(1, 3), (await PutAsync(alpha, "trois")).Value.Position);
        Assert.Equal(HttpStatusCode.NoContent, await DeleteAsync(alpha, http, lost));
        Assert.DoesNotContain("sauvegarde ancienne", WebUtility.HtmlDecode(await http.GetStringAsync(new Uri("/agenda", UriKind.Relative), Cancellation)), StringComparison.Ordinal);
        await server.DropDatabaseAsync(backup);
    }

    [Fact]
    public async Task The_operator_names_a_member_that_is_gone()
    {
        await using var nodes = await MortalPair.StartAsync(server);
        var (alpha, beta) = nodes;
        await PutAsync(alpha, "un");
        await AssertHoldsAsync(beta, "alpha", 1);
        await alpha.StopAsync();
        await beta.StopAsync();
        File.Delete(alpha.Data.HighWaterFile);
        await alpha.StartAsync();
        Assert.Equal("hub-suspect", (await PutAsync(alpha, "deux")).Refusal!.Code);

        var (code, output, _) = await CommandAsync(alpha, "recover", "--without", "beta", beta.Address.ToString());

        Assert.Equal((ExitCodes.Done, true), (code, output.Contains("Ce hub écrit", StringComparison.Ordinal)));
        Assert.Equal(new Position(1, 2), (await PutAsync(alpha, "deux")).Value.Position);
    }

    [Fact]
    public async Task What_was_given_up_is_no_reason_to_doubt_again_until_somebody_holds_it()
    {
        await using var nodes = await MortalPair.StartAsync(server);
        var (alpha, beta) = nodes;
        await PutAsync(alpha, "un");
        await AssertHoldsAsync(beta, "alpha", 1);
        var (backup, lost) = await LoseAsync(alpha, beta, "perdu");
        await beta.StartAsync();
        await ShowAsync(beta, alpha, lost);
        // Who may hold the rest is gone.
        var gamma = new Uri($"http://127.0.0.1:{FreePorts.Take()}");
        alpha.Peers = [beta.Address, gamma];
        await alpha.StartAsync();
        Assert.Equal("hub-suspect", (await PutAsync(alpha, "deux")).Refusal!.Code);
        Assert.Equal(ExitCodes.Done, (await CommandAsync(alpha, "recover", "--without", gamma.ToString())).Code);

        var own = alpha.Get<IGrainFactory>().GetGrain<IHubGrain>("alpha");
        await own.HintAsync(beta.Address.ToString(), lost.Encode().AsImmutable(), 1, 1);
        Assert.False(alpha.Get<OwnStanding>().IsSuspect);
        await own.HintAsync(gamma.ToString(), lost.Encode().AsImmutable(), 1, 2);
        Assert.True(alpha.Get<OwnStanding>().IsSuspect);
        await server.DropDatabaseAsync(backup);
    }

    [Fact]
    public async Task Two_nodes_restored_together_do_not_vouch_for_each_other()
    {
        await using var nodes = await MortalPair.StartAsync(server);
        var (alpha, beta) = nodes;
        await PutAsync(alpha, "un");
        await PutAsync(beta, "un");
        await AssertHoldsAsync(beta, "alpha", 1);
        await AssertHoldsAsync(alpha, "beta", 1);
        await alpha.StopAsync();
        await beta.StopAsync();
        File.Delete(alpha.Data.HighWaterFile);
        File.Delete(beta.Data.HighWaterFile);
        await alpha.StartAsync();
        await beta.StartAsync();

        var recall = alpha.Get<IPeerClient>();
        Assert.True((await recall.HeadAsync(beta.Address, HubId.Parse("alpha"), Cancellation)).Value.IsSuspect);
        // Longer than both need to ask each other.
        await Task.Delay(TimeSpan.FromSeconds(4), TimeProvider.System, Cancellation);
        Assert.Equal("hub-suspect", (await PutAsync(alpha, "deux")).Refusal!.Code);
        Assert.Equal("hub-suspect", (await PutAsync(beta, "deux")).Refusal!.Code);

        Assert.Equal(ExitCodes.Done, (await CommandAsync(alpha, "recover", "--without", "beta")).Code);
        await AssertTrustedAsync(beta);
        Assert.True((await PutAsync(beta, "deux")).IsOk);
    }

    [Theory]
    [InlineData("no mark")]
    [InlineData("the mark that cafeia init made with another key")]
    public async Task A_hub_that_kept_nothing_but_its_key_gives_no_number_out_before_its_peers_answered(string beside)
    {
        await using var nodes = await MortalPair.StartAsync(server);
        var (alpha, beta) = nodes;
        await PutAsync(alpha, "un");
        await PutAsync(alpha, "deux");
        await AssertHoldsAsync(beta, "alpha", 2);
        await alpha.StopAsync();
        await beta.StopAsync();
        alpha.LoseDisk();
        if (beside != "no mark")
            new HighWaterFile(alpha.Data.HighWaterFile).Begin(TestHub.OtherSigner.PublicKey);
        await alpha.StartAsync();

        Assert.Equal("hub-suspect", (await PutAsync(alpha, "trois")).Refusal!.Code);
        // Nor after another start: what it does not know is not marked as known.
        await alpha.StopAsync();
        await alpha.StartAsync();
        Assert.Equal("hub-suspect", (await PutAsync(alpha, "trois")).Refusal!.Code);

        await beta.StartAsync();
        await AssertTrustedAsync(alpha);
        Assert.Equal(new Position(1, 3), (await PutAsync(alpha, "trois")).Value.Position);
        await AssertHoldsAsync(beta, "alpha", 3);
    }

    [Fact]
    public async Task Two_members_that_hold_two_histories_freeze_the_hub_that_comes_back()
    {
        await using var nodes = await MortalPair.StartAsync(server);
        var (alpha, beta) = nodes;
        await using var gamma = new MortalNode(server, "gamma") { Peers = [alpha.Address] };
        var backup = await ForkAsync(alpha, beta, gamma);
        await gamma.StartAsync();
        await alpha.StartAsync();

        await Eventually.TrueAsync(() => !alpha.Get<OwnStanding>().IsSuspect, "everybody has answered", Cancellation);
        Assert.True(alpha.Local.IsFrozen);
        Assert.Equal("hub-forked", (await PutAsync(alpha, "quatre")).Refusal!.Code);
        await server.DropDatabaseAsync(backup);
    }

    [Fact]
    public async Task A_backup_in_which_it_was_frozen_leaves_the_end_of_it_to_the_operator()
    {
        await using var nodes = await MortalPair.StartAsync(server);
        var (alpha, beta) = nodes;
        await using var gamma = new MortalNode(server, "gamma") { Peers = [alpha.Address] };
        var backup = await ForkAsync(alpha, beta, gamma);
        await beta.StopAsync();
        await gamma.StartAsync();
        await alpha.StartAsync();
        await Eventually.TrueAsync(async () => (await EndAsync(alpha)).Seq == 2, "what gamma holds came back", Cancellation);
        await beta.StartAsync();
        await Eventually.TrueAsync(() => alpha.Local.IsFrozen, "what beta holds is another history", Cancellation);
        await alpha.StopAsync();
        File.Delete(alpha.Data.HighWaterFile);
        await alpha.StartAsync();

        // Beta holds more than alpha will take in this epoch.
        await Eventually.TrueAsync(() => !alpha.Get<OwnStanding>().IsSuspect, "everybody has answered", Cancellation);
        Assert.Equal((true, 2UL), (alpha.Local.IsFrozen, (await EndAsync(alpha)).Seq));
        var (code, output, notes) = await CommandAsync(alpha, "epoch", "open", "--prefer", "ours");
        Assert.True(code == ExitCodes.Done, output + notes);
        Assert.Equal(2U, (await PutAsync(alpha, "quatre")).Value.Position.Epoch);
        var titles = (await alpha.Get<EventSearch>().SearchAsync(new DirectoryFilter { Hubs = [HubId.Parse("alpha")] }, Cancellation)).Items.Select(h => h.Content.Title);
        Assert.Equal(["deux, chez beta", "deux, chez gamma", "quatre", "trois", "un"], titles.Order(StringComparer.Ordinal));
        await server.DropDatabaseAsync(backup);
    }

    /// <summary>Beta comes to hold one history of alpha and gamma another. Alpha has lost its disk then; it and gamma are stopped.</summary>
    /// <returns>A backup of alpha, to be dropped.</returns>
    private static async Task<string> ForkAsync(MortalNode alpha, MortalNode beta, MortalNode gamma)
    {
        await gamma.StartAsync();
        alpha.Peers = [beta.Address, gamma.Address];
        await PutAsync(alpha, "un");
        await AssertHoldsAsync(beta, "alpha", 1);
        await AssertHoldsAsync(gamma, "alpha", 1);
        await alpha.StopAsync();
        await beta.StopAsync();
        var backup = await alpha.BackupAsync();
        var mark = await File.ReadAllBytesAsync(alpha.Data.HighWaterFile, Cancellation);
        await alpha.StartAsync();
        await PutAsync(alpha, "deux, chez gamma");
        await AssertHoldsAsync(gamma, "alpha", 2);
        await alpha.StopAsync();
        await gamma.StopAsync();
        // The whole machine is put back, and nobody is there who could tell.
        await alpha.RestoreAsync(backup);
        await File.WriteAllBytesAsync(alpha.Data.HighWaterFile, mark, Cancellation);
        await beta.StartAsync();
        await alpha.StartAsync();
        await PutAsync(alpha, "deux, chez beta");
        await PutAsync(alpha, "trois");
        await AssertHoldsAsync(beta, "alpha", 3);
        await alpha.StopAsync();
        alpha.LoseDisk();
        return backup;
    }

    [Theory]
    [InlineData("the peer holds every change")]
    [InlineData("the peer holds only what its changes amounted to, as after a snapshot")]
    public async Task A_hub_that_lost_its_disk_comes_back_from_its_key_and_a_peer(string how)
    {
        await using var nodes = await MortalPair.StartAsync(server);
        var (alpha, beta) = nodes;
        var entries = new List<EntryId>();
        for (var i = 0; i < 5; i++)
            entries.Add((await PutAsync(alpha, $"café {i}")).Value.Entry);
        await AssertHoldsAsync(beta, "alpha", 5);
        if (how != "the peer holds every change")
        {
            await using var command = beta.Get<NpgsqlDataSource>().CreateCommand(
                """
                insert into journal_floor (hub_key, epoch, floor) select hub_key, 1, 5 from hub where hub_id = 'alpha'
                """);
            await command.ExecuteNonQueryAsync(Cancellation);
        }
        await alpha.StopAsync();
        alpha.LoseDisk();
        alpha.Peers = [];
        await alpha.StartAsync();

        var (code, _, notes) = await CommandAsync(alpha, "recover", "--from", beta.Address.ToString());

        Assert.True(code == ExitCodes.Done, notes);
        Assert.Equal(5UL, (await EndAsync(alpha)).Seq);
        foreach (var entry in entries)
            Assert.NotNull((await alpha.Get<EventLookup>().FindAsync(entry, Cancellation)).Value);
        Assert.Equal(new Position(1, 6), (await PutAsync(alpha, "ensuite")).Value.Position);
        await AssertHoldsAsync(beta, "alpha", 6);
    }

    [Fact]
    public async Task A_doubt_that_a_peer_raised_outlives_the_process()
    {
        await using var nodes = await MortalPair.StartAsync(server);
        var (alpha, beta) = nodes;
        await PutAsync(alpha, "un");
        await AssertHoldsAsync(beta, "alpha", 1);
        await alpha.StopAsync();
        var backup = await alpha.BackupAsync();
        var mark = await File.ReadAllBytesAsync(alpha.Data.HighWaterFile, Cancellation);
        await alpha.StartAsync();
        await PutAsync(alpha, "deux");
        await AssertHoldsAsync(beta, "alpha", 2);
        var head = (await alpha.Get<JournalReader>().EndAsync(alpha.Local, Cancellation))!.Head!;
        await alpha.StopAsync();
        await beta.StopAsync();

        // The whole machine is put back, mark and all: only a peer can tell.
        await alpha.RestoreAsync(backup);
        await File.WriteAllBytesAsync(alpha.Data.HighWaterFile, mark, Cancellation);
        await alpha.StartAsync();
        Assert.False(alpha.Get<OwnStanding>().IsSuspect);
        alpha.Get<IReplicas>().Hint(alpha.Local, beta.Address, head);
        await Eventually.TrueAsync(() => alpha.Get<OwnStanding>().IsSuspect, "alpha doubts", Cancellation);
        await Eventually.TrueAsync(() => alpha.Get<OwnDatabase>().Marked == head.Head.Position, "the mark says so", Cancellation);
        await alpha.StopAsync();
        await alpha.StartAsync();

        Assert.Equal("hub-suspect", (await PutAsync(alpha, "trois")).Refusal!.Code);
        await beta.StartAsync();
        await AssertTrustedAsync(alpha);
        Assert.Equal(new Position(1, 3), (await PutAsync(alpha, "trois")).Value.Position);
        await server.DropDatabaseAsync(backup);
    }
}
