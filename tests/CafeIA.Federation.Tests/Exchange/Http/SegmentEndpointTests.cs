using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using CafeIA.Federation.Node.Exchange;
using CafeIA.Federation.Node.Exchange.Http;
using CafeIA.Federation.Protocol.Following;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Protocol.Journal;
using CafeIA.Federation.Protocol.Segments;
using CafeIA.Federation.Tests.Fixtures;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace CafeIA.Federation.Tests.Exchange.Http;

public sealed class SegmentEndpointTests(PostgresServer postgres)
{
    private static readonly HubId Alpha = HubId.Parse("alpha");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("/federation/v1/hubs/inconnu/segments?after=1.0", 404, "unknown-hub", "hub")]
    [InlineData("/federation/v1/hubs/Alpha!/segments?after=1.0", 400, "bad-hub-id", "hub")]
    [InlineData("/federation/v1/hubs/alpha/segments", 400, "bad-after", "after")]
    [InlineData("/federation/v1/hubs/alpha/segments?after=", 400, "bad-after", "after")]
    [InlineData("/federation/v1/hubs/alpha/segments?after=1", 400, "bad-after", "after")]
    [InlineData("/federation/v1/hubs/alpha/segments?after=1.-1", 400, "bad-after", "after")]
    [InlineData("/federation/v1/hubs/alpha/segments?after=1.0;drop", 400, "bad-after", "after")]
    [InlineData("/federation/v1/hubs/alpha/segments?after=1.0&wait=26", 400, "bad-wait", "wait")]
    [InlineData("/federation/v1/hubs/alpha/segments?after=1.0&wait=-1", 400, "bad-wait", "wait")]
    [InlineData("/federation/v1/hubs/alpha/segments?after=1.0&wait=x", 400, "bad-wait", "wait")]
    public async Task A_bad_question_is_refused_with_a_code_a_sentence_and_the_field(string address, int status, string code, string field)
    {
        await using var alpha = await LoneExchange.StartAsync(postgres, "alpha");
        await alpha.CommitAsync("{}");
        using var response = await alpha.Http.GetAsync(address, Cancellation);
        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        var problem = await response.Content.ReadFromJsonAsync<JsonObject>(Cancellation);
        Assert.Equal(code, (string?)problem!["code"]);
        Assert.Equal(field, (string?)problem["field"]);
        Assert.NotEmpty((string?)problem["detail"] ?? "");
    }

    [Fact]
    public async Task Nothing_new_is_no_content()
    {
        await using var alpha = await LoneExchange.StartAsync(postgres, "alpha");
        using var before = await alpha.Http.GetAsync("/federation/v1/hubs/alpha/segments?after=1.0", Cancellation);
        Assert.Equal(HttpStatusCode.NoContent, before.StatusCode);
        await alpha.CommitAsync("{}");
        using var after = await alpha.Http.GetAsync("/federation/v1/hubs/alpha/segments?after=1.1", Cancellation);
        Assert.Equal(HttpStatusCode.NoContent, after.StatusCode);
    }

    [Fact]
    public async Task What_is_pulled_is_taken_by_a_follower()
    {
        await using var alpha = await LoneExchange.StartAsync(postgres, "alpha");
        await alpha.CommitAsync("{\"n\":1}", "{\"n\":2}");
        await alpha.CommitAsync("{\"n\":3}");
        var pulled = (await alpha.Client.PullAsync(alpha.Address, Alpha, new(1, 1), TimeSpan.Zero, Cancellation)).Value;
        Assert.True(SegmentCodec.TryDecode(pulled, out var segment));
        Assert.Equal(2UL, segment.FirstSeq);
        var whole = (await alpha.Client.PullAsync(alpha.Address, Alpha, new(1, 0), TimeSpan.Zero, Cancellation)).Value;
        Assert.True(SegmentCodec.TryDecode(whole, out var all));
        var follower = new Follower(FederationId.Parse("essai"), Alpha, alpha.Hubs.Local.PublicKey, JournalState.Empty());
        var apply = Assert.IsType<Verdict.Apply>(follower.Judge(all));
        Assert.Equal(3, apply.Segment.Changes.Count);
    }

    [Fact]
    public async Task A_long_poll_is_woken_by_a_commit()
    {
        var polls = new LongPolls(1);
        await using var alpha = await LoneExchange.StartAsync(postgres, "alpha", configure: s => s.AddSingleton(polls));
        var poll = alpha.Client.PullAsync(alpha.Address, Alpha, new(1, 0), TimeSpan.FromSeconds(25), Cancellation);
        await Eventually.TrueAsync(() => IsTaken(polls), "the poll waits", Cancellation);
        Assert.False(poll.IsCompleted);
        var head = await alpha.CommitAsync("{\"n\":1}");
        Assert.True(SegmentCodec.TryDecode((await poll).Value, out var segment));
        Assert.Equal(head.Identity, segment.Head.Identity);
    }

    [Fact]
    public async Task More_long_polls_than_there_are_seats_are_sent_away()
    {
        await using var alpha = await LoneExchange.StartAsync(postgres, "alpha", configure: s => s.AddSingleton(new LongPolls(0)));
        using var response = await alpha.Http.GetAsync("/federation/v1/hubs/alpha/segments?after=1.0&wait=5", Cancellation);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.NotNull(response.Headers.RetryAfter);
        using var quick = await alpha.Http.GetAsync("/federation/v1/hubs/alpha/segments?after=1.0", Cancellation);
        Assert.Equal(HttpStatusCode.NoContent, quick.StatusCode);
    }

    private static bool IsTaken(LongPolls polls)
    {
        using var seat = polls.TryTake();
        return seat is null;
    }
}
