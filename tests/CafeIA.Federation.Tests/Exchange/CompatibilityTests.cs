using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using CafeIA.Federation.Node.Exchange;
using CafeIA.Federation.Node.Exchange.Http;
using CafeIA.Federation.Node.Exchange.Membership;
using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Protocol.Heads;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Protocol.Journal;
using CafeIA.Federation.Protocol.Merkle;
using CafeIA.Federation.Tests.Fixtures;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace CafeIA.Federation.Tests.Exchange;

/// <summary>Nodes of this version among nodes of a later one.</summary>
public sealed class CompatibilityTests(PostgresServer postgres)
{
    private static readonly byte[] Extension = [0xca, 0xfe, 1, 2, 3];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_change_of_a_later_version_is_kept_counted_and_passed_on_as_it_came_and_not_shown()
    {
        await using var alpha = await TestNode.StartAsync(postgres, "alpha");
        await alpha.WriteAsync(2);
        var change = await CommitLaterAsync(alpha);
        await using var beta = await TestNode.StartAsync(postgres, "beta", peers: [alpha.Address]);
        await beta.AssertFollowsAsync("alpha", 3);
        await using var early = await TestNode.StartAsync(postgres, "gamma");
        var profile = new HubProfile(HubId.Parse("alpha"), "Hub alpha", "autre", [], alpha.Address, alpha.Get<HubRegister>().Local.PublicKey);
        Assert.True((await early.Get<HubRegister>().RegisterAsync(profile, isLocal: false, Cancellation)).IsOk);
        await early.Host.DisposeAsync();
        var state = await alpha.StateAsync("alpha");
        await alpha.Host.DisposeAsync();

        // Gamma has it of beta only.
        await using var gamma = await TestNode.StartAsync(postgres, "gamma", beside: early, peers: [beta.Address]);
        await gamma.AssertFollowsAsync("alpha", 3);
        Assert.Equal(state, await gamma.StateAsync("alpha"));
        var hub = gamma.Get<HubRegister>().Find(HubId.Parse("alpha"))!;
        var held = (await gamma.Get<JournalReader>().ReadAsync(hub, new(1, 2), 1, Cancellation))[0].Change;
        Assert.Equal(change.HeaderBytes.ToArray(), held.HeaderBytes.ToArray());
        Assert.Equal(change.Salt.ToArray(), held.Salt.ToArray());
        Assert.Equal(change.Body!.Value.ToArray(), held.Body!.Value.ToArray());
        Assert.Equal(Extension, held.Header.Extension.ToArray());
        Assert.Equal(1L, await CountAsync(gamma, "select count(*) from entry where op = 77 and kind = 999 and seq = 3"));
        Assert.Equal(2L, await CountAsync(gamma, "select count(*) from event"));
        Assert.False((await gamma.Get<ComputedStates>().LookNowAsync(hub, Cancellation))!.IsDamaged);
        using var page = await gamma.Http.GetAsync($"/api/v1/events/{change.Header.Entry}", Cancellation);
        Assert.Equal(404, (int)page.StatusCode);
    }

    [Theory]
    [InlineData(1, 7, null)]
    [InlineData(2, 3, "other-protocol")]
    [InlineData(0, 0, "other-protocol")]
    public async Task A_node_is_spoken_to_while_the_versions_overlap_and_told_which_is_older_when_they_do_not(int min, int max, string? code)
    {
        await using var alpha = await LoneExchange.StartAsync(postgres, "alpha");
        await using var beta = await LoneExchange.StartAsync(postgres, "beta");
        var document = JsonNode.Parse(await beta.Http.GetStringAsync(HubDocument.Path, Cancellation))!.AsObject();
        document["protocol"] = new JsonObject { ["min"] = min, ["max"] = max };
        // What a later version says beside it changes nothing.
        document["carrierPigeons"] = true;
        await using var later = await ServeAsync(document);
        var result = await alpha.Watch.GreetAsync(new PeerOptions { Address = new Uri(later.Urls.First()) }, Cancellation);
        Assert.Equal(code, result.Refusal?.Code);
        if (code is not null)
            Assert.Contains($"versions {min} à {max}", result.Refusal!.Message, StringComparison.Ordinal);
    }

    /// <summary>What a program of a later version may write: an op and a kind this one does not know, and extension bytes.</summary>
    private static async Task<Change> CommitLaterAsync(TestNode node)
    {
        var hub = node.Get<HubRegister>().Local;
        var state = await node.Get<JournalLoader>().LoadAsync(hub, Cancellation);
        var header = new ChangeHeader
        {
            Hub = hub.Id,
            Position = new(1, state.Position.Seq + 1),
            At = TimeProvider.System.GetUtcNow(),
            Kind = (EntryKind)999,
            Entry = EntryId.New(TimeProvider.System),
            Op = (ChangeOp)77,
            Extension = Extension,
        };
        var change = Change.Author(header, new byte[Change.SaltSize], Encoding.UTF8.GetBytes("""{"title":"D’une version à venir"}"""));
        var (before, rootBefore, frontier) = (state.Position, state.Frontier.Root(), state.Frontier.Clone());
        frontier.Append(change.Leaf);
        state.Digest.Replace(header.Entry, null, change.Leaf);
        var signer = node.Get<HubSigners>().Current;
        var head = new Head
        {
            Federation = FederationId.Parse("cafeia"),
            Hub = hub.Id,
            Epoch = 1,
            Size = frontier.Size,
            Root = frontier.Root(),
            StateDigest = state.Digest.Digest(),
            Key = signer.PublicKey.Id,
            At = header.At,
        };
        var batch = new JournalBatch(before, rootBefore, 1, [new(change, 0)], [], frontier, frontier.Root(), SignedHead.Sign(head, signer), []);
        Assert.Equal(AppendOutcome.Committed, await node.Get<JournalWriter>().AppendAsync(hub, batch, null, null, Cancellation));
        return change;
    }

    private static async Task<long> CountAsync(TestNode node, string sql)
    {
        await using var command = node.Get<NpgsqlDataSource>().CreateCommand(sql);
        return (long)(await command.ExecuteScalarAsync(Cancellation))!;
    }

    private static async Task<WebApplication> ServeAsync(JsonObject document)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var application = builder.Build();
        application.MapGet(HubDocument.Path, () => Results.Text(document.ToJsonString(), "application/json"));
        await application.StartAsync(Cancellation);
        return application;
    }
}
