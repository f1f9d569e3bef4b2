using CafeIA.Federation.Benchmarks.Report;
using CafeIA.Federation.Benchmarks.Stage;

namespace CafeIA.Federation.Benchmarks.Load;

/// <summary>Closed loop: as many events as one hub takes with a full queue, counted when all three nodes find them.</summary>
internal static class Sustained
{
    /// <summary>The part of the bare apply that the nodes must reach.</summary>
    private const double TargetRatio = 0.6;

    /// <summary>Besides the index in memory, which grows with the directory.</summary>
    private const double TargetMegabytes = 400;

    /// <summary>Parts of the time that are counted apart: what a row costs grows with those that are there.</summary>
    private const int Fifths = 5;

    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(20);

    /// <summary>Numbers of the events of this phase begin here, so that no phase repeats another's keys.</summary>
    private const int FirstNumber = 1_000_000;

    /// <summary>Numbers set aside for the warm-up.</summary>
    private const int WarmUpNumbers = 10_000_000;

    /// <returns>Events written.</returns>
    public static async Task<int> WarmUpAsync(FederationStage federation, BenchmarkOptions options, CancellationToken cancellation)
    {
        Progress.Say($"Warm-up, {options.WarmUp.TotalSeconds:0} s and {options.WarmUpEvents} events at least…");
        var written = await WriteAsync(federation, options, 0, options.WarmUp, options.WarmUpEvents, cancellation);
        await AwaitHeldAsync(federation, written, cancellation);
        return written;
    }

    /// <param name="federation">What is measured.</param>
    /// <param name="options">For how long.</param>
    /// <param name="table">Where the figures go.</param>
    /// <param name="before">Events the author wrote before.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>Events that all nodes applied, and how many a second.</returns>
    public static async Task<(int Events, double Rate)> MeasureAsync(FederationStage federation, BenchmarkOptions options, ResultTable table, int before, CancellationToken cancellation)
    {
        Progress.Say($"Closed loop with {options.InFlight} commands in flight, {options.Sustained.TotalSeconds:0} s…");
        var processor = federation.Nodes.ToDictionary(n => n, n => n.ProcessorTime());
        var processes = federation.Processes.Select(p => (Process: p, Before: p.ProcessorTime())).ToArray();
        var memory = PeakMemory.Watch(federation, cancellation);
        var started = TimeProvider.System.GetTimestamp();
        var fifths = new List<int>();
        var events = await WriteAsync(federation, options, WarmUpNumbers, options.Sustained, 0, cancellation, fifths);
        var accepted = TimeProvider.System.GetElapsedTime(started);
        await AwaitHeldAsync(federation, before + events, cancellation);
        var searchable = TimeProvider.System.GetElapsedTime(started);
        table.Processes = new([.. processes.Select(p => p.Process.Use(p.Before))], searchable, events);
        await RequireFoundAsync(federation, before + events, cancellation);

        var occurrences = await federation.Author.ReadAsync<long>("select count(*) from occurrence", cancellation);
        table.Context = $"{events} events measured, {(double)occurrences / (before + events):0.0} occurrences and {await BodyBytesAsync(federation, cancellation):0} bytes of body each on average";
        table.Add("accepted on one hub over HTTP, durable", "events/s", null, events / accepted.TotalSeconds);
        table.Add("… in the first fifth of the time", "events/s", null, fifths[0] / options.Sustained.TotalSeconds * Fifths);
        table.Add("… in the last fifth", "events/s", null, fifths[^1] / options.Sustained.TotalSeconds * Fifths);
        table.Add("… and applied, indexed and found on all three nodes", "events/s", Target.AtLeastRatio(TargetRatio), events / searchable.TotalSeconds, ResultTable.BareApply);
        table.Add("the last follower behind the last acceptance", "s", Target.Below(1), (searchable - accepted).TotalSeconds);
        foreach (var (node, what) in new[] { (federation.Author, "the author's node"), (federation.Others[0], "a follower") })
            table.Add($"processor time of {what}, its database not counted", "ms/event", null, (node.ProcessorTime() - processor[node]).TotalMilliseconds / events);
        var index = await federation.Author.IndexMegabytesAsync(federation.Client, cancellation);
        table.Add("index of the directory in a node's memory, as it tells it", "MB", null, index);
        table.Add("memory of the author's node under that load (RSS, peak)", "MB", Target.Below(TargetMegabytes + index), memory.Stop()[federation.Author]);
        table.Add("memory of a follower under that load (RSS, peak)", "MB", Target.Below(TargetMegabytes + index), memory.Stop().Where(m => m.Key != federation.Author).Max(m => m.Value));
        return (events, events / searchable.TotalSeconds);
    }

    private static async Task<int> WriteAsync(FederationStage federation, BenchmarkOptions options, int from, TimeSpan duration, int least, CancellationToken cancellation, List<int>? fifths = null)
    {
        var client = new AuthorClient(federation.Client, new EventGenerator(options.Seed, Today()));
        var number = FirstNumber + from - 1;
        var until = number + least;
        var begun = TimeProvider.System.GetTimestamp();
        var counting = fifths is null ? Task.CompletedTask : CountAsync(fifths, duration / Fifths, () => Volatile.Read(ref number), cancellation);
        await Task.WhenAll(Enumerable.Range(0, options.InFlight).Select(async _ =>
        {
            while (TimeProvider.System.GetElapsedTime(begun) < duration || Volatile.Read(ref number) < until)
                await client.CreateAsync(Interlocked.Increment(ref number), cancellation);
        }));
        await counting;
        return number - (FirstNumber + from - 1);
    }

    /// <summary>What was written in each of <see cref="Fifths"/> equal parts of the time.</summary>
    private static async Task CountAsync(List<int> counts, TimeSpan part, Func<int> number, CancellationToken cancellation)
    {
        var before = number();
        while (counts.Count < Fifths)
        {
            await Task.Delay(part, TimeProvider.System, cancellation);
            var now = number();
            counts.Add(now - before);
            before = now;
        }
    }

    public static DateOnly Today() => DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime);

    /// <summary>Waits until every node holds so many changes of the author.</summary>
    private static async Task AwaitHeldAsync(FederationStage federation, long size, CancellationToken cancellation)
    {
        foreach (var node in federation.Nodes)
        {
            while (await node.HeldAsync(federation.Author.Hub, cancellation) < size)
            {
                node.RequireRunning();
                await Task.Delay(Look, TimeProvider.System, cancellation);
            }
        }
    }

    /// <summary>A measurement whose events the directory does not find is none.</summary>
    private static async Task RequireFoundAsync(FederationStage federation, long events, CancellationToken cancellation)
    {
        foreach (var node in federation.Nodes)
        {
            var found = await node.ReadAsync<long>($"select count(*) from event where search @@ websearch_to_tsquery('cafeia_fr', '{EventGenerator.Marker}')", cancellation);
            if (found != events)
                throw new InvalidOperationException($"Node {node.Hub} finds {found} of {events} events.");
        }
    }

    private static async Task<double> BodyBytesAsync(FederationStage federation, CancellationToken cancellation) =>
        (double)await federation.Author.ReadAsync<decimal>("select avg(length(body)) from (select body from change limit 1000) c", cancellation);
}
