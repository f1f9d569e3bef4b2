using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using CafeIA.Federation.Node.Accounts;
using CafeIA.Federation.Tests.Fixtures;
using Xunit;

namespace CafeIA.Federation.Tests.Api;

/// <summary>One whole node for the tests of a class, with an API key of its hub.</summary>
public sealed class ApiNode(PostgresServer server) : IAsyncLifetime
{
    private TestNode node = null!;

    internal TestNode Node => node;

    /// <summary>Without a key.</summary>
    internal HttpClient Reader => node.Http;

    internal HttpClient Writer { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        node = await TestNode.StartAsync(server);
        var (_, key) = await node.Get<ApiKeys>().CreateAsync("essai", CancellationToken.None);
        Writer = new HttpClient { BaseAddress = node.Address };
        Writer.DefaultRequestHeaders.Authorization = new("Bearer", key);
    }

    public async ValueTask DisposeAsync()
    {
        Writer.Dispose();
        await node.DisposeAsync();
    }

    internal static object Cafe(string title, string? start = "2031-03-06T18:30", string? end = "2031-03-06T20:30", object? place = null, string? description = null, string status = "confirmed", string format = "cafe-ouvert") => new
    {
        title,
        start,
        end,
        status,
        description,
        format,
        mode = "on-site",
        free = true,
        place = place ?? new { name = "Médiathèque", street = "1 rue des Essais", postalCode = "69001", commune = "69123" },
    };

    internal async Task<(HttpResponseMessage Response, JsonElement Body)> SendAsync(
        HttpMethod method, string path, object? content, string? idempotencyKey = null, string? ifMatch = null, HttpClient? client = null)
    {
        using var request = new HttpRequestMessage(method, path);
        if (content is not null)
            request.Content = content as HttpContent ?? JsonContent.Create(content);
        if (idempotencyKey is not null)
            request.Headers.Add("Idempotency-Key", idempotencyKey);
        if (ifMatch is not null)
            request.Headers.TryAddWithoutValidation("If-Match", ifMatch);
        var response = await (client ?? Writer).SendAsync(request, TestContext.Current.CancellationToken);
        return (response, await BodyAsync(response));
    }

    internal Task<(HttpResponseMessage Response, JsonElement Body)> PostAsync(object content, string? idempotencyKey = null) =>
        SendAsync(HttpMethod.Post, "/api/v1/events", content, idempotencyKey);

    internal async Task<string> CreateAsync(object content)
    {
        var (response, body) = await PostAsync(content);
        Assert.True(response.IsSuccessStatusCode, body.ToString());
        return body.GetProperty("id").GetString()!;
    }

    internal async Task<(HttpResponseMessage Response, JsonElement Body)> GetAsync(string path, string? accept = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (accept is not null)
            request.Headers.Accept.ParseAdd(accept);
        var response = await Reader.SendAsync(request, TestContext.Current.CancellationToken);
        return (response, await BodyAsync(response));
    }

    private static async Task<JsonElement> BodyAsync(HttpResponseMessage response)
    {
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return response.Content.Headers.ContentType?.MediaType?.EndsWith("json", StringComparison.Ordinal) == true ? JsonElement.Parse(text) : default;
    }
}
