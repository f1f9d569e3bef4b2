using System.Security.Cryptography;
using CafeIA.Federation.Benchmarks.Report;
using CafeIA.Federation.Benchmarks.Stage;
using CafeIA.Federation.Tests.Fixtures;

namespace CafeIA.Federation.Benchmarks.Lane;

/// <summary>How many segments the broker lane carries from one node to two others, counted where they would be handed to the followers.</summary>
internal static class LaneRate
{
    /// <summary>A segment of some 80 events.</summary>
    private const int SegmentBytes = 128 * 1024;

    /// <summary>Segments a second that targets 1 to 3 need at most: one hub writes, and it closes a batch every 10 ms at most (<c>HubGrain</c>), however many events are in it.</summary>
    private const double Needed = 100;

    private const double TargetOfNeed = 2;

    /// <summary>Segments a second of the open loop.</summary>
    private const int Rate = 200;

    /// <summary>As many as a node's transport lets out at once, halved: none is dropped for being one too many.</summary>
    private const int ManyAtOnce = 16;

    /// <summary>Segments the slowest consumer may be behind: a quarter of what its queue holds before it drops the oldest.</summary>
    private const int Window = 128;

    /// <summary>Buffers of the open loop: each is written again more than a second after it was sent.</summary>
    private const int Buffers = 256;

    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(1);

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public static async Task MeasureAsync(PostgresStage postgres, BenchmarkOptions options, ResultTable table, CancellationToken cancellation)
    {
        await using var broker = new RabbitServer();
        await broker.StartAsync(cancellation);
        table.Context = $"segments of {SegmentBytes / 1024} KB, {options.Lane.TotalSeconds:0} s each; sender and both consumers in one process; needed: {Needed:0} segments/s, for a hub closes a batch every 10 ms at most";
        Figures product;
        await using (var lane = await NodeLane.OpenAsync(postgres, broker, cancellation))
            product = await MeasureAsync("the lane", lane, options, cancellation);
        Figures raw;
        await using (var lane = await RawLane.OpenAsync(broker, cancellation))
            raw = await MeasureAsync("RabbitMQ.Client alone", lane, options, cancellation);

        Add("one at a time, as a hub sends", product.One, raw.One);
        Add($"{ManyAtOnce} at once", product.Many, raw.Many);
        const string What = "due → received by either consumer, p50 / p99 / p99.9";
        table.Baseline("raw latency", $"RabbitMQ.Client 7 alone at {Rate}/s: {What}", "ms", raw.Latencies);
        table.Add($"lane at {Rate}/s: {What}", "ms", null, product.Latencies, "raw latency");

        void Add(string how, double figure, double baseline)
        {
            table.Baseline($"raw, {how}", "RabbitMQ.Client 7 alone, same bytes and queues, confirms, two consumers with acks", "segments/s", baseline);
            table.Add($"lane, {how}: received by both consumers", "segments/s", Target.AtLeast(TargetOfNeed * Needed), figure, $"raw, {how}");
            table.Add("… of payload, to each", "MB/s", null, figure * SegmentBytes / 1e6);
        }
    }

    private static async Task<Figures> MeasureAsync(string what, IMeasuredLane lane, BenchmarkOptions options, CancellationToken cancellation)
    {
        Progress.Say($"{what}: {options.Lane.TotalSeconds:0} s one at a time, {options.Lane.TotalSeconds:0} s with {ManyAtOnce}, {options.Lane.TotalSeconds:0} s at {Rate}/s…");
        await CarryAsync(lane, ManyAtOnce, options.Lane / 4, cancellation);
        var one = await CarryAsync(lane, 1, options.Lane, cancellation);
        var many = await CarryAsync(lane, ManyAtOnce, options.Lane, cancellation);
        return new(one, many, await TimeAsync(lane, options.Lane, cancellation));
    }

    /// <returns>Segments a second that both consumers got.</returns>
    private static async Task<double> CarryAsync(IMeasuredLane lane, int atOnce, TimeSpan duration, CancellationToken cancellation)
    {
        var before = Slowest(lane);
        var sent = before;
        var started = TimeProvider.System.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, atOnce).Select(async _ =>
        {
            var bytes = RandomNumberGenerator.GetBytes(SegmentBytes);
            while (TimeProvider.System.GetElapsedTime(started) < duration)
            {
                while (Interlocked.Read(ref sent) - Slowest(lane) >= Window)
                    await Task.Delay(Tick, TimeProvider.System, cancellation);
                Arrivals.Stamp(bytes, TimeProvider.System.GetTimestamp());
                Interlocked.Increment(ref sent);
                await lane.SendAsync(bytes, cancellation);
            }
        }));
        await AwaitAsync(lane, sent, cancellation);
        return (sent - before) / TimeProvider.System.GetElapsedTime(started).TotalSeconds;
    }

    private static async Task<Latencies> TimeAsync(IMeasuredLane lane, TimeSpan duration, CancellationToken cancellation)
    {
        var before = Slowest(lane);
        var latencies = new Latencies();
        foreach (var consumer in lane.Consumers)
            consumer.Latencies = latencies;
        var buffers = Enumerable.Range(0, Buffers).Select(_ => RandomNumberGenerator.GetBytes(SegmentBytes)).ToArray();
        var total = (int)(Rate * duration.TotalSeconds);
        var sending = new List<Task>(total);
        var started = TimeProvider.System.GetTimestamp();
        while (sending.Count < total)
        {
            while (sending.Count < total && TimeProvider.System.GetElapsedTime(started).TotalSeconds * Rate >= sending.Count)
            {
                var bytes = buffers[sending.Count % Buffers];
                Arrivals.Stamp(bytes, started + (long)(sending.Count * (double)TimeProvider.System.TimestampFrequency / Rate));
                sending.Add(lane.SendAsync(bytes, cancellation).AsTask());
            }
            await Task.Delay(Tick, TimeProvider.System, cancellation);
        }
        await Task.WhenAll(sending);
        await AwaitAsync(lane, before + total, cancellation);
        foreach (var consumer in lane.Consumers)
            consumer.Latencies = null;
        return latencies;
    }

    private static long Slowest(IMeasuredLane lane) => lane.Consumers.Min(c => c.Count);

    /// <summary>The lane may lose segments by contract; a measurement in which it did is none.</summary>
    private static async Task AwaitAsync(IMeasuredLane lane, long sent, CancellationToken cancellation)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (Slowest(lane) < sent)
        {
            if (TimeProvider.System.GetElapsedTime(started) > Patience)
                throw new InvalidOperationException($"{sent - Slowest(lane)} segments did not arrive.");
            await Task.Delay(Tick, TimeProvider.System, cancellation);
        }
    }

    private sealed record Figures(double One, double Many, Latencies Latencies);
}
