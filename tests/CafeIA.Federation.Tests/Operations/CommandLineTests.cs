using System.Net;
using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Node.Operations.Commands;
using CafeIA.Federation.Node.Operations.Settings;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Tests.Fixtures;
using Npgsql;

namespace CafeIA.Federation.Tests.Operations;

/// <summary>The verbs, each as its person would type it.</summary>
public sealed class CommandLineTests(PostgresServer server) : IDisposable
{
    private readonly string folder = System.IO.Directory.CreateTempSubdirectory("cafeia-commands-").FullName;

    public void Dispose() => System.IO.Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task Init_writes_the_settings_makes_the_key_and_prints_its_fingerprint()
    {
        var (code, output, _) = await RunAsync("init", "--data", folder, "--hub", "mayotte", "--name", "Mayotte", "--territory", "departement:976", "--peer", "http://localhost:8080");

        Assert.Equal(ExitCodes.Done, code);
        Assert.Matches("^SHA256:[0-9a-f]{64}\n$", output);
        Assert.Equal(output, (await RunAsync("keys", "--data", folder)).Output);
        var settings = Read();
        Assert.Equal("mayotte", settings.Hub.Id);
        Assert.Equal(["departement:976"], settings.Hub.Territory);
        Assert.Equal(new Uri("http://localhost:8080"), Assert.Single(settings.Exchange.Peers).Address);
    }

    [Fact]
    public async Task Init_again_changes_only_what_it_is_told()
    {
        var fingerprint = (await RunAsync("init", "--data", folder, "--hub", "mayotte", "--name", "Mayotte")).Output;
        var pin = "SHA256:" + new string('a', 64);

        var again = await RunAsync("init", "--data", folder, "--peer", $"http://localhost:8081={pin}");

        Assert.Equal(fingerprint, again.Output);
        var settings = Read();
        Assert.Equal("Mayotte", settings.Hub.Name);
        Assert.Equal(pin, Assert.Single(settings.Exchange.Peers).Fingerprint);
    }

    [Fact]
    public async Task Init_with_a_wrong_setting_writes_nothing()
    {
        var (code, _, notes) = await RunAsync("init", "--data", folder, "--hub", "La Réunion");

        Assert.Equal(ExitCodes.Refused, code);
        Assert.Contains("Hub:Id", notes, StringComparison.Ordinal);
        Assert.Empty(System.IO.Directory.EnumerateFileSystemEntries(folder));
    }

    [Fact]
    public async Task Keys_without_a_key_says_how_to_get_one()
    {
        var (code, output, notes) = await RunAsync("keys", "--data", folder);

        Assert.Equal((ExitCodes.Refused, ""), (code, output));
        Assert.Contains("cafeia init", notes, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_running_node_is_asked_over_its_control_socket_and_nobody_else_can()
    {
        await using var node = await TestNode.StartAsync(server);

        var (code, key, _) = await RunAsync("user", "key", "--name", "essai", "--data", node.Data.Root);

        Assert.Equal(ExitCodes.Done, code);
        Assert.Matches("^cafeia_[A-Za-z0-9_-]{43}\n$", key);
        Assert.Contains("essai", (await RunAsync("user", "list", "--data", node.Data.Root)).Output, StringComparison.Ordinal);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/control/user/key?name=voleur") { Headers = { Host = "node" } };
        using var answer = await node.Http.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    [Fact]
    public async Task An_import_names_bad_lines_and_takes_the_rest_once()
    {
        await using var node = await TestNode.StartAsync(server);
        var file = Path.Combine(folder, "essai.csv");
        await File.WriteAllTextAsync(file, "uid,title,start,end\n1,Café un,2027-01-14T18:30,2027-01-14T20:00\n2,Café deux,2027-01-14T18:30,2027-01-14T10:00\n3,Café trois,2027-02-01,\n", TestContext.Current.CancellationToken);

        var first = await RunAsync("import", file, "--data", node.Data.Root);
        var again = await RunAsync("import", file, "--data", node.Data.Root);

        Assert.Equal(ExitCodes.Found, first.Code);
        Assert.Contains("2 ajoutées", first.Output, StringComparison.Ordinal);
        Assert.Contains("ligne 3", first.Notes, StringComparison.Ordinal);
        Assert.Contains("0 ajoutées, 0 changées, 2 inchangées", again.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_import_of_what_is_not_there_is_refused()
    {
        var (code, _, notes) = await RunAsync("import", Path.Combine(folder, "absent.ics"), "--data", folder);

        Assert.Equal(ExitCodes.Refused, code);
        Assert.Contains("absent.ics", notes, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Broker_definitions_ask_for_each_password_by_its_variable()
    {
        var (code, _, notes) = await RunAsync("broker", "definitions", "--hub", "saint-pierre");

        Assert.Equal(ExitCodes.Refused, code);
        Assert.Contains("BROKER_PASSWORD_SAINT_PIERRE", notes, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Verify_and_peers_end_with_0_while_all_is_equal_and_with_1_when_a_peer_is_gone()
    {
        await using var other = await TestNode.StartAsync(server, "autre");
        await using var node = await TestNode.StartAsync(server, peers: [other.Address]);
        var fingerprint = other.Get<CafeIA.Federation.Protocol.Heads.HubSigners>().Current.PublicKey.Fingerprint;

        var equal = await RunAsync("verify", "--data", node.Data.Root);
        var peers = await RunAsync("peers", "--data", node.Data.Root);
        await other.Host.DisposeAsync();
        var gone = await RunAsync("verify", "--data", node.Data.Root);

        Assert.Equal(ExitCodes.Done, equal.Code);
        Assert.Contains("égal", equal.Output, StringComparison.Ordinal);
        Assert.Equal(ExitCodes.Done, peers.Code);
        Assert.Contains(fingerprint, peers.Output, StringComparison.Ordinal);
        Assert.Equal(ExitCodes.Found, gone.Code);
        Assert.Contains("ne répond pas", gone.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Verify_deep_lists_what_a_hand_changed_and_ends_with_0_when_it_is_mended_and_1_when_it_stays()
    {
        await using var node = await TestNode.StartAsync(server);
        await node.WriteAsync(3);
        async Task DamageAsync(string sql)
        {
            await using var command = node.Get<Npgsql.NpgsqlDataSource>().CreateCommand(sql);
            Assert.Equal(1, await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken));
        }

        var clean = await RunAsync("verify", "--deep", "--data", node.Data.Root);
        await DamageAsync("update event set status = 'cancelled' where entry_id = (select entry_id from entry where seq = 2)");
        var mended = await RunAsync("verify", "--deep", "--data", node.Data.Root);
        await DamageAsync("update change set body = set_byte(body, 4, get_byte(body, 4) # 1) where seq = 2");
        var stays = await RunAsync("verify", "--deep", "--data", node.Data.Root);
        var peers = await RunAsync("peers", "--data", node.Data.Root);

        Assert.Equal(ExitCodes.Done, clean.Code);
        Assert.Contains("3 changements et 3 fiches relus : rien d’altéré.", clean.Output, StringComparison.Ordinal);
        Assert.Equal(ExitCodes.Done, mended.Code);
        Assert.Contains("annuaire autre que le journal, réparé", mended.Output, StringComparison.Ordinal);
        Assert.Equal(ExitCodes.Found, stays.Code);
        Assert.Contains("corps altéré, RESTE", stays.Output, StringComparison.Ordinal);
        Assert.Contains("caché  essai  1 sans contenu, 0 illisibles", peers.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Verify_says_how_many_entries_differ_and_on_whose_side_though_the_heads_are_equal()
    {
        await using var alpha = await TestNode.StartAsync(server, "alpha");
        await alpha.WriteAsync(30);
        await using var beta = await TestNode.StartAsync(server, "beta", peers: [alpha.Address]);
        await beta.AssertFollowsAsync("alpha", 30);
        // Neither asks the other for a repair while the test looks: beta has no peers any more.
        await beta.Host.DisposeAsync();
        await using var damaged = await TestNode.StartAsync(server, "beta", beside: beta);
        await alpha.Host.DisposeAsync();
        await using var whole = await TestNode.StartAsync(server, "alpha", beside: alpha, peers: [damaged.Address]);
        var before = await RunAsync("verify", "--data", whole.Data.Root);
        Assert.Equal(ExitCodes.Done, before.Code);

        var hub = damaged.Get<HubRegister>().Find(HubId.Parse("alpha"))!;
        await using (var command = damaged.Get<NpgsqlDataSource>().CreateCommand("update entry set leaf = sha256(leaf) where hub_key = $1 and seq in (4, 9)"))
        {
            command.Parameters.Add(new() { Value = hub.Key });
            await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }
        await damaged.Get<ComputedStates>().LookNowAsync(hub, TestContext.Current.CancellationToken);
        var there = await RunAsync("verify", "--data", whole.Data.Root);
        var here = await RunAsync("verify", "--data", damaged.Data.Root);

        Assert.Equal(ExitCodes.Found, there.Code);
        Assert.Contains("alpha  2 fiches diffèrent à 1.30 ; celles d’ici sont signées, celles de là-bas non", there.Output, StringComparison.Ordinal);
        Assert.Equal(ExitCodes.Found, here.Code);
        Assert.Contains("les lignes d’ici ne sont pas celles qui sont signées à 1.30", here.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Doctor_finds_nothing_on_a_machine_that_is_ready_and_names_a_peer_that_does_not_answer()
    {
        var ready = await RunAsync("doctor", "--data", folder);
        var lonely = await RunAsync("doctor", "--data", folder, "--set", "Federation:Peers:0:Address=http://127.0.0.1:9");

        Assert.Equal(ExitCodes.Done, ready.Code);
        Assert.DoesNotContain("à corriger", ready.Output, StringComparison.Ordinal);
        Assert.Equal(ExitCodes.Found, lonely.Code);
        Assert.Contains("à corriger  pair http://127.0.0.1:9/", lonely.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData]
    [InlineData("serve")]
    [InlineData("init")]
    [InlineData("keys")]
    [InlineData("import")]
    [InlineData("user")]
    [InlineData("user", "key")]
    [InlineData("places", "update")]
    [InlineData("verify")]
    [InlineData("peers")]
    [InlineData("erase")]
    [InlineData("peers", "block")]
    [InlineData("membership")]
    [InlineData("membership", "join")]
    [InlineData("membership", "accept")]
    [InlineData("membership", "expel")]
    [InlineData("broker", "definitions")]
    [InlineData("doctor")]
    public async Task Every_verb_explains_itself(params string[] verb)
    {
        var (code, output, _) = await RunAsync([.. verb, "--help"]);

        Assert.Equal(ExitCodes.Done, code);
        Assert.Contains("--data", output, StringComparison.Ordinal);
    }

    private static async Task<(int Code, string Output, string Notes)> RunAsync(params string[] args)
    {
        using var output = new StringWriter { NewLine = "\n" };
        using var notes = new StringWriter { NewLine = "\n" };
        var code = await CommandLine.RunAsync(args, output, notes);
        return (code, output.ToString(), notes.ToString());
    }

    private NodeSettings Read() => SettingsReader.Read(new Dictionary<string, string?> { ["Data:Folder"] = folder }).Settings;
}
