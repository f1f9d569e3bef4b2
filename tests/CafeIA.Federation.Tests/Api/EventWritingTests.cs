using System.Net;
using CafeIA.Federation.Node.Journal;
using Xunit;

namespace CafeIA.Federation.Tests.Api;

public sealed class EventWritingTests(ApiNode api) : IClassFixture<ApiNode>
{
    [Fact]
    public async Task A_created_event_is_found_at_the_address_it_was_given()
    {
        var (created, body) = await api.PostAsync(ApiNode.Cafe("Café des adresses"));

        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        Assert.Equal($"/api/v1/events/{body.GetProperty("id").GetString()}", created.Headers.Location!.ToString());
        var (read, document) = await api.GetAsync(created.Headers.Location.ToString());
        Assert.Equal(HttpStatusCode.OK, read.StatusCode);
        Assert.Equal(created.Headers.ETag, read.Headers.ETag);
        Assert.Equal("essai", document.GetProperty("hub").GetProperty("id").GetString());
        Assert.Equal("Café des adresses", document.GetProperty("content").GetProperty("title").GetString());
        Assert.Equal("2031-03-06T18:30:00+01:00", document.GetProperty("occurrence").GetProperty("start").GetString());
        Assert.Equal("Lyon", document.GetProperty("place").GetProperty("commune").GetProperty("name").GetString());
        Assert.Equal("Auvergne-Rhône-Alpes", document.GetProperty("place").GetProperty("region").GetProperty("name").GetString());
        Assert.Equal($"{api.Node.Address}evenements/{body.GetProperty("id").GetString()}", document.GetProperty("url").GetString());
    }

    [Fact]
    public async Task Who_holds_the_version_gets_no_second_copy()
    {
        var id = await api.CreateAsync(ApiNode.Cafe("Café gardé"));
        var (first, _) = await api.GetAsync($"/api/v1/events/{id}");
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/v1/events/{id}");
        request.Headers.IfNoneMatch.Add(first.Headers.ETag!);

        using var second = await api.Reader.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.NotModified, second.StatusCode);
    }

    [Fact]
    public async Task A_retry_with_the_same_key_writes_nothing_and_gives_the_first_answer()
    {
        var (_, first) = await api.PostAsync(ApiNode.Cafe("Café répété"), "key-1");
        var (second, body) = await api.PostAsync(ApiNode.Cafe("Café répété"), "key-1");

        Assert.Equal(HttpStatusCode.Created, second.StatusCode);
        Assert.Equal(first.GetProperty("id").GetString(), body.GetProperty("id").GetString());
        Assert.Equal(first.GetProperty("version").GetString(), body.GetProperty("version").GetString());
        Assert.True(body.GetProperty("repeated").GetBoolean());
    }

    [Fact]
    public async Task The_same_key_with_another_content_is_a_conflict()
    {
        await api.PostAsync(ApiNode.Cafe("Café premier"), "key-2");

        var (response, problem) = await api.PostAsync(ApiNode.Cafe("Café second"), "key-2");

        Problems.Are(response, problem, HttpStatusCode.Conflict, "idempotency-conflict");
    }

    [Fact]
    public async Task What_was_read_can_be_written_back_though_its_code_is_also_a_postal_code()
    {
        // 59350 is Lille by INSEE code and other communes by post.
        var (refused, problem) = await api.PostAsync(ApiNode.Cafe("Café de Lille", place: new { commune = "59350" }));
        Problems.Are(refused, problem, HttpStatusCode.UnprocessableEntity, "ambiguous-commune", "place.commune");
        var label = problem.GetProperty("choices").EnumerateArray().Select(c => c.GetString()!).First(c => c.Contains("Lille (", StringComparison.Ordinal));
        var path = "/api/v1/events/" + await api.CreateAsync(ApiNode.Cafe("Café de Lille", place: new { commune = label }));
        var content = (await api.GetAsync(path)).Body.GetProperty("content");
        Assert.Equal("59350", content.GetProperty("place").GetProperty("commune").GetString());

        var (replaced, _) = await api.SendAsync(HttpMethod.Put, path, content);

        Assert.Equal(HttpStatusCode.OK, replaced.StatusCode);
        Assert.Equal("59350", (await api.GetAsync(path)).Body.GetProperty("content").GetProperty("place").GetProperty("commune").GetString());
    }

    [Fact]
    public async Task A_replacement_needs_the_version_it_expects()
    {
        var (created, body) = await api.PostAsync(ApiNode.Cafe("Café avant"));
        var path = "/api/v1/events/" + body.GetProperty("id").GetString();
        var tag = created.Headers.ETag!.ToString();

        var (replaced, _) = await api.SendAsync(HttpMethod.Put, path, ApiNode.Cafe("Café après"), ifMatch: tag);
        var (stale, problem) = await api.SendAsync(HttpMethod.Put, path, ApiNode.Cafe("Café trop tard"), ifMatch: tag);

        Assert.Equal(HttpStatusCode.OK, replaced.StatusCode);
        Problems.Are(stale, problem, HttpStatusCode.PreconditionFailed, "version-mismatch", "If-Match");
        Assert.Equal("Café après", (await api.GetAsync(path)).Body.GetProperty("content").GetProperty("title").GetString());
    }

    [Fact]
    public async Task An_If_Match_that_is_no_version_is_refused_before_anything_is_written()
    {
        var id = await api.CreateAsync(ApiNode.Cafe("Café intact"));

        var (response, problem) = await api.SendAsync(HttpMethod.Put, $"/api/v1/events/{id}", ApiNode.Cafe("Café autre"), ifMatch: "nimporte");

        Problems.Are(response, problem, HttpStatusCode.BadRequest, "bad-if-match", "If-Match");
        Assert.Equal("Café intact", (await api.GetAsync($"/api/v1/events/{id}")).Body.GetProperty("content").GetProperty("title").GetString());
    }

    [Fact]
    public async Task A_withdrawn_event_is_gone_and_does_not_come_back()
    {
        var id = await api.CreateAsync(ApiNode.Cafe("Café retiré"));

        var (withdrawn, _) = await api.SendAsync(HttpMethod.Delete, $"/api/v1/events/{id}", null);
        var (read, readProblem) = await api.GetAsync($"/api/v1/events/{id}");
        var (again, againProblem) = await api.SendAsync(HttpMethod.Put, $"/api/v1/events/{id}", ApiNode.Cafe("Café revenu"));

        Assert.Equal(HttpStatusCode.NoContent, withdrawn.StatusCode);
        Problems.Are(read, readProblem, HttpStatusCode.Gone, "entry-withdrawn");
        Problems.Are(again, againProblem, HttpStatusCode.Gone, "entry-withdrawn");
    }

    [Fact]
    public async Task An_entry_nobody_wrote_is_not_found()
    {
        var path = $"/api/v1/events/{Guid.CreateVersion7()}";

        var (read, readProblem) = await api.GetAsync(path);
        var (put, putProblem) = await api.SendAsync(HttpMethod.Put, path, ApiNode.Cafe("Café de personne"));
        var (delete, deleteProblem) = await api.SendAsync(HttpMethod.Delete, path, null);

        Problems.Are(read, readProblem, HttpStatusCode.NotFound, "entry-not-found");
        Problems.Are(put, putProblem, HttpStatusCode.NotFound, "entry-not-found");
        Problems.Are(delete, deleteProblem, HttpStatusCode.NotFound, "entry-not-found");
    }

    [Fact]
    public async Task An_event_is_not_found_among_the_resources()
    {
        var id = await api.CreateAsync(ApiNode.Cafe("Café et non ressource"));

        var (put, problem) = await api.SendAsync(HttpMethod.Put, $"/api/v1/resources/{id}", new { title = "Kit" });

        Problems.Are(put, problem, HttpStatusCode.NotFound, "entry-not-found");
        Assert.Equal(HttpStatusCode.NotFound, (await api.GetAsync($"/api/v1/resources/{id}")).Response.StatusCode);
    }

    [Theory]
    [InlineData(null, "key-missing")]
    [InlineData("cafeia_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "key-unknown")]
    [InlineData("n’importe quoi", "key-unknown")]
    public async Task Writing_without_a_key_of_the_hub_is_refused(string? key, string code)
    {
        using var client = new HttpClient { BaseAddress = api.Node.Address };
        if (key is not null)
            client.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", "Bearer " + Uri.EscapeDataString(key));

        var (response, problem) = await api.SendAsync(HttpMethod.Post, "/api/v1/events", ApiNode.Cafe("Café sans clé"), client: client);

        Problems.Are(response, problem, HttpStatusCode.Unauthorized, code, "Authorization");
    }

    [Fact]
    public async Task A_resource_is_written_and_read_like_an_event()
    {
        var (created, body) = await api.SendAsync(HttpMethod.Post, "/api/v1/resources", new { title = "Kit d’animation", type = "kit", duration = 90 });

        var (_, document) = await api.GetAsync(created.Headers.Location!.ToString());
        var (_, list) = await api.GetAsync("/api/v1/resources?type=kit");

        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        Assert.Equal("Kit d’animation", document.GetProperty("content").GetProperty("title").GetString());
        Assert.Equal(0, document.GetProperty("usedAt").GetInt32());
        Assert.Contains(list.GetProperty("items").EnumerateArray(), i => i.GetProperty("id").GetString() == body.GetProperty("id").GetString());
    }

    [Fact]
    public async Task What_was_written_stands_in_the_journal()
    {
        var (_, body) = await api.PostAsync(ApiNode.Cafe("Café journalisé"));

        var end = await api.Node.Get<JournalReader>().EndAsync(api.Node.Get<HubRegister>().Local, TestContext.Current.CancellationToken);

        Assert.Equal(body.GetProperty("version").GetString(), end!.Position.ToString());
    }
}
