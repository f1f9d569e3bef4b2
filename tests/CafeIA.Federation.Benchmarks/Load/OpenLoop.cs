using System.Collections.Concurrent;
using CafeIA.Federation.Benchmarks.France;
using CafeIA.Federation.Benchmarks.Report;
using CafeIA.Federation.Benchmarks.Stage;

namespace CafeIA.Federation.Benchmarks.Load;

/// <summary>Open loop: events come at a fixed rate, or as in a day with a burst at nine, whatever the nodes do, and each is looked for on the other nodes until it is there.</summary>
/// <remarks>
/// Latency counts from the moment an event was due, so a stall is not hidden by the events it holds back. How it is seen: <see cref="Visibility"/>.
/// </remarks>
internal static class OpenLoop
{
    private const double TargetMedian = 25;
    private const double TargetMilliseconds = 100;
    private const double TargetNearFull = 500;
    private const int FirstNumber = 100_000_000;
    private const int FirstOfDay = 150_000_000;
    private const int FirstNearFull = 170_000_000;

    /// <summary>The part of the rate that the closed loop reached at which latency is measured again.</summary>
    private const double NearFull = 0.8;

    /// <summary>The median of the second half beside that of the first: what waits somewhere would grow without end.</summary>
    private const double TargetGrowth = 2;

    /// <summary>After the closed loop, whose checkpoint and autovacuum are not of this rate.</summary>
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(10);

    /// <summary>The day's mean rate is so much of the steady one: what comes at nine is then a multiple of what a hub takes.</summary>
    private const double DayRate = 0.5;

    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(1);

    /// <returns>Events written.</returns>
    public static async Task<int> MeasureAsync(FederationStage federation, BenchmarkOptions options, ResultTable table, CancellationToken cancellation)
    {
        Progress.Say($"Open loop at {options.Rate}/s, {options.OpenLoop.TotalSeconds:0} s…");
        var steady = Steady(options.Rate, options.OpenLoop);
        var (accepted, visible, afterAcceptance) = await RunAsync(federation, options, FirstNumber, steady, _ => true, cancellation);
        var what = $"{options.Rate}/s open loop";
        table.Add($"{what}: due → accepted, p50 / p99 / p99.9", "ms", null, accepted);
        table.Add($"{what}: due → found on both other nodes, p50 / p99 / p99.9", "ms", Target.Below(TargetMilliseconds), visible, ResultTable.BareCommit);
        table.Add("… its median", "ms", Target.Below(TargetMedian), visible.Percentile(0.5));
        table.Add($"{what}: accepted → found on both other nodes, p50 / p99 / p99.9", "ms", null, afterAcceptance, ResultTable.BareCommit);
        return steady.Length + await MeasureDayAsync(federation, options, table, cancellation);
    }

    /// <summary>The same at four fifths of what the closed loop reached: how near to full the nodes can be run.</summary>
    /// <param name="federation">What is measured.</param>
    /// <param name="options">For how long.</param>
    /// <param name="table">Where the figures go.</param>
    /// <param name="reached">Events a second of the closed loop.</param>
    /// <param name="cancellation">Gives up.</param>
    public static async Task MeasureNearFullAsync(FederationStage federation, BenchmarkOptions options, ResultTable table, double reached, CancellationToken cancellation)
    {
        await Task.Delay(Rest, TimeProvider.System, cancellation);
        var rate = (int)(NearFull * reached);
        Progress.Say($"Open loop at {rate}/s, {options.OpenLoop.TotalSeconds:0} s…");
        var half = options.OpenLoop / 2;
        var (firstHalf, secondHalf) = (new Latencies(), new Latencies());
        var (accepted, visible, _) = await RunAsync(
            federation, options, FirstNearFull, Steady(rate, options.OpenLoop), _ => true, cancellation, (due, latency) => (due < half ? firstHalf : secondHalf).Add(latency));
        var what = $"{rate}/s open loop, {NearFull * 100:0} % of the closed loop";
        table.Add($"{what}: due → accepted, p50 / p99 / p99.9", "ms", null, accepted);
        table.Add($"{what}: due → found on both other nodes, p50 / p99 / p99.9", "ms", Target.Below(TargetNearFull), visible);
        table.Add("… no queue grows: median of the second half beside the first", "×", Target.Below(TargetGrowth), secondHalf.Percentile(0.5) / firstHalf.Percentile(0.5));
    }

    private static TimeSpan[] Steady(int rate, TimeSpan duration) => [.. Enumerable.Range(0, (int)(rate * duration.TotalSeconds)).Select(i => TimeSpan.FromSeconds((double)i / rate))];

    /// <summary>A day in the length of the open loop: what is shown is of the changes that are due around nine.</summary>
    private static async Task<int> MeasureDayAsync(FederationStage federation, BenchmarkOptions options, ResultTable table, CancellationToken cancellation)
    {
        var mean = options.Rate * DayRate;
        var day = options.OpenLoop;
        Progress.Say($"A day in {day.TotalSeconds:0} s, {mean:0}/s on average and {ArrivalSchedule.PeakOverMean} times as many at nine…");
        TimeSpan[] dues = [.. ArrivalSchedule.Make(options.Seed, (int)(mean * day.TotalSeconds), day).Select(arrival => arrival.Offset)];
        var (_, visible, _) = await RunAsync(federation, options, FirstOfDay, dues, due => due >= day * ArrivalSchedule.BurstFrom && due < day * ArrivalSchedule.BurstTo, cancellation);
        table.Add($"burst at nine of a day in {day.TotalSeconds:0} s, to {mean * ArrivalSchedule.PeakOverMean:0}/s: due → found on both other nodes, p50 / p99 / p99.9", "ms", null, visible);
        return dues.Length;
    }

    private static async Task<(Latencies Accepted, Latencies Visible, Latencies AfterAcceptance)> RunAsync(
        FederationStage federation, BenchmarkOptions options, int firstNumber, TimeSpan[] dues, Func<TimeSpan, bool> counts, CancellationToken cancellation, Action<TimeSpan, TimeSpan>? seen = null)
    {
        var client = new AuthorClient(federation.Client, new EventGenerator(options.Seed, Sustained.Today()));
        var (accepted, visible, afterAcceptance) = (new Latencies(), new Latencies(), new Latencies());
        var pending = federation.Others.Select(_ => new ConcurrentDictionary<Guid, Sent>()).ToArray();
        using var done = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var lookers = federation.Others.Select((node, i) => Visibility.WatchAsync(node, pending[i], Found, done.Token)).ToArray();

        var sending = new List<Task>(dues.Length);
        var started = TimeProvider.System.GetTimestamp();
        while (sending.Count < dues.Length)
        {
            while (sending.Count < dues.Length && TimeProvider.System.GetElapsedTime(started) >= dues[sending.Count])
                sending.Add(SendAsync(sending.Count));
            await Task.Delay(Tick, TimeProvider.System, cancellation);
        }
        await Task.WhenAll(sending);
        while (pending.Any(p => !p.IsEmpty))
            await Task.Delay(Visibility.Look, TimeProvider.System, cancellation);
        await done.CancelAsync();
        await Task.WhenAll(lookers);
        return (accepted, visible, afterAcceptance);

        void Found(Sent sent, long now)
        {
            if (!sent.Counts)
                return;
            var latency = TimeProvider.System.GetElapsedTime(sent.Due, now);
            visible.Add(latency);
            seen?.Invoke(sent.Planned, latency);
            afterAcceptance.Add(TimeProvider.System.GetElapsedTime(sent.Accepted, now));
        }

        async Task SendAsync(int index)
        {
            var due = started + (long)(dues[index].TotalSeconds * TimeProvider.System.TimestampFrequency);
            var id = await client.CreateAsync(firstNumber + index, cancellation);
            var now = TimeProvider.System.GetTimestamp();
            var sent = new Sent(dues[index], due, now, counts(dues[index]));
            if (sent.Counts)
                accepted.Add(TimeProvider.System.GetElapsedTime(due, now));
            foreach (var node in pending)
                node[id] = sent;
        }
    }

    /// <param name="Planned">Since the start.</param>
    /// <param name="Due">The timestamp of that.</param>
    /// <param name="Accepted">The timestamp of when it was.</param>
    /// <param name="Counts">Whether its latencies are kept.</param>
    private readonly record struct Sent(TimeSpan Planned, long Due, long Accepted, bool Counts);
}
