using CafeIA.Federation.Protocol.Following;
using CafeIA.Federation.Protocol.Segments;
using CsCheck;

namespace CafeIA.Federation.Tests.Protocol;

/// <summary>Whatever the lanes do, a follower that got everything stands where the hub stands.</summary>
public sealed class DeliveryTests
{
    private const int Runs = 150;

    [Fact]
    public void Any_split_of_a_history_gives_the_hubs_state() =>
        AuthoredHistory.Random.SelectMany(h => Gen.Select(Gen.Const(h), h.RandomSplit())).Sample(
            (history, segments) =>
            {
                var replica = new Replica();
                foreach (var segment in segments)
                    Assert.IsType<Verdict.Apply>(replica.Deliver(OverTheWire(segment)));
                AssertEqual(history, replica);
            },
            iter: Runs,
            print: Print);

    [Fact]
    public void Any_order_and_any_repetition_gives_the_hubs_state() =>
        Shuffled.Sample(
            (history, segments) =>
            {
                var replica = new Replica();
                // One pass over the shuffled segments may leave gaps; what is still missing comes again in the same wrong order.
                for (var pass = 0; pass < segments.Length && replica.State.Frontier.Size < history.Size; pass++)
                {
                    foreach (var segment in segments)
                        Assert.False(replica.Deliver(segment) is Verdict.Refused or Verdict.Fork);
                }
                AssertEqual(history, replica);
                Assert.All(segments, s => Assert.IsType<Verdict.Duplicate>(replica.Deliver(s)));
                AssertEqual(history, replica);
            },
            iter: Runs,
            print: Print);

    [Fact]
    public void What_the_broker_lost_is_pulled_from_where_the_follower_stands() =>
        Shuffled.SelectMany(s => Gen.Select(Gen.Const(s.Item1), Gen.Const(s.Item2), Gen.Int[1, 20])).Sample(
            (history, segments, chunk) =>
            {
                var replica = new Replica();
                foreach (var segment in segments.Take(segments.Length / 2))
                    replica.Deliver(segment);
                while (replica.State.Frontier.Size < history.Size)
                {
                    var first = replica.State.Frontier.Size + 1;
                    Assert.IsType<Verdict.Apply>(replica.Deliver(history.Cut(first, Math.Min(history.Size, first + (ulong)chunk - 1))));
                }
                AssertEqual(history, replica);
            },
            iter: Runs,
            print: Print);

    /// <summary>Two splits of one history, mixed, with repetitions.</summary>
    private static Gen<(AuthoredHistory, Segment[])> Shuffled { get; } =
        AuthoredHistory.Random
            .SelectMany(h => Gen.Select(Gen.Const(h), h.RandomSplit(), h.RandomSplit()))
            .SelectMany((h, one, other) => Gen.Select(Gen.Const(h), Gen.Shuffle(one.Concat(other).Concat(one.Take(3)).ToArray())))
            .Select((h, segments) => (h, segments));

    private static Segment OverTheWire(Segment segment)
    {
        Assert.True(SegmentCodec.TryDecode(SegmentCodec.Encode(segment), out var read));
        return read;
    }

    private static void AssertEqual(AuthoredHistory history, Replica replica)
    {
        Assert.Equal(Replica.Summarize(history.State), replica.Summary);
        Assert.Equal(history.Changes.Select(c => c.Leaf), replica.Applied.Select(c => c.Leaf));
        Assert.All(replica.Applied, c => Assert.True(c.BodyMatches));
    }

    private static string Print<T>((AuthoredHistory History, Segment[] Segments, T Chunk) run) => Print((run.History, run.Segments));

    private static string Print((AuthoredHistory History, Segment[] Segments) run) =>
        $"{run.History.Size} changes in {run.History.Heads.Count} batches; " + string.Join(" ", run.Segments.Select(s => $"{s.FirstSeq}-{s.LastSeq}@{s.Head.Head.Size}"));
}
