using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Threading.Channels;
using CafeIA.Federation.Node.Exchange;
using CafeIA.Federation.Node.Hubs;
using CafeIA.Federation.Node.Hubs.Following;
using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Protocol;
using CafeIA.Federation.Protocol.Following;
using CafeIA.Federation.Protocol.Heads;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Protocol.Journal;
using CafeIA.Federation.Protocol.Segments;
using CafeIA.Federation.Protocol.Sequencing;
using CafeIA.Federation.Tests.Fixtures;
using CafeIA.Federation.Tests.Journal;
using CafeIA.Federation.Tests.Protocol;
using CafeIA.Federation.Tests.Streams;
using Microsoft.Extensions.DependencyInjection;

namespace CafeIA.Federation.Tests.Hubs.Following;

public sealed class PullLoopTests(PostgresServer server) : IAsyncLifetime
{
    private static readonly Uri Own = new("http://lyon.example.org");
    private static readonly Uri Relay = new("http://paris.example.org");

    private readonly PostgresFixture postgres = new(server);
    private readonly ServiceProvider metrics = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly Follower follower = TestHub.Follower();
    private readonly AheadSeats seats = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => postgres.InitializeAsync();

    public async ValueTask DisposeAsync()
    {
        seats.Dispose();
        await metrics.DisposeAsync();
        await postgres.DisposeAsync();
    }

    [Fact]
    public async Task A_hub_that_failed_once_is_asked_again_after_another_node_had_nothing()
    {
        var asked = new List<Uri>();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var peers = new Script((peer, _, _) =>
        {
            asked.Add(peer);
            if (asked.Count == 3)
                stop.Cancel();
            return Task.FromResult(peer == Own ? new Refusal("peer-unreachable", "coupé") : (Result<ReadOnlyMemory<byte>>)ReadOnlyMemory<byte>.Empty);
        });

        await RunAsync(await LoopAsync(peers), stop.Token);

        Assert.Equal([Own, Relay, Own], asked);
    }

    [Fact]
    public async Task A_poll_is_given_up_for_changes_that_become_known()
    {
        var waits = new List<TimeSpan>();
        var polling = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var peers = new Script(async (_, wait, cancellation) =>
        {
            waits.Add(wait);
            if (wait == TimeSpan.Zero)
            {
                await stop.CancelAsync();
                return ReadOnlyMemory<byte>.Empty;
            }
            polling.SetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellation);
            return ReadOnlyMemory<byte>.Empty;
        });
        var loop = await LoopAsync(peers);
        var running = RunAsync(loop, stop.Token);
        await polling.Task.WaitAsync(Cancellation);

        follower.Learn(HeadOfOne());
        loop.Wake();
        await running;

        Assert.Equal(2, waits.Count);
        Assert.Equal(TimeSpan.Zero, waits[1]);
    }

    [Fact]
    public async Task A_lane_that_breaks_is_silent_at_once()
    {
        // Of a lane that was just heard the silence would have to pass first; its timer never goes off here.
        var time = new HandTimers();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var polled = new TaskCompletionSource<TimeSpan>(TaskCreationOptions.RunContinuationsAsynchronously);
        var loop = await LoopAsync(
            new Script(async (_, wait, _) =>
            {
                polled.TrySetResult(wait);
                await stop.CancelAsync();
                return ReadOnlyMemory<byte>.Empty;
            }),
            time);
        loop.HeardOnLane();
        var running = RunAsync(loop, stop.Token);
        Assert.False(polled.Task.IsCompleted);

        loop.LaneChanged(isUp: false);
        await running;

        Assert.True(await polled.Task > TimeSpan.Zero);
    }

    [Fact]
    public async Task The_next_segment_is_asked_for_and_prepared_while_one_is_applied_and_each_once()
    {
        var history = AuthoredHistory.OfSize(9);
        var asked = Channel.CreateUnbounded<Position>();
        var applied = new List<int>();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var loop = await LoopAsync(new Script((_, after) =>
        {
            asked.Writer.TryWrite(after);
            return SegmentCodec.Encode(history.Cut(after.Seq + 1, after.Seq + 3));
        }));
        follower.Learn(history.Heads[^1]);

        await RunAsync(
            loop,
            async (segment, _, prepared) =>
            {
                if (segment.FirstSeq == 1)
                    Assert.Equal(new(1, 0), await asked.Reader.ReadAsync(Cancellation));
                // Asked for before this one is done; the last one says itself that it is.
                if (segment.LastSeq < history.Size)
                    Assert.Equal(new(1, segment.LastSeq), await asked.Reader.ReadAsync(Cancellation));
                Assert.Equal(segment.FirstSeq > 1, prepared?.IsOf([.. segment.Changes]) ?? false);
                Assert.NotNull(follower.Plan(Assert.IsType<Verdict.Apply>(follower.Judge(segment)), new Dictionary<EntryId, CurrentChange>()).Batch);
                applied.Add(segment.Changes.Count);
                if (segment.LastSeq == history.Size)
                    await stop.CancelAsync();
                return Taken.Good;
            },
            stop.Token);

        Assert.Equal([3, 3, 3], applied);
        Assert.False(asked.Reader.TryRead(out _));
    }

    [Fact]
    public async Task What_was_asked_for_ahead_is_not_taken_when_the_journal_has_moved_otherwise()
    {
        var history = AuthoredHistory.OfSize(12);
        var asked = new ConcurrentQueue<Position>();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var loop = await LoopAsync(new Script((_, after) =>
        {
            asked.Enqueue(after);
            return SegmentCodec.Encode(history.Cut(after.Seq + 1, after.Seq + 3));
        }));
        follower.Learn(history.Heads[^1]);
        var taken = new List<ulong>();

        await RunAsync(
            loop,
            (segment, _, _) =>
            {
                taken.Add(segment.FirstSeq);
                if (taken.Count == 2)
                    stop.Cancel();
                // As if the lane had brought more than the segment that was pulled.
                var more = history.Cut(1, 5);
                if (taken.Count == 1)
                    Assert.NotNull(follower.Plan(Assert.IsType<Verdict.Apply>(follower.Judge(more)), new Dictionary<EntryId, CurrentChange>()).Batch);
                return Task.FromResult(Taken.Good);
            },
            stop.Token);

        Assert.Equal([1UL, 6UL], taken);
        Assert.Equal([new(1, 0), new(1, 3), new(1, 5)], asked.Take(3));
        Assert.Equal(AheadSeats.Max, FreeSeats());
    }

    [Fact]
    public async Task Without_a_free_seat_one_segment_is_asked_for_after_the_other()
    {
        var history = AuthoredHistory.OfSize(9);
        var asked = new List<Position>();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        while (seats.TryTake())
        {
        }
        var loop = await LoopAsync(new Script((_, after) =>
        {
            asked.Add(after);
            return SegmentCodec.Encode(history.Cut(after.Seq + 1, after.Seq + 3));
        }));
        follower.Learn(history.Heads[^1]);

        await RunAsync(
            loop,
            (segment, _, prepared) =>
            {
                Assert.Null(prepared);
                Assert.Equal(segment.FirstSeq - 1, asked[^1].Seq);
                Assert.NotNull(follower.Plan(Assert.IsType<Verdict.Apply>(follower.Judge(segment)), new Dictionary<EntryId, CurrentChange>()).Batch);
                if (segment.LastSeq == history.Size)
                    stop.Cancel();
                return Task.FromResult(Taken.Good);
            },
            stop.Token);

        Assert.Equal([new(1, 0), new(1, 3), new(1, 6)], asked);
        Assert.Equal(0, FreeSeats());
    }

    private int FreeSeats()
    {
        var free = 0;
        while (seats.TryTake())
            free++;
        return free;
    }

    private static SignedHead HeadOfOne() => TestHub.Sequencer().Sequence(
        [new Intent(TestHub.Entry(1), true, EntryKind.Event, ChangeOp.Put, TestHub.Body("{}"))],
        new Dictionary<EntryId, CurrentChange>(),
        new Dictionary<CommandId, KnownCommand>(),
        TestHub.At).Batch!.Head;

    private Task RunAsync(PullLoop loop, CancellationToken cancellation) => RunAsync(loop, (_, _, _) => Task.FromResult(Taken.Good), cancellation);

    private Task<PreparedProjection> PrepareAsync(Segment segment, CancellationToken cancellation) =>
        new JournalWriter(postgres.Database, []).PrepareAsync(new KnownHub(1, TestHub.Id, "Lyon", "autre", [], null, TestHub.Signer.PublicKey, IsLocal: false, IsFrozen: false), segment.Changes, cancellation);

    private Task RunAsync(PullLoop loop, Func<Segment, Uri, PreparedProjection?, Task<Taken>> take, CancellationToken cancellation) =>
        loop.RunAsync(() => follower, () => Task.CompletedTask, take, _ => throw new NotSupportedException(), () => { }, cancellation);

    private async Task<PullLoop> LoopAsync(IPeerClient peers, TimeProvider? time = null)
    {
        var register = new HubRegister(postgres.Database, TimeProvider.System);
        await register.RegisterAsync(StoredHub.Profile(TestHub.Id) with { Address = Own }, isLocal: false, Cancellation);
        await register.RegisterAsync(StoredHub.Profile(HubId.Parse("paris")) with { Address = Relay }, isLocal: false, Cancellation);
        var telemetry = new HubsTelemetry(metrics.GetRequiredService<IMeterFactory>(), new HubProgress(register), new RefusalSamples());
        return new(TestHub.Id, new PullSources(register, TestHub.Id, new ExchangeOptions()), peers, seats, PrepareAsync, register, telemetry, time ?? TimeProvider.System);
    }

    /// <summary>Answers pulls as it is told; nothing else is asked of it.</summary>
    private sealed class Script(Func<Uri, Position, TimeSpan, CancellationToken, Task<Result<ReadOnlyMemory<byte>>>> pull) : IPeerClient
    {
        public Script(Func<Uri, TimeSpan, CancellationToken, Task<Result<ReadOnlyMemory<byte>>>> pull)
            : this((peer, _, wait, cancellation) => pull(peer, wait, cancellation))
        {
        }

        public Script(Func<Uri, Position, byte[]> answer)
            : this((peer, after, _, _) => Task.FromResult<Result<ReadOnlyMemory<byte>>>((ReadOnlyMemory<byte>)answer(peer, after)))
        {
        }

        public Task<Result<ReadOnlyMemory<byte>>> PullAsync(Uri peer, HubId hub, Position after, TimeSpan wait, CancellationToken cancellation) => pull(peer, after, wait, cancellation);

        public Task<Result<HubProfile>> DescribeAsync(Uri peer, CancellationToken cancellation) => throw new NotSupportedException();

        public Task<Result<IReadOnlyDictionary<HubId, ShownHead>>> HeadsAsync(Uri peer, CancellationToken cancellation) => throw new NotSupportedException();

        public Task<Result<PeerHead>> HeadAsync(Uri peer, HubId hub, CancellationToken cancellation) => throw new NotSupportedException();

        public Task<Result<HistoryProof>> HistoryAsync(Uri peer, HubId hub, uint epoch, ulong first, ulong second, CancellationToken cancellation) => throw new NotSupportedException();

        public Task<Result<PeerKeys>> KeysAsync(Uri peer, HubId hub, CancellationToken cancellation) => throw new NotSupportedException();
    }
}
