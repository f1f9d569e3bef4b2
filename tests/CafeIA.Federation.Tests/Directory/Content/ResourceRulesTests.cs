using System.Text;
using CafeIA.Federation.Node.Directory.Content;
using Xunit;

namespace CafeIA.Federation.Tests.Directory.Content;

public sealed class ResourceRulesTests
{
    [Theory]
    [InlineData("""{"title":""}""", "required", "title")]
    [InlineData("""{"title":"K","type":"potion"}""", "unknown-type", "type")]
    [InlineData("""{"title":"K","level":"dieu"}""", "unknown-level", "level")]
    [InlineData("""{"title":"K","url":"ftp://example.org"}""", "bad-url", "url")]
    [InlineData("""{"title":"K","duration":0}""", "out-of-range", "duration")]
    [InlineData("""{"title":"K","licence":"à moi"}""", "unknown-licence", "licence")]
    [InlineData("""{"title":"K","description":"<script>1</script>"}""", "html-with-script", "description")]
    public void Bad_input_is_refused_with_its_code_and_field(string json, string code, string field)
    {
        var refusal = ResourceRules.Read(Encoding.UTF8.GetBytes(json)).Refusal;

        Assert.Equal((code, field), (refusal?.Code, refusal?.Field));
    }

    [Fact]
    public void A_kit_is_written_as_it_was_read()
    {
        const string json = """{"title":"Kit","type":"kit","authors":[{"name":"A"}],"url":"https://example.org/kit","audiences":["jeunes"],"duration":90,"licence":"CC-BY-4.0","free":true}""";

        Assert.Equal(json, Encoding.UTF8.GetString(ContentBody.Write(ResourceRules.Read(Encoding.UTF8.GetBytes(json)).Value)));
    }
}
