using System.Net;
using CafeIA.Federation.Tests.Api;

namespace CafeIA.Federation.Tests.Site.Propose;

/// <summary>One reader who sends too much is stopped, and nobody else is.</summary>
public sealed class FormLimitTests(ApiNode api) : IClassFixture<ApiNode>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Thirty_letters_an_hour_and_an_address_of_IPv6_is_a_home()
    {
        for (var i = 0; i < 30; i++)
            Assert.Equal(HttpStatusCode.OK, await SendAsync($"2001:db8::{i:x}", "/proposer", Proposer.Cafe()));

        Assert.Equal(HttpStatusCode.TooManyRequests, await SendAsync("2001:db8::ffff", "/proposer", Proposer.Cafe()));
        Assert.Equal(HttpStatusCode.TooManyRequests, await SendAsync("2001:db8::1", "/console/entree", new() { ["courriel"] = "lea@example.org" }));
        Assert.Equal(HttpStatusCode.OK, await SendAsync("2001:db8:0:1::1", "/proposer", Proposer.Cafe()));
        // What is only shown again costs no letter.
        Assert.Equal(HttpStatusCode.OK, await SendAsync("2001:db8::1", "/proposer", new() { ["etape"] = "quoi" }));
    }

    [Fact]
    public async Task Three_hundred_screens_an_hour_then_a_page_that_says_when()
    {
        for (var i = 0; i < 300; i++)
            Assert.Equal(HttpStatusCode.OK, await SendAsync("192.0.2.7", "/proposer", new() { ["etape"] = "quoi" }));

        Assert.Equal(HttpStatusCode.TooManyRequests, await SendAsync("192.0.2.7", "/proposer", new() { ["etape"] = "quoi" }, answer =>
        {
            Assert.InRange(answer.Headers.RetryAfter!.Delta!.Value, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1));
            return Task.CompletedTask;
        }));
        Assert.Equal(HttpStatusCode.OK, await SendAsync("192.0.2.8", "/proposer", new() { ["etape"] = "quoi" }));
    }

    private async Task<HttpStatusCode> SendAsync(string address, string path, Dictionary<string, string> fields, Func<HttpResponseMessage, Task>? look = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new FormUrlEncodedContent(fields) };
        request.Headers.Add("X-Forwarded-For", address);
        using var response = await api.Reader.SendAsync(request, Cancellation);
        if (look is not null)
            await look(response);
        return response.StatusCode;
    }
}
