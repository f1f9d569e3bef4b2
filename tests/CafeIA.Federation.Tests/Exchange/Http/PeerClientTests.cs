using CafeIA.Federation.Node.Exchange.Http;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Protocol.Segments;
using CafeIA.Federation.Tests.Fixtures;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Xunit;

namespace CafeIA.Federation.Tests.Exchange.Http;

/// <summary>A node asks; what answers may be anything.</summary>
public sealed class PeerClientTests(PostgresServer postgres)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_hub_describes_itself_with_its_key()
    {
        await using var alpha = await LoneExchange.StartAsync(postgres, "alpha");
        var profile = (await alpha.Client.DescribeAsync(alpha.Address, Cancellation)).Value;
        Assert.Equal(HubId.Parse("alpha"), profile.Id);
        Assert.Equal("Hub alpha", profile.Name);
        Assert.Equal(["region:84"], profile.Territory);
        Assert.Equal(alpha.Hubs.Local.PublicKey.Fingerprint, profile.PublicKey.Fingerprint);
    }

    [Fact]
    public async Task Heads_are_those_that_were_signed()
    {
        await using var alpha = await LoneExchange.StartAsync(postgres, "alpha");
        Assert.Empty((await alpha.Client.HeadsAsync(alpha.Address, Cancellation)).Value);
        var head = await alpha.CommitAsync("{}", "{}");
        var heads = (await alpha.Client.HeadsAsync(alpha.Address, Cancellation)).Value;
        Assert.Equal(head.Identity, Assert.Single(heads).Value.Head.Identity);
        Assert.True(heads[HubId.Parse("alpha")].Head.IsSignedBy(alpha.Hubs.Local.PublicKey));
    }

    [Fact]
    public async Task A_peer_that_is_down_is_a_refusal()
    {
        await using var alpha = await LoneExchange.StartAsync(postgres, "alpha");
        var answer = await alpha.Client.DescribeAsync(new Uri("http://127.0.0.1:1/"), Cancellation);
        Assert.Equal("peer-unreachable", answer.Refusal?.Code);
    }

    [Theory]
    [InlineData("redirect")]
    [InlineData("too-large")]
    [InlineData("too-large-unannounced")]
    [InlineData("error")]
    public async Task A_peer_that_answers_wrong_is_a_refusal(string behaviour)
    {
        await using var alpha = await LoneExchange.StartAsync(postgres, "alpha");
        await alpha.CommitAsync("{}");
        await using var stranger = await StrangerAsync(context => behaviour switch
        {
            "redirect" => RedirectAsync(context, new Uri(alpha.Address, context.Request.Path + context.Request.QueryString.ToString())),
            "too-large" => WriteAsync(context, announce: true),
            "too-large-unannounced" => WriteAsync(context, announce: false),
            _ => FailAsync(context),
        });
        var answer = await alpha.Client.PullAsync(new Uri(stranger.Urls.First()), HubId.Parse("alpha"), new(1, 0), TimeSpan.Zero, Cancellation);
        Assert.Equal("peer-answer", answer.Refusal?.Code);
    }

    [Fact]
    public async Task A_description_that_is_none_is_a_refusal()
    {
        await using var alpha = await LoneExchange.StartAsync(postgres, "alpha");
        foreach (var text in (string[])["", "[]", "{\"federation\":\"essai\",\"protocol\":{\"min\":1,\"max\":1},\"id\":\"../etc\"}", "<html>"])
        {
            await using var stranger = await StrangerAsync(c => c.Response.WriteAsync(text, Cancellation));
            Assert.Equal("peer-answer", (await alpha.Client.DescribeAsync(new Uri(stranger.Urls.First()), Cancellation)).Refusal?.Code);
        }
    }

    private static Task RedirectAsync(HttpContext context, Uri to)
    {
        context.Response.Redirect(to.AbsoluteUri);
        return Task.CompletedTask;
    }

    private static Task FailAsync(HttpContext context)
    {
        context.Response.StatusCode = 500;
        return Task.CompletedTask;
    }

    private static async Task WriteAsync(HttpContext context, bool announce)
    {
        var bytes = new byte[Segment.MaxBytes + 1];
        if (announce)
            context.Response.ContentLength = bytes.Length;
        try
        {
            await context.Response.Body.WriteAsync(bytes, context.RequestAborted);
        }
        catch (OperationCanceledException)
        {
            // The asker hung up, as it should.
        }
    }

    private static async Task<WebApplication> StrangerAsync(RequestDelegate answer)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var application = builder.Build();
        application.Run(answer);
        await application.StartAsync(Cancellation);
        return application;
    }
}
