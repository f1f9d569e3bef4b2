using System.Net;
using System.Text;
using System.Text.Json;
using CafeIA.Federation.Node.Journal;
using Xunit;

namespace CafeIA.Federation.Tests.Api;

/// <summary>Everything that must not come in: refused with code, sentence and field, and nothing half written.</summary>
public sealed class BadInputTests(ApiNode api) : IClassFixture<ApiNode>
{
    public static TheoryData<string, string, int, string?> Bodies => new()
    {
        { """{"title":"Café","start":"2031-03-06T18:30","end":"2031-03-06T17:00"}""", "end-before-start", 422, "end" },
        { """{"title":"Café","start":"2031-03-06T18:30","timeZone":"Europe/Atlantide"}""", "unknown-time-zone", 422, "timeZone" },
        { """{"title":"Café","place":{"commune":"Trifouillis-les-Oies"}}""", "unknown-commune", 422, "place.commune" },
        { """{"title":"Café","place":{"commune":"99999"}}""", "unknown-commune", 422, "place.commune" },
        { """{"title":"Café","description":"Bonjour <script>alert(1)</script>"}""", "html-with-script", 422, "description" },
        { """{"title":"Café","description":"[venez](javascript:alert(1))"}""", "html-with-script", 422, "description" },
        { """{"title":""}""", "required", 422, "title" },
        { """{"title":42}""", "wrong-type", 400, "title" },
        { """{"title":"Café",""", "invalid-json", 400, null },
        { """[]""", "wrong-type", 400, null },
        { """{"title":"Café\u0000"}""", "invalid-utf8", 400, null },
        { """{"title":"Café","start":"2031-03-06T18:30","recurrence":{"rule":"FREQ=SECONDLY"}}""", "recurrence-too-frequent", 422, "recurrence.rule" },
    };

    [Theory]
    [MemberData(nameof(Bodies))]
    public async Task A_bad_body_is_refused_and_nothing_is_written(string body, string code, int status, string? field)
    {
        var before = await EndAsync();

        var (response, problem) = await api.PostAsync(new StringContent(body, Encoding.UTF8, "application/json"));

        Problems.Are(response, problem, (HttpStatusCode)status, code, field);
        Assert.Equal(before, await EndAsync());
    }

    [Fact]
    public async Task A_name_that_several_communes_share_is_asked()
    {
        var (response, problem) = await api.PostAsync(ApiNode.Cafe("Café", place: new { commune = "Saint-Denis" }));

        Problems.Are(response, problem, HttpStatusCode.UnprocessableEntity, "ambiguous-commune", "place.commune");
        Assert.Contains(problem.GetProperty("choices").EnumerateArray(), c => c.GetString()!.Contains("Seine-Saint-Denis", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_body_over_64_KiB_is_refused_whether_its_length_is_told_or_not(bool lengthIsTold)
    {
        var before = await EndAsync();
        var bytes = Encoding.UTF8.GetBytes($$"""{"title":"Café","unknown":"{{new string('x', 64 * 1024)}}"}""");
        using HttpContent content = lengthIsTold ? new ByteArrayContent(bytes) : new Chunked(bytes);
        content.Headers.ContentType = new("application/json");

        var (response, problem) = await api.PostAsync(content);

        Problems.Are(response, problem, HttpStatusCode.RequestEntityTooLarge, "body-too-large");
        Assert.Equal(before, await EndAsync());
    }

    [Fact]
    public async Task A_form_is_no_document()
    {
        using var form = new FormUrlEncodedContent([new("title", "Café")]);

        var (response, problem) = await api.PostAsync(form);

        Problems.Are(response, problem, HttpStatusCode.UnsupportedMediaType, "not-json", "Content-Type");
    }

    [Theory]
    [InlineData("/api/v1/events?limit=0", "bad-limit", "limit")]
    [InlineData("/api/v1/events?cursor=abc", "bad-cursor", "cursor")]
    [InlineData("/api/v1/events?from=hier", "bad-date", "from")]
    [InlineData("/api/v1/events?hub=inconnu", "unknown-hub", "hub")]
    [InlineData("/api/v1/events?near=Saint-Denis", "ambiguous-commune", "near")]
    [InlineData("/api/v1/events?bbox=1,2", "bad-bbox", "bbox")]
    [InlineData("/api/v1/places", "bad-text", "q")]
    public async Task A_query_that_cannot_be_read_says_which_field(string path, string code, string field)
    {
        var (response, problem) = await api.GetAsync(path);

        Problems.Are(response, problem, HttpStatusCode.BadRequest, code, field);
    }

    [Fact]
    public async Task An_address_that_does_not_exist_is_a_problem_for_programs()
    {
        var (response, problem) = await api.GetAsync("/api/v1/rien");

        Problems.Are(response, problem, HttpStatusCode.NotFound, "not-found");
    }

    private async Task<string> EndAsync() =>
        (await api.Node.Get<JournalReader>().EndAsync(api.Node.Get<HubRegister>().Local, TestContext.Current.CancellationToken))!.Position.ToString();

    private sealed class Chunked(byte[] bytes) : HttpContent
    {
        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => stream.WriteAsync(bytes, 0, bytes.Length);

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
