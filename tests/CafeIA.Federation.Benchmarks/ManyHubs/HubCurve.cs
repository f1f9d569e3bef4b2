using System.Collections.Concurrent;
using System.Threading.Channels;
using CafeIA.Federation.Benchmarks.Baseline;
using CafeIA.Federation.Benchmarks.CatchUp;
using CafeIA.Federation.Benchmarks.Load;
using CafeIA.Federation.Benchmarks.Report;
using CafeIA.Federation.Benchmarks.Stage;
using CafeIA.Federation.Protocol.Identifiers;

namespace CafeIA.Federation.Benchmarks.ManyHubs;

/// <summary>One node that follows 3, 10 and 30 hubs: with --quick 3 and 10: how many events a second it applies, and how late each is found, while the total stays the same.</summary>
internal static class HubCurve
{
    /// <summary>Events a second of all hubs together.</summary>
    private const int Rate = 200;

    /// <summary>Events a commit while the hubs write as fast as they can.</summary>
    private const int BatchSize = 25;

    private const string Bare = "bare, in 250s, alone";
    private const double TargetRatio = 0.6;

    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(5);

    public static async Task MeasureAsync(PostgresStage postgres, BenchmarkOptions options, ResultTable table, CancellationToken cancellation)
    {
        var generator = new EventGenerator(options.Seed, Sustained.Today());
        table.Context = $"one node in a process of its own follows them over the broker and HTTP; the hubs are sequencers with their journals and exchanges, all in the process that measures, in batches of {BatchSize} at full speed";
        foreach (var hubs in options.Hubs)
        {
            await using var stage = await HubsStage.StartAsync(postgres, hubs, cancellation);
            Progress.Say($"{hubs} hubs: warm-up…");
            var written = await WriteAllAsync(stage, generator, options.WarmUpOfAllHubs, 0, cancellation);
            Progress.Say($"{hubs} hubs: {options.EventsOfAllHubs} events…");
            var started = TimeProvider.System.GetTimestamp();
            var used = stage.Follower.ProcessorTime();
            var more = await WriteAllAsync(stage, generator, options.EventsOfAllHubs, written, cancellation);
            var seconds = TimeProvider.System.GetElapsedTime(started).TotalSeconds;
            table.Add($"{hubs} hubs: applied and found on a node that follows them", "events/s", Target.AtLeastRatio(TargetRatio), more / seconds, Bare);
            table.Add("… processor time of the node, its database not counted", "ms/event", null, (stage.Follower.ProcessorTime() - used).TotalMilliseconds / more);
            Progress.Say($"{hubs} hubs: {Rate}/s, {options.OpenLoop.TotalSeconds:0} s…");
            table.Add($"{hubs} hubs: due → found at {Rate}/s of all together, p50 / p99 / p99.9", "ms", null, await TimeAsync(stage, generator, options, written + more, cancellation));
            table.Add("… memory of the node (RSS)", "MB", null, stage.Follower.ResidentMegabytes());
        }
        table.Baseline(Bare, "bare Npgsql apply of the same rows and indexes on one database, 250 a commit, nothing else running", "events/s", await BareCatchUp.RateAsync(postgres, options, options.BaselineEvents, BareBatches.Size, cancellation));
    }

    /// <returns>Events written, the same number on each hub, and found on the node.</returns>
    private static async Task<int> WriteAllAsync(HubsStage stage, EventGenerator generator, int events, int before, CancellationToken cancellation)
    {
        var batches = events / BatchSize / stage.Authors.Count;
        await Task.WhenAll(stage.Authors.Select((author, n) => Task.Run(
            async () =>
            {
                for (var i = 0; i < batches; i++)
                {
                    var first = before + (((n * batches) + i) * BatchSize);
                    await author.WriteAsync([.. Enumerable.Range(first, BatchSize).Select(number => (EntryId.New(TimeProvider.System).Value, generator.MakeBody(number)))], cancellation);
                }
            },
            cancellation)));
        var total = batches * BatchSize * stage.Authors.Count;
        while (await stage.FoundAsync(cancellation) < before + total)
        {
            stage.Follower.RequireRunning();
            await Task.Delay(Look, TimeProvider.System, cancellation);
        }
        return total;
    }

    /// <summary>One hub after the other is given an event at the moment it is due; each is looked for on the node until it is there.</summary>
    private static async Task<Latencies> TimeAsync(HubsStage stage, EventGenerator generator, BenchmarkOptions options, int before, CancellationToken cancellation)
    {
        var found = new Latencies();
        var pending = new ConcurrentDictionary<Guid, long>();
        var total = (int)(Rate * options.OpenLoop.TotalSeconds);
        var queues = stage.Authors.Select(_ => Channel.CreateUnbounded<(Guid Entry, byte[] Body)>()).ToArray();
        var writing = stage.Authors.Select((author, n) => author.WriteAllAsync(queues[n].Reader, cancellation)).ToArray();
        using var done = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var looker = Visibility.WatchAsync(stage.Follower, pending, (at, now) => found.Add(TimeProvider.System.GetElapsedTime(at, now)), done.Token);
        var due = 0;
        var started = TimeProvider.System.GetTimestamp();
        while (due < total)
        {
            for (; due < total && TimeProvider.System.GetElapsedTime(started).TotalSeconds * Rate >= due; due++)
            {
                var entry = EntryId.New(TimeProvider.System).Value;
                pending[entry] = started + (long)(due * (double)TimeProvider.System.TimestampFrequency / Rate);
                queues[due % queues.Length].Writer.TryWrite((entry, generator.MakeBody(before + due)));
            }
            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System, cancellation);
        }
        foreach (var queue in queues)
            queue.Writer.Complete();
        await Task.WhenAll(writing);
        while (!pending.IsEmpty)
            await Task.Delay(Look, TimeProvider.System, cancellation);
        await done.CancelAsync();
        await looker;
        return found;
    }
}
