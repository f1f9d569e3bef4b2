using System.Text;
using CafeIA.Federation.Node.Directory.Content;
using CsCheck;
using Xunit;

namespace CafeIA.Federation.Tests.Directory.Content;

public sealed class LenientBodyTests
{
    private static bool TryParse(string json, out EventContent? content) => LenientBody.TryParse(Encoding.UTF8.GetBytes(json), out content);

    [Fact]
    public void What_the_author_s_edge_would_refuse_is_taken_from_another_hub()
    {
        Assert.True(TryParse("""{"title":"C","format":"apero","status":null,"start":"2026-13-99","audiences":[null,"martiens"],"later":1}""", out var content));

        Assert.Equal("apero", content!.Format);
        Assert.Equal("confirmed", content.Status);
        Assert.Equal(["martiens"], content.Audiences);
        Assert.True(content.Unknown!.ContainsKey("later"));
    }

    [Theory]
    [InlineData("""{"latitude":1e999,"longitude":3}""")]
    [InlineData("""{"latitude":45,"longitude":181}""")]
    [InlineData("""{"latitude":45}""")]
    public void A_point_off_the_globe_is_dropped_and_its_place_stays(string point)
    {
        Assert.True(TryParse($$"""{"title":"C","place":{"name":"Salle",{{point[1..]}}}""", out var content));

        Assert.Equal("Salle", content!.Place!.Name);
        Assert.Null(content.Place.Latitude);
        Assert.Null(content.Place.Longitude);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("""{"summary":"sans titre"}""")]
    [InlineData("""{"title":"C\u0000"}""")]
    [InlineData("""{"title":"C","x":"\udc00"}""")]
    [InlineData("""{"title":["C"]}""")]
    public void A_body_that_cannot_be_shown_leaves_the_entry_hidden(string json) => Assert.False(TryParse(json, out _));

    [Fact]
    public void No_bytes_make_it_throw() => Gen.Byte.Array[0, 200].Sample(static bytes => LenientBody.TryParse(bytes, out EventContent? content) == content is not null);

    [Fact]
    public void Any_byte_of_a_good_body_may_be_damaged_without_it_throwing()
    {
        var good = ContentBody.Write(new EventContent { Title = "Café", Start = "2026-12-03T18:30", Place = new PlaceContent { Name = "Salle", Latitude = 45.5, Longitude = 4.5 } });
        Gen.Select(Gen.Int[0, good.Length - 1], Gen.Byte).Sample((at, value) =>
        {
            var body = good.ToArray();
            body[at] = value;
            return LenientBody.TryParse(body, out EventContent? content) == content is not null;
        });
    }
}
