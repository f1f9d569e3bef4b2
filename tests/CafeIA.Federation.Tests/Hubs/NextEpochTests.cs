using CafeIA.Federation.Node.Directory.Search;
using CafeIA.Federation.Node.Exchange.Membership;
using CafeIA.Federation.Node.Hubs.Recovery;
using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Node.Operations.Commands;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Protocol.Segments;
using CafeIA.Federation.Tests.Fixtures;
using Npgsql;
using Xunit;
using static CafeIA.Federation.Tests.Hubs.RestoredNodes;

namespace CafeIA.Federation.Tests.Hubs;

/// <summary>What ends an epoch: numbers that were signed and lost, and two histories of one hub. Whole nodes, real databases.</summary>
public sealed class NextEpochTests(PostgresServer server)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("the mark tells")]
    [InlineData("a member has seen a head")]
    public async Task Numbers_that_were_signed_and_are_held_by_nobody_are_not_given_out_twice(string how)
    {
        await using var nodes = await MortalPair.StartAsync(server);
        var (alpha, beta) = nodes;
        var kept = (await PutAsync(alpha, "gardé")).Value.Entry;
        await AssertHoldsAsync(beta, "alpha", 1);
        var (backup, lost) = await LoseAsync(alpha, beta, "perdu");
        await beta.StartAsync();
        if (how == "a member has seen a head")
        {
            File.Delete(alpha.Data.HighWaterFile);
            await ShowAsync(beta, alpha, lost);
        }
        await alpha.StartAsync();
        await AssertTrustedAsync(alpha);

        // The opening, the entry that was kept, and the next one.
        Assert.Equal(new Position(2, 3), (await PutAsync(alpha, "ensuite")).Value.Position);
        await Eventually.TrueAsync(async () => await StateAsync(beta, "alpha") == await StateAsync(alpha, "alpha"), "beta is in the new epoch", Cancellation);
        Assert.False(beta.Get<HubRegister>().Find(HubId.Parse("alpha"))!.IsFrozen);
        Assert.NotNull((await beta.Get<EventLookup>().FindAsync(kept, Cancellation)).Value);
        await alpha.StopAsync();
        await alpha.StartAsync();
        Assert.False(alpha.Get<OwnStanding>().IsSuspect);
        Assert.Equal(new Position(2, 4), (await PutAsync(alpha, "après un redémarrage")).Value.Position);
        await server.DropDatabaseAsync(backup);
    }

    [Fact]
    public async Task What_a_member_hears_of_late_is_not_given_out_twice_either()
    {
        await using var nodes = await MortalPair.StartAsync(server);
        var (alpha, beta) = nodes;
        await PutAsync(alpha, "gardé");
        await AssertHoldsAsync(beta, "alpha", 1);
        await alpha.StopAsync();
        var mark = await File.ReadAllBytesAsync(alpha.Data.HighWaterFile, Cancellation);
        var (backup, lost) = await LoseAsync(alpha, beta, "perdu");
        // The whole machine is put back, mark and all, and nobody knows better when it asks.
        await File.WriteAllBytesAsync(alpha.Data.HighWaterFile, mark, Cancellation);
        await beta.StartAsync();
        await alpha.StartAsync();
        await alpha.Hosted<HeadExchange>().CompareAsync(beta.Address, Cancellation);
        Assert.False(alpha.Get<OwnStanding>().IsSuspect);

        await ShowAsync(beta, alpha, lost);
        await alpha.Hosted<HeadExchange>().CompareAsync(beta.Address, Cancellation);
        await Eventually.TrueAsync(async () => (await EndAsync(alpha)).Epoch == 2, "alpha goes on in a new epoch", Cancellation);
        await AssertTrustedAsync(alpha);
        Assert.Equal(new Position(2, 3), (await PutAsync(alpha, "ensuite")).Value.Position);
        await AssertHoldsAsync(beta, "alpha", 3);
        await server.DropDatabaseAsync(backup);
    }

    [Fact]
    public async Task A_body_that_the_author_has_lost_outlives_the_epoch_where_it_is_held()
    {
        await using var nodes = await MortalPair.StartAsync(server);
        var (alpha, beta) = nodes;
        var kept = (await PutAsync(alpha, "gardé chez beta")).Value.Entry;
        await AssertHoldsAsync(beta, "alpha", 1);
        await using (var command = alpha.Get<NpgsqlDataSource>().CreateCommand("update change set salt = null, body = null"))
            await command.ExecuteNonQueryAsync(Cancellation);
        var (backup, _) = await LoseAsync(alpha, beta, "perdu");
        await beta.StartAsync();
        await alpha.StartAsync();
        await AssertTrustedAsync(alpha);
        Assert.Equal(2U, (await PutAsync(alpha, "ensuite")).Value.Position.Epoch);
        await Eventually.TrueAsync(async () => await StateAsync(beta, "alpha") == await StateAsync(alpha, "alpha"), "beta is in the new epoch", Cancellation);

        Assert.Equal("gardé chez beta", (await beta.Get<EventLookup>().FindAsync(kept, Cancellation)).Value!.Event.Content.Title);
        await using var body = beta.Get<NpgsqlDataSource>().CreateCommand("select count(*) from change where epoch = 2 and body is not null and seq = 2");
        Assert.Equal(1L, await body.ExecuteScalarAsync(Cancellation));
        await server.DropDatabaseAsync(backup);
    }

    [Fact]
    public async Task An_epoch_that_is_larger_than_a_segment_is_taken_over_whole()
    {
        await using var nodes = await MortalPair.StartAsync(server);
        var (alpha, beta) = nodes;
        var entries = (await Task.WhenAll(Enumerable.Range(0, Segment.MaxChanges + 100).Select(i => PutAsync(alpha, $"café {i}")))).Select(a => a.Value.Entry).ToArray();
        await AssertHoldsAsync(beta, "alpha", (ulong)entries.Length);
        var (backup, _) = await LoseAsync(alpha, beta, "perdu");
        await beta.StartAsync();
        await alpha.StartAsync();
        await AssertTrustedAsync(alpha);

        await Eventually.TrueAsync(async () => await StateAsync(beta, "alpha") == await StateAsync(alpha, "alpha"), "beta is in the new epoch", Cancellation);
        var end = (await beta.Get<JournalReader>().EndAsync(beta.Get<HubRegister>().Find(HubId.Parse("alpha"))!, Cancellation))!;
        // By a snapshot: never was it in between.
        Assert.Equal((new Position(2, (ulong)entries.Length + 1), end.Position.Seq), (end.Position, end.Floor));
        foreach (var entry in new[] { entries[0], entries[^1] })
            Assert.NotNull((await beta.Get<EventLookup>().FindAsync(entry, Cancellation)).Value);
        await using var former = beta.Get<NpgsqlDataSource>().CreateCommand("select count(*) from entry e join hub h using (hub_key) where h.hub_id = 'alpha' and e.epoch = 1");
        Assert.Equal(0L, await former.ExecuteScalarAsync(Cancellation));
        await server.DropDatabaseAsync(backup);
    }

    [Fact]
    public async Task A_hub_alone_that_lost_its_last_changes_goes_on_in_a_new_epoch()
    {
        await using var alpha = new MortalNode(server, "alpha");
        await alpha.StartAsync();
        var kept = (await PutAsync(alpha, "gardé")).Value.Entry;
        await alpha.StopAsync();
        var backup = await alpha.BackupAsync();
        await alpha.StartAsync();
        await PutAsync(alpha, "perdu");
        await alpha.StopAsync();

        await alpha.RestoreAsync(backup);
        await alpha.StartAsync();

        Assert.False(alpha.Get<OwnStanding>().IsSuspect);
        Assert.Equal(new Position(2, 3), (await PutAsync(alpha, "ensuite")).Value.Position);
        Assert.NotNull((await alpha.Get<EventLookup>().FindAsync(kept, Cancellation)).Value);
        await server.DropDatabaseAsync(backup);
    }

    [Fact]
    public async Task A_fork_that_a_peer_proves_freezes_the_hub_itself_and_ends_though_the_other_history_is_lost()
    {
        await using var nodes = await MortalPair.StartAsync(server);
        var (alpha, beta) = nodes;
        await PutAsync(alpha, "gardé");
        await AssertHoldsAsync(beta, "alpha", 1);
        var (backup, lost) = await LoseAsync(alpha, beta, "perdu");
        File.Delete(alpha.Data.HighWaterFile);
        await alpha.StartAsync();
        Assert.Equal(ExitCodes.Done, (await CommandAsync(alpha, "recover", "--without", "beta", beta.Address.ToString())).Code);
        // Beta may hold what is missing here: its numbers are given out again, and the two histories are to be brought together when it is back.
        Assert.Equal(new Position(1, 2), (await PutAsync(alpha, "écrit sans attendre")).Value.Position);
        await alpha.StopAsync();
        await beta.StartAsync();
        await ShowAsync(beta, alpha, lost);
        await alpha.StartAsync();
        await Eventually.TrueAsync(() => beta.Get<HubRegister>().Find(HubId.Parse("alpha"))!.IsFrozen, "beta has two heads of one size", Cancellation);

        await Eventually.TrueAsync(
            async () =>
            {
                await alpha.Hosted<HeadExchange>().CompareAsync(beta.Address, Cancellation);
                return alpha.Local.IsFrozen;
            },
            "alpha hears of it",
            Cancellation);
        Assert.Equal("hub-forked", (await PutAsync(alpha, "rien")).Refusal!.Code);
        var refused = await CommandAsync(alpha, "epoch", "open");
        Assert.Equal(ExitCodes.Refused, refused.Code);
        Assert.Contains("--accept-loss", refused.Notes, StringComparison.Ordinal);
        Assert.Equal(ExitCodes.Done, (await CommandAsync(alpha, "epoch", "open", "--accept-loss")).Code);

        Assert.Equal(2U, (await PutAsync(alpha, "ensuite")).Value.Position.Epoch);
        await Eventually.TrueAsync(async () => await StateAsync(beta, "alpha") == await StateAsync(alpha, "alpha"), "beta is in the new epoch", Cancellation);
        await Eventually.TrueAsync(() => !beta.Get<HubRegister>().Find(HubId.Parse("alpha"))!.IsFrozen, "the fork is over at beta", Cancellation);
        await alpha.Hosted<HeadExchange>().CompareAsync(beta.Address, Cancellation);
        Assert.False(alpha.Local.IsFrozen);

        // Both die after the commit of the epoch and before they note that the fork is over.
        foreach (var node in new[] { alpha, beta })
        {
            await using (var command = node.Get<NpgsqlDataSource>().CreateCommand("update hub set frozen_at = now() where hub_id = 'alpha'"))
                await command.ExecuteNonQueryAsync(Cancellation);
            await node.StopAsync();
        }
        await beta.StartAsync();
        await alpha.StartAsync();
        Assert.Equal(new Position(2, 5), (await PutAsync(alpha, "la suite")).Value.Position);
        await AssertHoldsAsync(beta, "alpha", 5);
        await server.DropDatabaseAsync(backup);
    }

    [Fact]
    public async Task Two_histories_are_proven_frozen_shown_and_ended_by_an_epoch()
    {
        await using var nodes = await MortalPair.StartAsync(server);
        var (alpha, beta) = nodes;
        await using var gamma = new MortalNode(server, "gamma");
        var common = (await PutAsync(alpha, "commun")).Value.Entry;
        var kept = (await PutAsync(alpha, "gardé chez gamma")).Value.Entry;
        await AssertHoldsAsync(beta, "alpha", 2);
        gamma.Peers = [alpha.Address];
        await gamma.StartAsync();
        await AssertHoldsAsync(gamma, "alpha", 2);
        await gamma.StopAsync();
        await alpha.StopAsync();
        var backup = await alpha.BackupAsync();
        await alpha.StartAsync();
        var lost = (await PutAsync(alpha, "perdu de vue")).Value.Entry;
        await PutAsync(alpha, "commun, changé dans l’une", common);
        await PutAsync(alpha, "et une de plus");
        await AssertHoldsAsync(beta, "alpha", 5);
        await alpha.StopAsync();
        await beta.StopAsync();

        // An operator who insists: the backup is written to while nobody can object.
        await alpha.RestoreAsync(backup);
        await alpha.StartAsync();
        Assert.Equal(ExitCodes.Done, (await CommandAsync(alpha, "recover", "--without", "beta", beta.Address.ToString())).Code);
        var other = (await PutAsync(alpha, "écrit après la restauration")).Value.Entry;
        await PutAsync(alpha, "commun, changé dans l’autre", common);
        await beta.StartAsync();

        await Eventually.TrueAsync(() => alpha.Local.IsFrozen, "the author sees its two histories", Cancellation);
        await Eventually.TrueAsync(() => beta.Get<HubRegister>().Find(HubId.Parse("alpha"))!.IsFrozen, "the follower freezes the hub", Cancellation);
        Assert.Equal("hub-forked", (await PutAsync(alpha, "rien")).Refusal!.Code);
        // A longer other history is no reason to doubt this one: a frozen hub that starts again can still end both.
        await alpha.StopAsync();
        await alpha.StartAsync();
        Assert.Equal("hub-forked", (await PutAsync(alpha, "rien")).Refusal!.Code);
        Assert.False(alpha.Get<OwnStanding>().IsSuspect);
        var proof = await beta.Get<HubRegister>().ForkAsync(beta.Get<HubRegister>().Find(HubId.Parse("alpha"))!, Cancellation);
        Assert.NotEqual(proof!.Value.Ours.Head.Root, proof.Value.Theirs.Head.Root);
        using var http = new HttpClient { BaseAddress = beta.Address };
        Assert.Contains(proof.Value.Theirs.Head.Root.ToString(), await http.GetStringAsync(new Uri("/hubs", UriKind.Relative), Cancellation), StringComparison.Ordinal);

        foreach (var node in new[] { alpha, beta })
        {
            await using var damage = node.Get<NpgsqlDataSource>().CreateCommand("update change c set salt = null, body = null from hub h where h.hub_key = c.hub_key and h.hub_id = 'alpha' and c.seq = 2");
            await damage.ExecuteNonQueryAsync(Cancellation);
        }

        var undecided = await CommandAsync(alpha, "epoch", "open");
        Assert.Equal(ExitCodes.Found, undecided.Code);
        Assert.Contains(common.ToString(), undecided.Output, StringComparison.Ordinal);
        var opened = await CommandAsync(alpha, "epoch", "open", "--choose", $"{common}=theirs");
        Assert.True(opened.Code == ExitCodes.Done, opened.Notes);
        Assert.Contains("changé dans l’autre", opened.Output, StringComparison.Ordinal);

        Assert.False(alpha.Local.IsFrozen);
        Assert.Equal(2U, (await EndAsync(alpha)).Epoch);
        var next = await PutAsync(alpha, "dans la nouvelle époque");
        Assert.Equal(2U, next.Value.Position.Epoch);
        await Eventually.TrueAsync(async () => await StateAsync(beta, "alpha") == await StateAsync(alpha, "alpha"), "the follower is in the new epoch", Cancellation);
        // Gamma comes back to the epoch before, and nobody holds the new one's changes one by one.
        foreach (var node in new[] { alpha, beta })
        {
            await using var command = node.Get<NpgsqlDataSource>().CreateCommand(
                "insert into journal_floor (hub_key, epoch, floor) select j.hub_key, j.epoch, j.size from journal j join hub h using (hub_key) where h.hub_id = 'alpha'");
            await command.ExecuteNonQueryAsync(Cancellation);
        }
        await gamma.StartAsync();
        await Eventually.TrueAsync(async () => await StateAsync(gamma, "alpha") == await StateAsync(alpha, "alpha"), "gamma takes the new epoch over", Cancellation);
        Assert.True((await gamma.Get<JournalReader>().EndAsync(gamma.Get<HubRegister>().Find(HubId.Parse("alpha"))!, Cancellation))!.Floor > 0);
        // What nobody else has any more.
        Assert.Equal("gardé chez gamma", (await gamma.Get<EventLookup>().FindAsync(kept, Cancellation)).Value!.Event.Content.Title);
        foreach (var node in new[] { alpha, beta, gamma })
        {
            foreach (var entry in new[] { lost, other, next.Value.Entry })
                Assert.NotNull((await node.Get<EventLookup>().FindAsync(entry, Cancellation)).Value);
            Assert.Equal("commun, changé dans l’une", (await node.Get<EventLookup>().FindAsync(common, Cancellation)).Value!.Event.Content.Title);
            Assert.False(node.Get<HubRegister>().Find(HubId.Parse("alpha"))!.IsFrozen);
        }
        await server.DropDatabaseAsync(backup);
    }
}
