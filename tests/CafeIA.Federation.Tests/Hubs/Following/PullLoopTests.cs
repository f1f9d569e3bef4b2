using System.Diagnostics.Metrics;
using CafeIA.Federation.Node.Exchange;
using CafeIA.Federation.Node.Hubs;
using CafeIA.Federation.Node.Hubs.Following;
using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Protocol;
using CafeIA.Federation.Protocol.Following;
using CafeIA.Federation.Protocol.Heads;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Protocol.Journal;
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

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => postgres.InitializeAsync();

    public async ValueTask DisposeAsync()
    {
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

    private static SignedHead HeadOfOne() => TestHub.Sequencer().Sequence(
        [new Intent(TestHub.Entry(1), true, EntryKind.Event, ChangeOp.Put, TestHub.Body("{}"))],
        new Dictionary<EntryId, CurrentChange>(),
        new Dictionary<CommandId, KnownCommand>(),
        TestHub.At).Batch!.Head;

    private Task RunAsync(PullLoop loop, CancellationToken cancellation) =>
        loop.RunAsync(() => follower, () => Task.CompletedTask, (_, _) => Task.FromResult(Taken.Good), _ => throw new NotSupportedException(), () => { }, cancellation);

    private async Task<PullLoop> LoopAsync(IPeerClient peers, TimeProvider? time = null)
    {
        var register = new HubRegister(postgres.Database, TimeProvider.System);
        await register.RegisterAsync(StoredHub.Profile(TestHub.Id) with { Address = Own }, isLocal: false, Cancellation);
        await register.RegisterAsync(StoredHub.Profile(HubId.Parse("paris")) with { Address = Relay }, isLocal: false, Cancellation);
        var telemetry = new HubsTelemetry(metrics.GetRequiredService<IMeterFactory>(), new HubProgress(register), new RefusalSamples());
        return new(TestHub.Id, new PullSources(register, TestHub.Id, new ExchangeOptions()), peers, register, telemetry, time ?? TimeProvider.System);
    }

    /// <summary>Answers pulls as it is told; nothing else is asked of it.</summary>
    private sealed class Script(Func<Uri, TimeSpan, CancellationToken, Task<Result<ReadOnlyMemory<byte>>>> pull) : IPeerClient
    {
        public Task<Result<ReadOnlyMemory<byte>>> PullAsync(Uri peer, HubId hub, Position after, TimeSpan wait, CancellationToken cancellation) => pull(peer, wait, cancellation);

        public Task<Result<HubProfile>> DescribeAsync(Uri peer, CancellationToken cancellation) => throw new NotSupportedException();

        public Task<Result<IReadOnlyDictionary<HubId, ShownHead>>> HeadsAsync(Uri peer, CancellationToken cancellation) => throw new NotSupportedException();

        public Task<Result<PeerHead>> HeadAsync(Uri peer, HubId hub, CancellationToken cancellation) => throw new NotSupportedException();

        public Task<Result<HistoryProof>> HistoryAsync(Uri peer, HubId hub, uint epoch, ulong first, ulong second, CancellationToken cancellation) => throw new NotSupportedException();

        public Task<Result<PeerKeys>> KeysAsync(Uri peer, HubId hub, CancellationToken cancellation) => throw new NotSupportedException();
    }
}
