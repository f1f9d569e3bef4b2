using CafeIA.Federation.Node.Streams;
using CafeIA.Federation.Protocol.Identifiers;
using Xunit;

namespace CafeIA.Federation.Tests.Streams;

public sealed class StreamCursorTests
{
    [Fact]
    public void A_cursor_is_read_back_as_it_was_written()
    {
        Assert.True(StreamCursor.TryParse("conseil:1.7,ara:2.52", out var cursor));

        Assert.Equal("ara:2.52,conseil:1.7", cursor.ToString());
        Assert.Equal(new(2, 52), cursor[HubId.Parse("ara")]);
        Assert.Equal(new(1, 0), cursor[HubId.Parse("autre")]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("ara")]
    [InlineData("ara:1")]
    [InlineData("ara:0.1")]
    [InlineData("ara:1.1,ara:1.2")]
    [InlineData("ARA:1.1")]
    [InlineData("ara:1.18446744073709551615")]
    [InlineData("ara:1.1,")]
    public void What_no_stream_gave_is_refused(string text) => Assert.False(StreamCursor.TryParse(text, out _));
}
