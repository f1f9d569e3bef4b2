using System.Net;
using System.Net.ServerSentEvents;
using System.Text.Json;
using CafeIA.Federation.Tests.Api;
using Xunit;

namespace CafeIA.Federation.Tests.Streams;

public sealed class UpdateStreamTests(ApiNode api) : IClassFixture<ApiNode>
{
    private const string Path = "/streams/v1/updates";

    [Fact(Timeout = 60_000)]
    public async Task A_reader_that_left_gets_what_it_missed_once_and_in_order()
    {
        string? last;
        await using (var reader = await ConnectAsync(null, TestContext.Current.CancellationToken))
        {
            var first = await api.CreateAsync(ApiNode.Cafe("Flux un"));
            var second = await api.CreateAsync(ApiNode.Cafe("Flux deux"));
            Assert.Equal([first, second], await reader.IdsAsync(2));
            last = reader.LastEventId;
        }
        var third = await api.CreateAsync(ApiNode.Cafe("Flux trois"));
        await api.SendAsync(HttpMethod.Delete, $"/api/v1/events/{third}", null);

        await using var again = await ConnectAsync(last, TestContext.Current.CancellationToken);
        var missed = await again.TakeAsync(2);
        var live = await api.CreateAsync(ApiNode.Cafe("Flux quatre"));

        Assert.Equal([third, third], missed.Select(Id));
        Assert.Equal(["event.published", "event.withdrawn"], missed.Select(m => m.EventType));
        Assert.Equal([live], await again.IdsAsync(1));
    }

    [Fact(Timeout = 60_000)]
    public async Task Who_leaves_before_the_first_change_misses_none()
    {
        string? last;
        await using (var reader = await ConnectAsync(null, TestContext.Current.CancellationToken))
            last = await reader.FirstIdAsync();
        var id = await api.CreateAsync(ApiNode.Cafe("Flux d’absence"));

        await using var again = await ConnectAsync(last, TestContext.Current.CancellationToken);

        Assert.Equal([id], await again.IdsAsync(1));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_change_tells_its_place_and_its_content_on_one_line()
    {
        await using var reader = await ConnectAsync(null, TestContext.Current.CancellationToken);
        var id = await api.CreateAsync(ApiNode.Cafe("Flux raconté", description: "Deux\nlignes"));
        await api.SendAsync(HttpMethod.Put, $"/api/v1/events/{id}", ApiNode.Cafe("Flux changé"));

        var changes = await reader.TakeAsync(2);
        var first = JsonElement.Parse(changes[0].Data);

        Assert.Equal(["event.published", "event.updated"], changes.Select(c => c.EventType));
        Assert.Equal("essai", first.GetProperty("hub").GetString());
        Assert.Equal("put", first.GetProperty("op").GetString());
        Assert.Equal("Deux\nlignes", first.GetProperty("content").GetProperty("description").GetString());
        Assert.Equal(first.GetProperty("seq").GetUInt64() + 1, JsonElement.Parse(changes[1].Data).GetProperty("seq").GetUInt64());
        Assert.Equal($"essai:1.{first.GetProperty("seq").GetUInt64() + 1}", reader.LastEventId);
    }

    [Theory]
    [InlineData("n’importe", HttpStatusCode.BadRequest, "bad-cursor")]
    [InlineData("essai:1.999999999", HttpStatusCode.Conflict, "cursor-ahead")]
    [InlineData("personne:1.1", HttpStatusCode.Conflict, "cursor-ahead")]
    public async Task A_cursor_this_node_cannot_serve_is_refused(string cursor, HttpStatusCode status, string code)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, Path);
        request.Headers.TryAddWithoutValidation("Last-Event-ID", cursor.Replace('’', '-'));

        using var response = await api.Reader.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        var problem = JsonElement.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));

        Problems.Are(response, problem, status, code, "Last-Event-ID");
    }

    [Fact]
    public async Task A_hub_nobody_knows_cannot_be_followed()
    {
        var (response, problem) = await api.GetAsync(Path + "?hub=personne");

        Problems.Are(response, problem, HttpStatusCode.BadRequest, "unknown-hub", "hub");
    }

    private static string Id(SseItem<string> item) => JsonElement.Parse(item.Data).GetProperty("id").GetString()!;

    private async Task<Reader> ConnectAsync(string? lastEventId, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, Path);
        if (lastEventId is not null)
            request.Headers.Add("Last-Event-ID", lastEventId);
        var response = await api.Reader.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        return new(response, await response.Content.ReadAsStreamAsync(cancellation));
    }

    private sealed class Reader(HttpResponseMessage response, Stream stream) : IAsyncDisposable
    {
        private readonly SseParser<string> parser = SseParser.Create(stream);
        private IAsyncEnumerator<SseItem<string>>? items;

        public string LastEventId => parser.LastEventId;

        /// <summary>The id that comes before any change.</summary>
        public async Task<string> FirstIdAsync()
        {
            using var lines = new StreamReader(stream, leaveOpen: true);
            while (await lines.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
            {
                if (line.StartsWith("id: ", StringComparison.Ordinal))
                    return line[4..];
            }
            throw new InvalidOperationException("The stream ended without an id.");
        }

        public async Task<List<SseItem<string>>> TakeAsync(int count)
        {
            items ??= parser.EnumerateAsync(TestContext.Current.CancellationToken).GetAsyncEnumerator(TestContext.Current.CancellationToken);
            var taken = new List<SseItem<string>>();
            while (taken.Count < count && await items.MoveNextAsync())
                taken.Add(items.Current);
            return taken;
        }

        public async Task<IEnumerable<string>> IdsAsync(int count) => (await TakeAsync(count)).Select(Id);

        public ValueTask DisposeAsync()
        {
            response.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
