using System.Net;
using System.Text;
using CafeIA.Federation.Node.Directory.Search;
using CafeIA.Federation.Node.Accounts;
using CafeIA.Federation.Node.Exchange;
using CafeIA.Federation.Node.Exchange.Membership;
using CafeIA.Federation.Node.Hubs;
using CafeIA.Federation.Node.Hubs.Recovery;
using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Node.Operations.Commands;
using CafeIA.Federation.Protocol;
using CafeIA.Federation.Protocol.Heads;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Protocol.Sequencing;
using CafeIA.Federation.Tests.Fixtures;
using Npgsql;
using Xunit;

namespace CafeIA.Federation.Tests.Hubs;

/// <summary>A hub whose database comes from a backup, or is gone: whole nodes, real databases.</summary>
public sealed class RestoredHubTests(PostgresServer server)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_first_or_single_node_writes_at_once_and_again_after_a_clean_restart()
    {
        await using var alpha = new MortalNode(server, "alpha");
        await alpha.StartAsync();
        Assert.Equal(1UL, (await PutAsync(alpha, "un")).Value.Position.Seq);
        await alpha.StopAsync();
        await alpha.StartAsync();
        Assert.False(alpha.Get<OwnStanding>().IsSuspect);
        Assert.Equal(2UL, (await PutAsync(alpha, "deux")).Value.Position.Seq);
    }

    [Fact]
    public async Task What_peers_hold_beyond_the_backup_is_pulled_back_before_anything_is_written()
    {
        await using var alpha = new MortalNode(server, "alpha");
        await using var beta = new MortalNode(server, "beta");
        await StartBothAsync(alpha, beta);
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
        await using var alpha = new MortalNode(server, "alpha");
        await using var beta = new MortalNode(server, "beta");
        await StartBothAsync(alpha, beta);
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
        await using var alpha = new MortalNode(server, "alpha");
        await using var beta = new MortalNode(server, "beta");
        await StartBothAsync(alpha, beta);
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
    public async Task Two_nodes_restored_together_do_not_vouch_for_each_other()
    {
        await using var alpha = new MortalNode(server, "alpha");
        await using var beta = new MortalNode(server, "beta");
        await StartBothAsync(alpha, beta);
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

    [Fact]
    public async Task A_hub_that_lost_its_disk_comes_back_from_its_key_and_a_peer()
    {
        await using var alpha = new MortalNode(server, "alpha");
        await using var beta = new MortalNode(server, "beta");
        await StartBothAsync(alpha, beta);
        var entries = new List<EntryId>();
        for (var i = 0; i < 5; i++)
            entries.Add((await PutAsync(alpha, $"café {i}")).Value.Entry);
        await AssertHoldsAsync(beta, "alpha", 5);
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
    public async Task A_hub_that_lost_its_disk_comes_back_though_the_peer_holds_only_what_its_changes_amounted_to()
    {
        await using var alpha = new MortalNode(server, "alpha");
        await using var beta = new MortalNode(server, "beta");
        await StartBothAsync(alpha, beta);
        var entries = new List<EntryId>();
        for (var i = 0; i < 5; i++)
            entries.Add((await PutAsync(alpha, $"café {i}")).Value.Entry);
        await AssertHoldsAsync(beta, "alpha", 5);
        // As after a snapshot.
        await using (var command = beta.Get<NpgsqlDataSource>().CreateCommand(
            """
            insert into journal_floor (hub_key, epoch, floor) select hub_key, 1, 5 from hub where hub_id = 'alpha'
            """))
            await command.ExecuteNonQueryAsync(Cancellation);
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

    [Theory]
    [InlineData("the mark tells")]
    [InlineData("a member has seen a head")]
    public async Task Numbers_that_were_signed_and_are_held_by_nobody_are_not_given_out_twice(string how)
    {
        await using var alpha = new MortalNode(server, "alpha");
        await using var beta = new MortalNode(server, "beta");
        await StartBothAsync(alpha, beta);
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
    public async Task A_doubt_that_a_peer_raised_outlives_the_process()
    {
        await using var alpha = new MortalNode(server, "alpha");
        await using var beta = new MortalNode(server, "beta");
        await StartBothAsync(alpha, beta);
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

    [Fact]
    public async Task A_body_that_the_author_has_lost_outlives_the_epoch_where_it_is_held()
    {
        await using var alpha = new MortalNode(server, "alpha");
        await using var beta = new MortalNode(server, "beta");
        await StartBothAsync(alpha, beta);
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
        await using var alpha = new MortalNode(server, "alpha");
        await using var beta = new MortalNode(server, "beta");
        await StartBothAsync(alpha, beta);
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
        Assert.False(beta.Get<HubRegister>().Find(HubId.Parse("alpha"))!.IsFrozen);
        await alpha.Hosted<HeadExchange>().CompareAsync(beta.Address, Cancellation);
        Assert.False(alpha.Local.IsFrozen);
        await server.DropDatabaseAsync(backup);
    }

    [Fact]
    public async Task Two_histories_are_proven_frozen_shown_and_ended_by_an_epoch()
    {
        await using var alpha = new MortalNode(server, "alpha");
        await using var beta = new MortalNode(server, "beta");
        await using var gamma = new MortalNode(server, "gamma");
        await StartBothAsync(alpha, beta);
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
        await AssertHoldsAsync(beta, "alpha", 4);
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

    /// <summary>Alpha writes one more change while beta is away, loses its disk and gets the backup from before. Both are stopped then.</summary>
    /// <returns>The backup, and the head over the change that nobody holds any more.</returns>
    private static async Task<(string Backup, SignedHead Lost)> LoseAsync(MortalNode alpha, MortalNode beta, string title)
    {
        await beta.StopAsync();
        await alpha.StopAsync();
        var backup = await alpha.BackupAsync();
        await alpha.StartAsync();
        await PutAsync(alpha, title);
        var lost = (await alpha.Get<JournalReader>().EndAsync(alpha.Local, Cancellation))!.Head!;
        await alpha.StopAsync();
        await alpha.RestoreAsync(backup);
        return (backup, lost);
    }

    /// <summary>The node hears of a head of alpha and can pull nothing of what it covers.</summary>
    private static async Task ShowAsync(MortalNode node, MortalNode alpha, SignedHead head)
    {
        var hub = node.Get<HubRegister>().Find(HubId.Parse("alpha"))!;
        node.Get<IReplicas>().Hint(hub, alpha.Address, head);
        await Eventually.TrueAsync(async () => (await node.Get<IReplicas>().KnownAsync(hub))?.Identity == head.Identity, "the head is known", Cancellation);
    }

    private static async Task StartBothAsync(MortalNode alpha, MortalNode beta)
    {
        alpha.Peers = [beta.Address];
        beta.Peers = [alpha.Address];
        await alpha.StartAsync();
        await beta.StartAsync();
        await Eventually.TrueAsync(() => alpha.Get<HubRegister>().Hubs.Count == 2 && beta.Get<HubRegister>().Hubs.Count == 2, "both know each other", Cancellation);
    }

    private static async Task<Result<Sequenced>> PutAsync(MortalNode node, string title, EntryId? entry = null) => await node.Get<IHubCommands>().SubmitAsync(
        new Intent(
            entry ?? EntryId.New(TimeProvider.System),
            IsNew: entry is null,
            EntryKind.Event,
            ChangeOp.Put,
            Encoding.UTF8.GetBytes($$"""{"title":"{{title}}"}""")),
        Cancellation);

    /// <summary>Withdraws an event over the API.</summary>
    private static async Task<HttpStatusCode> DeleteAsync(MortalNode node, HttpClient http, EntryId entry)
    {
        var (_, key) = await node.Get<ApiKeys>().CreateAsync("essai", Cancellation);
        using var request = new HttpRequestMessage(HttpMethod.Delete, $"/api/v1/events/{entry}");
        request.Headers.Authorization = new("Bearer", key);
        using var answer = await http.SendAsync(request, Cancellation);
        return answer.StatusCode;
    }

    private static Task AssertHoldsAsync(MortalNode node, string hub, ulong size) => Eventually.TrueAsync(
        async () => node.Get<HubRegister>().Find(HubId.Parse(hub)) is { } known && await node.Get<JournalReader>().EndAsync(known, Cancellation) is { } end && end.Position.Seq == size,
        $"{node.Folder} holds {size} changes of {hub}",
        Cancellation);

    private static Task AssertTrustedAsync(MortalNode node) => Eventually.TrueAsync(() => !node.Get<OwnStanding>().IsSuspect, "the hub trusts its database again", Cancellation);

    private static async Task<Position> EndAsync(MortalNode node) => (await node.Get<JournalReader>().EndAsync(node.Local, Cancellation))!.Position;

    private static async Task<string> StateAsync(MortalNode node, string hub)
    {
        var state = await node.Get<JournalLoader>().LoadAsync(node.Get<HubRegister>().Find(HubId.Parse(hub))!, Cancellation);
        return $"{state.Position} {state.Frontier.Root()} {state.Digest.Digest()}";
    }

    private static async Task<(int Code, string Output, string Notes)> CommandAsync(MortalNode node, params string[] arguments)
    {
        using var output = new StringWriter();
        using var notes = new StringWriter();
        var code = await CommandLine.RunAsync([.. arguments, "--data", node.Folder], output, notes);
        return (code, output.ToString(), notes.ToString());
    }
}
