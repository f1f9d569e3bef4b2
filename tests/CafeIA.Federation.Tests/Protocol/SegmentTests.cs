using CafeIA.Federation.Protocol.Journal;
using CafeIA.Federation.Protocol.Segments;

namespace CafeIA.Federation.Tests.Protocol;

public sealed class SegmentTests
{
    private static readonly AuthoredHistory History = AuthoredHistory.OfSize(9);

    [Fact]
    public void Whose_journal_a_segment_is_of_can_be_read_without_the_rest()
    {
        var bytes = SegmentCodec.Encode(History.Cut(3, 5));
        Assert.True(SegmentCodec.TryPeek(bytes, out var head));
        Assert.Equal(TestHub.Id, head.Hub);
        Assert.Equal(9UL, head.Size);
        Assert.False(SegmentCodec.TryPeek("no segment at all"u8.ToArray(), out _));
        for (var length = 0; length < 200; length++)
            Assert.False(SegmentCodec.TryPeek(bytes.AsMemory(0, length), out _), $"{length} bytes");
    }

    [Fact]
    public void A_segment_is_as_long_as_its_changes_say()
    {
        var without = SegmentCodec.Encode(History.Cut(1, 9) with { Changes = [] });
        Assert.Equal(without.Length + History.Changes.Sum(ChangeCodec.SizeOf), SegmentCodec.Encode(History.Cut(1, 9)).Length);
    }

    [Theory]
    [InlineData("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", true)]
    [InlineData("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0\0", false)]
    [InlineData("00-0AF7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", false)]
    [InlineData("'; drop table change; --", false)]
    [InlineData("", false)]
    public void What_is_no_trace_context_is_not_taken_for_one(string sent, bool taken)
    {
        Assert.True(SegmentCodec.TryDecode(SegmentCodec.Encode(History.Cut(1, 9) with { TraceParent = sent }), out var segment));
        Assert.Equal(taken ? sent : null, segment.TraceParent);
    }

    [Fact]
    public void A_body_without_its_salt_is_no_change()
    {
        var change = History.Changes[0];
        Assert.False(Change.TryRead(change.HeaderBytes, default, change.Body, out _));
        Assert.True(Change.TryRead(change.HeaderBytes, change.Salt, null, out var without));
        Assert.True(without.Salt.IsEmpty);
    }

    [Fact]
    public void More_changes_than_a_segment_holds_are_refused()
    {
        var history = AuthoredHistory.OfSize(Segment.MaxChanges + 1);
        Assert.True(SegmentCodec.TryDecode(SegmentCodec.Encode(history.Cut(1, Segment.MaxChanges)), out _));
        Assert.False(SegmentCodec.TryDecode(SegmentCodec.Encode(history.Cut(1, Segment.MaxChanges + 1)), out _));
    }
}
