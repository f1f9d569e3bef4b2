using CafeIA.Federation.Benchmarks.Report;
using CafeIA.Federation.Benchmarks.Stage;

namespace CafeIA.Federation.Benchmarks.Load;

/// <summary>Closed loop: as many events as one hub takes with a full queue, counted when all three nodes find them.</summary>
internal static class Sustained
{
    /// <summary>The part of the bare apply that the nodes must reach.</summary>
    private const double TargetRatio = 0.6;

    private const double TargetMegabytes = 400;

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
    /// <returns>Events a second that all nodes applied.</returns>
    public static async Task<double> MeasureAsync(FederationStage federation, BenchmarkOptions options, ResultTable table, int before, CancellationToken cancellation)
    {
        Progress.Say($"Closed loop with {options.InFlight} commands in flight, {options.Sustained.TotalSeconds:0} s…");
        var processor = federation.Nodes.ToDictionary(n => n, n => n.ProcessorTime());
        var processes = federation.Processes.Select(p => (Process: p, Before: p.ProcessorTime())).ToArray();
        var memory = PeakMemory.Watch(federation, cancellation);
        var started = TimeProvider.System.GetTimestamp();
        var events = await WriteAsync(federation, options, WarmUpNumbers, options.Sustained, 0, cancellation);
        var accepted = TimeProvider.System.GetElapsedTime(started);
        await AwaitHeldAsync(federation, before + events, cancellation);
        var searchable = TimeProvider.System.GetElapsedTime(started);
        table.Processes = new([.. processes.Select(p => p.Process.Use(p.Before))], searchable, events);
        await RequireFoundAsync(federation, before + events, cancellation);

        var occurrences = await federation.Author.ReadAsync<long>("select count(*) from occurrence", cancellation);
        table.Context = $"{events} events measured, {(double)occurrences / (before + events):0.0} occurrences and {await BodyBytesAsync(federation, cancellation):0} bytes of body each on average";
        table.Add("accepted on one hub over HTTP, durable", "events/s", null, events / accepted.TotalSeconds);
        table.Add("… and applied, indexed and found on all three nodes", "events/s", Target.AtLeastRatio(TargetRatio), events / searchable.TotalSeconds, ResultTable.BareApply);
        table.Add("the last follower behind the last acceptance", "s", Target.Below(1), (searchable - accepted).TotalSeconds);
        foreach (var (node, what) in new[] { (federation.Author, "the author's node"), (federation.Others[0], "a follower") })
            table.Add($"processor time of {what}, its database not counted", "ms/event", null, (node.ProcessorTime() - processor[node]).TotalMilliseconds / events);
        table.Add("memory of the author's node under that load (RSS, peak)", "MB", Target.Below(TargetMegabytes), memory.Stop()[federation.Author]);
        table.Add("memory of a follower under that load (RSS, peak)", "MB", Target.Below(TargetMegabytes), memory.Stop().Where(m => m.Key != federation.Author).Max(m => m.Value));
        return events / searchable.TotalSeconds;
    }

    private static async Task<int> WriteAsync(FederationStage federation, BenchmarkOptions options, int from, TimeSpan duration, int least, CancellationToken cancellation)
    {
        var client = new AuthorClient(federation.Client, new EventGenerator(options.Seed, Today()));
        var number = FirstNumber + from - 1;
        var until = number + least;
        var begun = TimeProvider.System.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, options.InFlight).Select(async _ =>
        {
            while (TimeProvider.System.GetElapsedTime(begun) < duration || Volatile.Read(ref number) < until)
                await client.CreateAsync(Interlocked.Increment(ref number), cancellation);
        }));
        return number - (FirstNumber + from - 1);
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
