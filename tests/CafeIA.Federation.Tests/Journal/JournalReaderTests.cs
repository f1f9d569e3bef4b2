using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Protocol.Following;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Protocol.Journal;
using CafeIA.Federation.Protocol.Merkle;
using CafeIA.Federation.Protocol.Segments;
using CafeIA.Federation.Tests.Fixtures;
using CafeIA.Federation.Tests.Protocol;
using static CafeIA.Federation.Tests.Protocol.AuthoredHistory;

namespace CafeIA.Federation.Tests.Journal;

public sealed class JournalReaderTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private const int Size = 1500;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Changes_are_read_from_any_position_in_order()
    {
        var hub = await StoredHub.CreateAsync(postgres);
        for (var i = 0; i < 40; i += 8)
            await hub.WriteAsync([.. Enumerable.Range(i, 8).Select(n => Put(n, $"{n}"))]);
        for (ulong after = 0; after <= 41; after++)
        {
            var read = await hub.Reader.ReadAsync(hub.Known, new(1, after), 10, Cancellation);
            Assert.Equal(hub.History.Changes.Skip((int)after).Take(10).Select(c => c.Leaf), read.Select(r => r.Change.Leaf));
        }
        Assert.Empty(await hub.Reader.ReadAsync(hub.Known, new(2, 0), 10, Cancellation));
    }

    [Fact]
    public async Task A_segment_after_any_seq_is_taken_by_a_follower_that_stands_there()
    {
        var hub = await LongJournalAsync();
        // On both sides of the borders of stored subtrees (256 leaves), of a segment's count, and some in between.
        int[] ends = [0, 1, 2, 3, 7, 100, 254, 255, 256, 257, 300, 499, 500, 501, 511, 512, 513, 640, 700, 767, 768, 769, 999, 1000, 1001, 1023, 1024, 1025, 1279, 1280, 1281, 1333, 1498, 1499];
        foreach (var after in ends)
        {
            var replica = new Replica(hub.Known.Id);
            if (after > 0)
                Assert.IsType<Verdict.Apply>(replica.Deliver(hub.History.Cut(1, (ulong)after)));
            var segment = await hub.Reader.SegmentAsync(hub.Known, new(1, (ulong)after), Cancellation);
            Assert.NotNull(segment);
            Assert.True(SegmentCodec.TryDecode(SegmentCodec.Encode(segment), out var received));
            Assert.Equal(Math.Min(Size - after, Segment.MaxChanges), received.Changes.Count);
            Assert.IsType<Verdict.Apply>(replica.Deliver(received));
        }
    }

    [Fact]
    public async Task A_follower_pulls_a_whole_journal_in_segments()
    {
        var hub = await LongJournalAsync();
        var replica = new Replica(hub.Known.Id);
        var segments = 0;
        while (await hub.Reader.SegmentAsync(hub.Known, replica.State.Position, Cancellation) is { } segment)
        {
            Assert.IsType<Verdict.Apply>(replica.Deliver(segment));
            segments++;
        }
        Assert.Equal(2, segments);
        Assert.Equal(Replica.Summarize(hub.History.State), replica.Summary);
    }

    [Fact]
    public async Task Large_bodies_cut_a_segment_by_bytes_and_its_end_is_proven()
    {
        var hub = await StoredHub.CreateAsync(postgres);
        var large = new string('é', 30_000);
        for (var i = 0; i < 60; i += 10)
            await hub.WriteAsync([.. Enumerable.Range(i, 10).Select(n => Put(n, large))]);
        var replica = new Replica(hub.Known.Id);
        var counts = new List<int>();
        while (await hub.Reader.SegmentAsync(hub.Known, replica.State.Position, Cancellation) is { } segment)
        {
            var bytes = SegmentCodec.Encode(segment);
            Assert.InRange(bytes.Length, 1, Segment.MaxBytes);
            Assert.True(SegmentCodec.TryDecode(bytes, out var received));
            Assert.IsType<Verdict.Apply>(replica.Deliver(received));
            counts.Add(received.Changes.Count);
        }
        Assert.Equal([18, 18, 18, 6], counts);
        Assert.Equal(Replica.Summarize(hub.History.State), replica.Summary);
    }

    [Fact]
    public async Task A_part_of_a_journal_is_shown_with_the_proof_that_came_with_it()
    {
        const ulong Held = 300;
        var hub = await StoredHub.CreateAsync(postgres);
        for (var i = 0; i < 400; i += 100)
            hub.History.Write([.. Enumerable.Range(i, 100).Select(n => Put(n, $"{n}"))]);
        var follower = TestHub.Follower(hub.Known.Id);
        var part = Assert.IsType<Verdict.Apply>(follower.Judge(hub.History.Cut(1, Held)));
        Assert.Equal(AppendOutcome.Committed, await hub.AppendAsync(follower.Plan(part, new Dictionary<EntryId, CurrentChange>()).Batch!));
        var end = await hub.Reader.EndAsync(hub.Known, Cancellation);
        Assert.True(end!.IsPart);
        Assert.Null(end.Head);
        foreach (var after in new ulong[] { 0, 1, 7, 255, 256, 257, 299 })
        {
            var replica = new Replica(hub.Known.Id);
            if (after > 0)
                Assert.IsType<Verdict.Apply>(replica.Deliver(hub.History.Cut(1, after)));
            var segment = await hub.Reader.SegmentAsync(hub.Known, new(1, after), Cancellation);
            Assert.IsType<Verdict.Apply>(replica.Deliver(segment!));
            Assert.Equal(Held, replica.State.Frontier.Size);
            Assert.True(replica.Follower.IsBehind);
            var history = await hub.Reader.HistoryAsync(hub.Known, 1, after, end.Proven!.Head.Size, Cancellation);
            Assert.True(Proof.VerifyConsistency(after, history!.RootAtFirst, end.Proven.Head.Size, end.Proven.Head.Root, [.. history.Proof]));
        }
        Assert.Null(await hub.Reader.HistoryAsync(hub.Known, 1, 1, end.Proven!.Head.Size - 1, Cancellation));
        Assert.Null(await hub.Reader.HistoryAsync(hub.Known, 1, Held + 1, end.Proven.Head.Size, Cancellation));
        Assert.Null(await hub.Reader.SegmentAsync(hub.Known, new(1, Held), Cancellation));
        var rest = Assert.IsType<Verdict.Apply>(follower.Judge(hub.History.Cut(Held + 1, 400)));
        Assert.Equal(AppendOutcome.Committed, await hub.AppendAsync(follower.Plan(rest, new Dictionary<EntryId, CurrentChange>()).Batch!));
        Assert.False((await hub.Reader.EndAsync(hub.Known, Cancellation))!.IsPart);
        Assert.Equal(400, (await hub.Reader.SegmentAsync(hub.Known, new(1, 0), Cancellation))!.Changes.Count);
    }

    [Fact]
    public async Task There_is_no_segment_after_the_end_or_of_an_empty_journal()
    {
        var hub = await StoredHub.CreateAsync(postgres);
        Assert.Null(await hub.Reader.SegmentAsync(hub.Known, new(1, 0), Cancellation));
        await hub.WriteAsync(Put(1, "a"));
        Assert.NotNull(await hub.Reader.SegmentAsync(hub.Known, new(1, 0), Cancellation));
        Assert.Null(await hub.Reader.SegmentAsync(hub.Known, new(1, 1), Cancellation));
        Assert.Null(await hub.Reader.SegmentAsync(hub.Known, new(1, 2), Cancellation));
    }

    [Fact]
    public async Task The_trace_goes_with_the_last_changes_only()
    {
        const string Trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        var hub = await StoredHub.CreateAsync(postgres);
        hub.History.Write(Put(1, "a"));
        await hub.Writer.AppendAsync(hub.Known, hub.History.Batches[^1], Trace, null, Cancellation);
        Assert.Equal(Trace, (await hub.Reader.SegmentAsync(hub.Known, new(1, 0), Cancellation))?.TraceParent);
        await hub.WriteAsync(Put(2, "b"));
        Assert.Null((await hub.Reader.SegmentAsync(hub.Known, new(1, 0), Cancellation))?.TraceParent);
    }

    [Fact]
    public async Task An_entry_is_found_with_its_current_change_and_its_first_time()
    {
        var hub = await StoredHub.CreateAsync(postgres);
        await hub.WriteAsync(Put(901, "a"));
        await hub.WriteAsync(Put(901, "b"));
        var found = await hub.Reader.FindCurrentAsync(TestHub.Entry(901), Cancellation);
        Assert.Equal(hub.History.Changes[1].Leaf, found?.Change.Change.Leaf);
        Assert.Equal(hub.History.Changes[0].Header.At, found?.FirstAt);
        Assert.Null(await hub.Reader.FindCurrentAsync(TestHub.Entry(999), Cancellation));
    }

    [Fact]
    public async Task Every_hubs_end_is_told()
    {
        var first = await StoredHub.CreateAsync(postgres);
        var second = await StoredHub.CreateAsync(postgres);
        await second.Register.LoadAsync(Cancellation);
        await second.WriteAsync(Put(1, "a"));
        var ends = (await second.Reader.EndsAsync(Cancellation)).ToDictionary(e => e.Hub.Id, e => e.Position);
        Assert.Equal(new Position(1, 0), ends[first.Known.Id]);
        Assert.Equal(new Position(1, 1), ends[second.Known.Id]);
    }

    private async Task<StoredHub> LongJournalAsync()
    {
        var hub = await StoredHub.CreateAsync(postgres);
        for (var i = 0; i < Size; i += 250)
            await hub.WriteAsync([.. Enumerable.Range(i, 250).Select(n => Put(n % 1100, $"{n}"))]);
        return hub;
    }
}
