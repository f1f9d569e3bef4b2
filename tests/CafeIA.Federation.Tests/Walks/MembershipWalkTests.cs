using System.Diagnostics;
using CafeIA.Federation.Node.Exchange;
using CafeIA.Federation.Node.Exchange.Membership;
using CafeIA.Federation.Node.Hubs;
using CafeIA.Federation.Node.Hubs.Following;
using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Node.Operations.Commands;
using CafeIA.Federation.Protocol.Following;
using CafeIA.Federation.Protocol.Heads;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Protocol.Membership;
using CafeIA.Federation.Tests.Fixtures;

namespace CafeIA.Federation.Tests.Walks;

/// <summary>Whole nodes that know nobody but a steward: they meet by its document, and lose one of them by it.</summary>
public sealed class MembershipWalkTests(PostgresServer server)
{
    private static readonly HubId Gamma = HubId.Parse("gamma");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_hub_that_is_expelled_is_gone_from_every_node_within_a_minute_and_comes_back_when_it_is_taken_in_again()
    {
        await using var alpha = await TestNode.StartAsync(server, "alpha");
        await using var beta = await TestNode.StartAsync(server, "beta");
        await using var gamma = await TestNode.StartAsync(server, "gamma");
        await alpha.DoAsync("membership", "found");
        var steward = await alpha.DoAsync("keys");
        foreach (var (node, name) in new[] { (beta, "beta"), (gamma, "gamma") })
        {
            Assert.Equal(await node.DoAsync("keys"), await node.DoAsync("membership", "join", alpha.Address.ToString(), "--steward", steward));
            Assert.Contains(name, await alpha.DoAsync("membership", "requests"), StringComparison.Ordinal);
            await alpha.DoAsync("membership", "accept", name);
        }
        Assert.Empty(await alpha.DoAsync("membership", "requests"));
        await gamma.WriteAsync(3);
        await beta.AssertFollowsAsync("gamma", 3);
        await alpha.AssertFollowsAsync("gamma", 3);
        await beta.WriteAsync(2);
        await gamma.AssertFollowsAsync("beta", 2);
        Assert.Equal(3, await SeenAsync(beta));

        var expelled = Stopwatch.GetTimestamp();
        await alpha.DoAsync("membership", "expel", "gamma");
        Assert.Equal(0, await SeenAsync(alpha));
        await Eventually.TrueAsync(async () => await SeenAsync(beta) == 0, "beta shows nothing of gamma", Cancellation);
        var took = Stopwatch.GetElapsedTime(expelled);
        TestContext.Current.TestOutputHelper?.WriteLine($"Expulsion on every node after {took.TotalSeconds:f1} s");
        Assert.True(took < TimeSpan.FromMinutes(1), $"{took.TotalSeconds:f1} s");
        await AssertGoneAsync(beta);
        // What it goes on writing reaches nobody; its own node goes on, and says so once it has asked as well.
        await Eventually.TrueAsync(
            async () => System.Net.WebUtility.HtmlDecode(await gamma.Http.GetStringAsync(new Uri("/", UriKind.Relative), Cancellation)).Contains("La fédération a exclu ce hub", StringComparison.Ordinal),
            "gamma says that it was put out",
            Cancellation);
        await gamma.WriteAsync(1);
        Assert.Equal(4, await SeenAsync(gamma));

        await alpha.DoAsync("membership", "accept", "gamma");
        await Eventually.TrueAsync(async () => await SeenAsync(beta) == 4, "beta shows all of gamma again", Cancellation);
        Assert.Equal(await gamma.StateAsync("gamma"), await beta.StateAsync("gamma"));
        Assert.Contains("version 5", await beta.DoAsync("membership"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_beyond_a_revocation_waits_until_a_version_lifts_it()
    {
        await using var alpha = await TestNode.StartAsync(server, "alpha");
        await using var gamma = await TestNode.StartAsync(server, "gamma");
        await alpha.DoAsync("membership", "found");
        await gamma.DoAsync("membership", "join", alpha.Address.ToString(), "--steward", await alpha.DoAsync("keys"));
        await alpha.DoAsync("membership", "accept", "gamma");
        await gamma.WriteAsync(3);
        await alpha.AssertFollowsAsync("gamma", 3);

        var membership = alpha.Get<FederationMembership>();
        async Task BoundAsync(Position? bound)
        {
            var held = membership.Held!.Document;
            var next = held.With(held.Find(Gamma)! with { RevokedAfter = bound }, TimeProvider.System.GetUtcNow());
            Assert.Equal(MembershipVerdict.Accepted, await membership.OfferAsync(SignedMembership.Sign(next, alpha.Get<HubSigners>().Current).Envelope.Encode(), Cancellation));
        }
        await BoundAsync(new(1, 3));
        await gamma.WriteAsync(2);
        await Eventually.TrueAsync(() => alpha.Get<RefusalSamples>().Counts.GetValueOrDefault((Gamma, SegmentFault.Revoked)) > 0, "what is beyond was refused", Cancellation);
        await alpha.AssertFollowsAsync("gamma", 3);
        Assert.Equal(3, await SeenAsync(alpha));

        await BoundAsync(null);
        await alpha.AssertFollowsAsync("gamma", 5);
    }

    [Fact]
    public async Task Who_was_taken_in_by_an_impostor_follows_the_hub_that_the_document_lists()
    {
        await using var impostor = new MortalNode(server, "gamma");
        await impostor.StartAsync();
        await using var alpha = await TestNode.StartAsync(server, "alpha");
        await alpha.DoAsync("membership", "found");
        await using var beta = await TestNode.StartAsync(server, "beta", peers: [impostor.Address]);
        await Eventually.TrueAsync(() => beta.Get<HubProgress>().All().Any(s => s.Hub.Id == Gamma && s.HeardAt is not null), "beta follows the impostor, whose key it saw first", Cancellation);
        await using var gamma = await TestNode.StartAsync(server, "gamma");
        var steward = await alpha.DoAsync("keys");
        await gamma.DoAsync("membership", "join", alpha.Address.ToString(), "--steward", steward);
        await alpha.DoAsync("membership", "accept", "gamma");
        await gamma.WriteAsync(3);

        await beta.DoAsync("membership", "join", alpha.Address.ToString(), "--steward", steward);
        await beta.AssertFollowsAsync("gamma", 3);
        Assert.Equal(await gamma.DoAsync("keys"), beta.Get<HubRegister>().Find(Gamma)!.PublicKey.Fingerprint);
        Assert.Equal(await gamma.StateAsync("gamma"), await beta.StateAsync("gamma"));
        Assert.Equal("key-changed", (await beta.Get<PeerWatch>().GreetAsync(new PeerOptions { Address = impostor.Address }, Cancellation)).Refusal?.Code);
    }

    [Fact]
    public async Task A_journal_comes_from_a_relay_while_its_hub_is_off()
    {
        await using var alpha = await TestNode.StartAsync(server, "alpha");
        await alpha.DoAsync("membership", "found");
        var steward = await alpha.DoAsync("keys");
        await using (var gamma = await TestNode.StartAsync(server, "gamma"))
        {
            await gamma.DoAsync("membership", "join", alpha.Address.ToString(), "--steward", steward);
            await alpha.DoAsync("membership", "accept", "gamma");
            await gamma.WriteAsync(3);
            await alpha.AssertFollowsAsync("gamma", 3);
        }
        await using var beta = await TestNode.StartAsync(server, "beta");
        await beta.DoAsync("membership", "join", alpha.Address.ToString(), "--steward", steward);
        await beta.AssertFollowsAsync("gamma", 3);
        Assert.True(beta.Get<HubRegister>().Find(HubId.Parse("alpha"))!.IsRelay);
    }

    [Fact]
    public async Task A_steward_that_is_off_keeps_nobody_from_hearing_of_an_expulsion()
    {
        await using var alpha = await TestNode.StartAsync(server, "alpha");
        await alpha.DoAsync("membership", "found");
        var steward = await alpha.DoAsync("keys");
        await using var beta = await TestNode.StartAsync(server, "beta");
        await beta.DoAsync("membership", "join", alpha.Address.ToString(), "--steward", steward);
        await alpha.DoAsync("membership", "accept", "beta");
        await alpha.DoAsync("membership", "steward", "beta");
        await using var gamma = await TestNode.StartAsync(server, "gamma", peers: [beta.Address]);
        await gamma.Get<FederationMembership>().PinAsync(steward, alpha.Address, Cancellation);
        await Eventually.TrueAsync(() => gamma.Get<FederationMembership>().Held?.Document.Version == 3, "gamma holds version 3, from whomever", Cancellation);
        await Eventually.TrueAsync(() => beta.Get<FederationMembership>().Held?.Document.Version == 3, "beta holds version 3", Cancellation);
        await alpha.Host.DisposeAsync();

        // The second steward speaks; the first, whom gamma pinned, is off.
        await beta.DoAsync("membership", "expel", "alpha");
        await Eventually.TrueAsync(() => gamma.Get<HubRegister>().Find(HubId.Parse("alpha")) is { IsHidden: true, Membership: MemberStatus.Expelled }, "gamma heard of it from beta", Cancellation);
    }

    [Fact]
    public async Task Who_may_not_change_the_list_or_is_not_sure_whose_it_is_is_told_what_to_do()
    {
        await using var alpha = await TestNode.StartAsync(server, "alpha");
        await using var beta = await TestNode.StartAsync(server, "beta");
        var address = alpha.Address.ToString();

        var (code, _, notes) = await beta.RunAsync("membership", "join", address);
        Assert.Equal(ExitCodes.Refused, code);
        Assert.Contains("ne montre pas de registre", notes, StringComparison.Ordinal);

        await alpha.DoAsync("membership", "found");
        Assert.Equal(ExitCodes.Refused, (await alpha.RunAsync("membership", "found")).Code);
        (code, _, notes) = await beta.RunAsync("membership", "join", address);
        Assert.Equal(ExitCodes.Refused, code);
        Assert.Contains($"--steward {await alpha.DoAsync("keys")}", notes, StringComparison.Ordinal);
        Assert.Null(beta.Get<FederationMembership>().Held);

        (code, _, notes) = await beta.RunAsync("membership", "join", address, "--steward", "SHA256:" + new string('0', 64));
        Assert.Equal(ExitCodes.Refused, code);
        Assert.Contains("n’ont signé ce registre", notes, StringComparison.Ordinal);

        await beta.DoAsync("membership", "join", address, "--steward", await alpha.DoAsync("keys"));
        (code, _, notes) = await beta.RunAsync("membership", "expel", "alpha");
        Assert.Equal(ExitCodes.Refused, code);
        Assert.Contains("garant", notes, StringComparison.Ordinal);
        (code, _, notes) = await alpha.RunAsync("membership", "accept", "delta");
        Assert.Equal(ExitCodes.Refused, code);
        Assert.Contains("membership requests", notes, StringComparison.Ordinal);
        Assert.Equal(ExitCodes.Refused, (await alpha.RunAsync("membership", "expel", "alpha")).Code);
        Assert.Equal(ExitCodes.Refused, (await alpha.RunAsync("membership", "expel", "beta", "--after", "quarante")).Code);
        Assert.Equal(ExitCodes.Refused, (await alpha.RunAsync("membership", "steward", "alpha", "--off")).Code);
    }

    [Fact]
    public async Task A_blocked_hub_is_gone_from_this_node_alone()
    {
        await using var gamma = await TestNode.StartAsync(server, "gamma");
        await using var alpha = await TestNode.StartAsync(server, "alpha", peers: [gamma.Address]);
        await using var beta = await TestNode.StartAsync(server, "beta", peers: [gamma.Address]);
        await gamma.WriteAsync(3);
        await alpha.AssertFollowsAsync("gamma", 3);
        await beta.AssertFollowsAsync("gamma", 3);

        await alpha.DoAsync("peers", "block", "gamma");
        Assert.Equal((0, 3), (await SeenAsync(alpha), await SeenAsync(beta)));
        await AssertGoneAsync(alpha);
        await gamma.WriteAsync(2);
        await beta.AssertFollowsAsync("gamma", 5);
        await alpha.AssertFollowsAsync("gamma", 3);

        await alpha.DoAsync("peers", "unblock", "gamma");
        await alpha.AssertFollowsAsync("gamma", 5);
        await Eventually.TrueAsync(async () => await SeenAsync(alpha) == 5, "alpha shows all of gamma again", Cancellation);
        Assert.Equal(ExitCodes.Refused, (await alpha.RunAsync("peers", "block", "alpha")).Code);
        Assert.Equal(ExitCodes.Refused, (await alpha.RunAsync("peers", "block", "personne")).Code);
    }

    private static async Task<int> SeenAsync(TestNode node)
    {
        using var answer = System.Text.Json.JsonDocument.Parse(await node.Http.GetStringAsync(new Uri("/api/v1/events?limit=200", UriKind.Relative), Cancellation));
        return answer.RootElement.GetProperty("items").EnumerateArray().Count(e => e.GetProperty("hub").GetProperty("id").GetString() == "gamma");
    }

    /// <summary>Invariant 9: pages, feeds, statistics, streams and pulls; the hubs page says why.</summary>
    private static async Task AssertGoneAsync(TestNode node)
    {
        var reader = node.Get<JournalReader>();
        var hub = node.Get<HubRegister>().Find(Gamma)!;
        var held = (await reader.ReadAsync(hub, new(1, 0), 1, Cancellation))[0].Change.Header.Entry;
        foreach (var path in new[] { $"/api/v1/events/{held}", $"/evenements/{held}", $"/api/v1/events/{held}.ics", "/federation/v1/hubs/gamma/segments?after=1.0" })
        {
            using var answer = await node.Http.GetAsync(new Uri(path, UriKind.Relative), Cancellation);
            Assert.Equal(System.Net.HttpStatusCode.NotFound, answer.StatusCode);
        }
        foreach (var path in new[] { "/", "/agenda", "/agenda?sans-date=1", "/carte", "/bilan", "/ressources", "/api/v1/events?hub=gamma", "/api/v1/events.ics", "/api/v1/events.geojson", "/api/v1/statistics", "/federation/v1/heads" })
        {
            var text = await node.Http.GetStringAsync(new Uri(path, UriKind.Relative), Cancellation);
            Assert.DoesNotContain("gamma", text.Replace("hub=gamma", "", StringComparison.Ordinal), StringComparison.OrdinalIgnoreCase);
        }
        Assert.Contains("rien de lui n’est montré", System.Net.WebUtility.HtmlDecode(await node.Http.GetStringAsync(new Uri("/hubs", UriKind.Relative), Cancellation)), StringComparison.Ordinal);
        using var stream = new HttpRequestMessage(HttpMethod.Get, "/streams/v1/updates") { Headers = { { "Last-Event-ID", "gamma:1.0" } } };
        using var response = await node.Http.SendAsync(stream, HttpCompletionOption.ResponseHeadersRead, Cancellation);
        await node.WriteAsync(1);
        using var lines = new StreamReader(await response.Content.ReadAsStreamAsync(Cancellation));
        var kind = "";
        var wasTold = false;
        while (await lines.ReadLineAsync(Cancellation) is { } line)
        {
            if (line.StartsWith("event:", StringComparison.Ordinal))
                kind = line["event: ".Length..];
            if (!line.StartsWith("data:", StringComparison.Ordinal))
                continue;
            if (kind == "hub.hidden")
            {
                wasTold = line.Contains("\"gamma\"", StringComparison.Ordinal);
                continue;
            }
            Assert.DoesNotContain("\"gamma\"", line, StringComparison.Ordinal);
            if (!line.Contains($"\"{node.Get<HubRegister>().Local.Id}\"", StringComparison.Ordinal))
                continue;
            Assert.True(wasTold, "the reader was told that gamma is hidden");
            return;
        }
    }
}
