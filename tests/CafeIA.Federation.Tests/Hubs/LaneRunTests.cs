using CafeIA.Federation.Node.Hubs;
using CafeIA.Federation.Protocol.Following;
using CafeIA.Federation.Protocol.Segments;
using CafeIA.Federation.Tests.Protocol;
using Xunit;

namespace CafeIA.Federation.Tests.Hubs;

public sealed class LaneRunTests
{
    [Fact]
    public void Segments_that_follow_each_other_are_taken_as_one()
    {
        var history = WrittenInBatches(3);
        var run = new LaneRun();
        foreach (var segment in Segments(history))
            Assert.True(run.TryAdd(segment));

        var joined = run.Joined();

        Assert.Equal((1UL, 3UL), (joined.FirstSeq, joined.LastSeq));
        Assert.IsType<Verdict.Apply>(TestHub.Follower().Judge(joined));
    }

    [Fact]
    public void What_does_not_go_on_where_the_run_ends_begins_another()
    {
        var segments = Segments(WrittenInBatches(3));
        var run = new LaneRun();

        Assert.True(run.TryAdd(segments[0]));
        Assert.False(run.TryAdd(segments[2]));
        Assert.False(run.TryAdd(segments[0]));
        Assert.Single(run.Segments);
    }

    [Fact]
    public void A_run_ends_before_it_would_keep_its_first_changes_waiting()
    {
        var history = WrittenInBatches(LaneRun.MaxChanges + 1);
        var run = new LaneRun();

        var taken = Segments(history).TakeWhile(run.TryAdd).Count();

        Assert.Equal(LaneRun.MaxChanges, taken);
    }

    private static AuthoredHistory WrittenInBatches(int count)
    {
        var history = new AuthoredHistory();
        for (var i = 0; i < count; i++)
            history.Write(AuthoredHistory.Put(i, $"Café {i}"));
        return history;
    }

    /// <summary>One a batch, as the hub sends them.</summary>
    private static Segment[] Segments(AuthoredHistory history) =>
        [.. history.Heads.Select((head, i) => history.Cut((ulong)i + 1, (ulong)i + 1, head))];
}
