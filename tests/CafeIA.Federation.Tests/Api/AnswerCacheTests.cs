using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using CafeIA.Federation.Node.Directory.Index;
using CafeIA.Federation.Node.Hubs;
using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Node.Operations.Commands;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Protocol.Sequencing;
using CafeIA.Federation.Tests.Fixtures;
using Xunit;

namespace CafeIA.Federation.Tests.Api;

/// <summary>Answers are made once and kept, and never outlive the directory they were made of. Over HTTP on a whole node.</summary>
public sealed class AnswerCacheTests(PostgresServer server)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("/agenda")]
    [InlineData("/api/v1/events")]
    [InlineData("/api/v1/events.ics")]
    public async Task What_was_acknowledged_is_in_the_next_answer(string address)
    {
        await using var node = await StartAsync();
        using var http = Client(node);
        for (var i = 0; i < 20; i++)
        {
            var title = $"Rencontre {i:00}";
            await PutAsync(node, title);
            Assert.Contains(title, await http.GetStringAsync(new Uri(address, UriKind.Relative), Cancellation), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("/agenda")]
    [InlineData("/api/v1/events.ics")]
    public async Task While_nothing_changes_an_answer_is_made_once_and_who_has_it_is_told_so(string address)
    {
        await using var node = await StartAsync();
        await PutAsync(node, "Rencontre");
        using var http = Client(node);
        using var first = await http.GetAsync(new Uri(address, UriKind.Relative), Cancellation);
        using var second = await http.GetAsync(new Uri(address, UriKind.Relative), Cancellation);
        Assert.Null(first.Headers.Age);
        // Age is the cache's own mark (RFC 9111, section 5.1).
        Assert.NotNull(second.Headers.Age);
        Assert.Equal(first.Headers.ETag, second.Headers.ETag);
        Assert.Equal(HttpStatusCode.NotModified, await ConditionalAsync(http, address, first.Headers.ETag!));

        await PutAsync(node, "Une autre");
        Assert.Equal(HttpStatusCode.OK, await ConditionalAsync(http, address, first.Headers.ETag!));
    }

    [Fact]
    public async Task The_version_of_the_directory_moves_when_searches_find_the_change_and_not_before()
    {
        await using var node = await StartAsync();
        var index = node.Get<IndexUpkeep>();
        await Eventually.TrueAsync(() => index.Current is not null, "the index is read", Cancellation);
        // A page that is made at this moment is kept under the new version.
        var found = new List<int>();
        node.Get<JournalSignal>().Advanced += (_, _) => found.Add(index.Current?.Count ?? -1);

        for (var i = 0; i < 20; i++)
            await PutAsync(node, $"Rencontre {i:00}");

        Assert.Equal(Enumerable.Range(1, 20), found);
    }

    [Fact]
    public async Task A_change_elsewhere_leaves_the_same_content_with_the_same_tag()
    {
        await using var node = await StartAsync();
        await PutAsync(node, "Rencontre");
        using var http = Client(node);
        using var before = await http.GetAsync(new Uri("/api/v1/events.ics?q=rien", UriKind.Relative), Cancellation);
        await PutAsync(node, "Une autre");
        Assert.Equal(HttpStatusCode.NotModified, await ConditionalAsync(http, "/api/v1/events.ics?q=rien", before.Headers.ETag!));
    }

    [Fact]
    public async Task Each_reader_gets_an_encoding_it_takes_of_the_same_content()
    {
        await using var node = await StartAsync();
        for (var i = 0; i < 30; i++)
            await PutAsync(node, $"Rencontre {i}");
        using var http = Client(node);
        var plain = await http.GetByteArrayAsync(new Uri("/api/v1/events.ics", UriKind.Relative), Cancellation);
        for (var round = 0; round < 2; round++)
        {
            foreach (var encoding in new[] { "br", "gzip", "identity" })
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/events.ics");
                request.Headers.AcceptEncoding.Add(new StringWithQualityHeaderValue(encoding));
                using var answer = await http.SendAsync(request, Cancellation);
                Assert.Equal(encoding == "identity" ? [] : [encoding], answer.Content.Headers.ContentEncoding);
                await using var content = await answer.Content.ReadAsStreamAsync(Cancellation);
                await using var decoded = encoding switch
                {
                    "br" => new BrotliStream(content, CompressionMode.Decompress),
                    "gzip" => new GZipStream(content, CompressionMode.Decompress),
                    _ => content,
                };
                using var read = new MemoryStream();
                await decoded.CopyToAsync(read, Cancellation);
                Assert.Equal(plain, read.ToArray());
                if (encoding != "identity")
                    Assert.Contains("Accept-Encoding", answer.Headers.Vary);
            }
        }
    }

    [Fact]
    public async Task A_hub_that_is_blocked_is_gone_from_the_next_answer()
    {
        await using var nodes = await MortalPair.StartAsync(server);
        var (alpha, beta) = nodes;
        await PutAsync(beta, "Rencontre de beta");
        using var http = Client(alpha);
        await Eventually.TrueAsync(async () => (await ReadAsync()).Contains("Rencontre de beta", StringComparison.Ordinal), "alpha shows what beta wrote", Cancellation);

        using var output = new StringWriter();
        Assert.Equal(ExitCodes.Done, await CommandLine.RunAsync(["peers", "block", "beta", "--data", alpha.Folder], output, output));

        Assert.DoesNotContain("Rencontre de beta", await ReadAsync(), StringComparison.Ordinal);

        Task<string> ReadAsync() => http.GetStringAsync(new Uri("/agenda", UriKind.Relative), Cancellation);
    }

    private async Task<MortalNode> StartAsync()
    {
        var node = new MortalNode(server, "alpha");
        await node.StartAsync();
        return node;
    }

    private static HttpClient Client(MortalNode node) => new(new SocketsHttpHandler { AutomaticDecompression = DecompressionMethods.None }) { BaseAddress = node.Address };

    private static async Task<HttpStatusCode> ConditionalAsync(HttpClient http, string address, EntityTagHeaderValue tag)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        request.Headers.IfNoneMatch.Add(tag);
        using var answer = await http.SendAsync(request, Cancellation);
        if (answer.StatusCode == HttpStatusCode.NotModified)
            Assert.Empty(await answer.Content.ReadAsByteArrayAsync(Cancellation));
        return answer.StatusCode;
    }

    private static async Task PutAsync(MortalNode node, string title)
    {
        var day = DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime).AddDays(7);
        var body = Encoding.UTF8.GetBytes($$"""{"title":"{{title}}","start":"{{day:yyyy-MM-dd}}T18:30"}""");
        Assert.True((await node.Get<IHubCommands>().SubmitAsync(new Intent(EntryId.New(TimeProvider.System), IsNew: true, EntryKind.Event, ChangeOp.Put, body), Cancellation)).IsOk);
    }
}
