using System.Net.Http.Headers;
using System.Text.Json;

namespace CafeIA.Federation.Benchmarks.Load;

/// <summary>Writes events over the API, as a hub's own tools do: each with an Idempotency-Key.</summary>
internal sealed class AuthorClient(HttpClient client, EventGenerator generator)
{
    private static readonly Uri Events = new("/api/v1/events", UriKind.Relative);
    private static readonly MediaTypeHeaderValue Json = new("application/json");

    /// <returns>The new entry's id, once its change is committed.</returns>
    public async Task<Guid> CreateAsync(int number, CancellationToken cancellation)
    {
        using var content = new ByteArrayContent(generator.MakeBody(number));
        content.Headers.ContentType = Json;
        using var request = new HttpRequestMessage(HttpMethod.Post, Events) { Content = content };
        request.Headers.Add("Idempotency-Key", $"{number}");
        using var answer = await client.SendAsync(request, cancellation);
        var body = await answer.Content.ReadAsByteArrayAsync(cancellation);
        if (!answer.IsSuccessStatusCode)
            throw new InvalidOperationException($"Event {number} was refused: {(int)answer.StatusCode} {System.Text.Encoding.UTF8.GetString(body)}");
        using var document = JsonDocument.Parse(body);
        return document.RootElement.GetProperty("id").GetGuid();
    }
}
