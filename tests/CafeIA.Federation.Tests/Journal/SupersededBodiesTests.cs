using CafeIA.Federation.Node.Journal.Snapshots;
using CafeIA.Federation.Protocol.Journal;
using CafeIA.Federation.Protocol.Segments;
using CafeIA.Federation.Tests.Fixtures;
using CafeIA.Federation.Tests.Protocol;
using Microsoft.Extensions.Logging.Abstractions;

namespace CafeIA.Federation.Tests.Journal;

public sealed class SupersededBodiesTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_body_is_kept_35_days_after_it_was_superseded_then_its_header_is_sent_alone()
    {
        var hub = await StoredHub.CreateAsync(postgres);
        await hub.WriteAsync(AuthoredHistory.Put(1, "a"), AuthoredHistory.Put(2, "b"));
        await hub.WriteAsync(AuthoredHistory.Put(1, "c"));
        var superseded = hub.History.Changes[^1].Header.At;
        var clock = new WaitlessTime(superseded + SupersededBodies.Kept);
        var bodies = new SupersededBodies(postgres.Database, hub.Register, clock, NullLogger<SupersededBodies>.Instance);

        Assert.Equal(0, await bodies.DropAsync(hub.Known, Cancellation));
        clock.Now += TimeSpan.FromSeconds(1);
        Assert.Equal(1, await bodies.DropAsync(hub.Known, Cancellation));
        Assert.Equal(0, await bodies.DropAsync(hub.Known, Cancellation));

        var segment = (await hub.Reader.SegmentAsync(hub.Known, new(1, 0), Cancellation))!;
        Assert.Equal([false, true, true], segment.Changes.Select(c => c.Body is not null));
        // Whoever pulls from here applies it all the same.
        var replica = new Replica(hub.Known.Id);
        Assert.True(SegmentCodec.TryDecode(SegmentCodec.Encode(segment), out var sent));
        replica.Deliver(sent);
        Assert.Equal(Replica.Summarize(hub.History.State), replica.Summary);
    }

    [Fact]
    public async Task What_is_dated_too_far_ahead_is_as_old_as_what_was_written_after_it()
    {
        var hub = await StoredHub.CreateAsync(postgres);
        for (var i = 0; i < 6; i++)
            await hub.WriteAsync(AuthoredHistory.Put(1, $"version {i}"));
        // As if the author's clock had been ten years ahead for one change.
        await using (var command = postgres.Database.CreateCommand(
            "update change set header = overlay(header placing decode('000001f0a0000000', 'hex') from 17 for 8) where hub_key = $1 and seq = 3"))
        {
            command.Parameters.Add(new() { Value = hub.Known.Key });
            await command.ExecuteNonQueryAsync(Cancellation);
        }
        var clock = new WaitlessTime(hub.History.Changes[^1].Header.At + SupersededBodies.Kept + TimeSpan.FromSeconds(1));
        var bodies = new SupersededBodies(postgres.Database, hub.Register, clock, NullLogger<SupersededBodies>.Instance);
        Assert.Equal(5, await bodies.DropAsync(hub.Known, Cancellation));
        Assert.NotNull((await hub.Reader.ReadAsync(hub.Known, new(1, 5), 1, Cancellation))[0].Change.Body);
    }

    /// <summary>A clock that stands, on which every wait is over at once.</summary>
    private sealed class WaitlessTime(DateTimeOffset now) : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = now;

        public override DateTimeOffset GetUtcNow() => Now;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => System.CreateTimer(callback, state, TimeSpan.Zero, period);
    }
}
