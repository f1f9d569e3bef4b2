using CafeIA.Federation.Benchmarks.Baseline;
using CafeIA.Federation.Benchmarks.Load;
using CafeIA.Federation.Benchmarks.Report;
using CafeIA.Federation.Benchmarks.Stage;

namespace CafeIA.Federation.Benchmarks.CatchUp;

/// <summary>
/// One of three nodes is away while a hub writes, and comes back while that hub goes on writing. Measured: changes a second that the node applies, from its first commit after the absence
/// until it is less than a second of the hub's writing behind: nearer than that, a hub that goes on writing is caught by chance alone. What it lacks stays below where a snapshot would be taken.
/// </summary>
internal static class CatchUpRate
{
    private const double TargetRatio = 0.6;

    /// <summary>Events a second that the hub goes on writing.</summary>
    private const int LiveRate = 200;

    /// <summary>Numbers set aside for each part, so that no part repeats another's keys.</summary>
    private const int Numbers = 10_000_000;

    private const string BareBatched = "bare, in 250s";
    private const string BareSingle = "bare, one by one";

    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);

    public static async Task MeasureAsync(PostgresStage postgres, BenchmarkOptions options, ResultTable table, CancellationToken cancellation)
    {
        await using var federation = await FederationStage.StartAsync(postgres, cancellation);
        await Sustained.WarmUpAsync(federation, options, cancellation);
        var client = new AuthorClient(federation.Client, new EventGenerator(options.Seed, Sustained.Today()));
        table.Context = $"three nodes, {LiveRate} events/s written meanwhile; the rate is of all changes applied, those included, from the first commit after the absence on; of what was missed the broker keeps nothing";

        await MeasureAsync("one by one", federation, client, options.MissedOneByOne, 1, 20, table, cancellation);
        await MeasureAsync("in 250s", federation, client, options.MissedEvents, options.InFlight, 22, table, cancellation);

        Progress.Say($"Baseline, under the same {LiveRate}/s…");
        await using var live = LiveLoad.Start(client, LiveRate, 24 * Numbers, cancellation);
        await BareAsync(BareBatched, postgres, options.BaselineEvents, BareBatches.Size);
        await BareAsync(BareSingle, postgres, options.SingleEvents, 1);
        await live.StopAsync();

        async Task BareAsync(string name, PostgresStage postgres, int events, int size) =>
            table.Baseline(name, $"bare Npgsql apply of the same rows and indexes on one database, {size} a commit, under the same {LiveRate}/s", "changes/s", await BareCatchUp.RateAsync(postgres, options, events, size, cancellation));
    }

    private static async Task MeasureAsync(string how, FederationStage federation, AuthorClient client, int missed, int atOnce, int part, ResultTable table, CancellationToken cancellation)
    {
        Progress.Say($"{missed} changes written {how} while a node is away…");
        await federation.StopLastAsync();
        await WriteAsync(client, missed, atOnce, part * Numbers, cancellation);
        await AwaitEqualAsync(federation, cancellation);
        await federation.EmptyLaneAsync(cancellation);
        await using var live = LiveLoad.Start(client, LiveRate, (part + 1) * Numbers, cancellation);
        var author = federation.Author.ProcessorTime();
        var started = TimeProvider.System.GetTimestamp();
        var back = federation.StartLast();
        var caught = await AwaitCaughtUpAsync(federation.Author, back, cancellation);
        var took = TimeProvider.System.GetElapsedTime(started, caught.At);
        var authorUsed = federation.Author.ProcessorTime() - author;
        var followerUsed = back.ProcessorTime();
        await live.StopAsync();
        await AwaitEqualAsync(federation, cancellation);
        await RequireShownAsync(federation, cancellation);

        table.Add($"history written {how}, {missed} changes: applied by pull", "changes/s", Target.AtLeastRatio(TargetRatio), caught.Rate, BareBatched);
        if (atOnce == 1)
            table.Add("… against a commit for each", "changes/s", null, caught.Rate, BareSingle);
        table.Add("… from the start of the process until it has caught up", "s", null, took.TotalSeconds);
        table.Add("… processor time of the node that catches up, start included, its database not counted", "ms/change", null, followerUsed.TotalMilliseconds / caught.Changes);
        table.Add($"… processor time of the author's node, the {LiveRate}/s included", "ms/change", null, authorUsed.TotalMilliseconds / caught.Changes);
        table.Add($"… meanwhile: due → accepted at {LiveRate}/s, p50 / p99 / p99.9", "ms", null, live.Accepted);
    }

    private static async Task WriteAsync(AuthorClient client, int events, int atOnce, int firstNumber, CancellationToken cancellation)
    {
        var number = -1;
        await Task.WhenAll(Enumerable.Range(0, atOnce).Select(async _ =>
        {
            while (Interlocked.Increment(ref number) is var next && next < events)
                await client.CreateAsync(firstNumber + next, cancellation);
        }));
    }

    /// <summary>The first commit is where the clock starts: what the process did before has nothing to do with how many changes there are.</summary>
    private static async Task<(double Rate, long Changes, long At)> AwaitCaughtUpAsync(NodeProcess author, NodeProcess back, CancellationToken cancellation)
    {
        var absent = await back.HeldAsync(author.Hub, cancellation);
        (long Size, long At)? first = null;
        while (true)
        {
            // The author first: what it has written since is of the next look.
            var end = await author.HeldAsync(author.Hub, cancellation);
            var held = await back.HeldAsync(author.Hub, cancellation);
            var now = TimeProvider.System.GetTimestamp();
            if (held > absent)
                first ??= (held, now);
            if (held + LiveRate >= end && first is { } begun && now > begun.At)
                return ((held - begun.Size) / TimeProvider.System.GetElapsedTime(begun.At, now).TotalSeconds, held - absent, now);
            back.RequireRunning();
            await Task.Delay(Look, TimeProvider.System, cancellation);
        }
    }

    private static async Task AwaitEqualAsync(FederationStage federation, CancellationToken cancellation)
    {
        var end = await federation.Author.HeldAsync(federation.Author.Hub, cancellation);
        foreach (var node in federation.Others)
        {
            while (await node.HeldAsync(federation.Author.Hub, cancellation) < end)
            {
                node.RequireRunning();
                await Task.Delay(Look, TimeProvider.System, cancellation);
            }
        }
    }

    /// <summary>A measurement after which the directories differ is none.</summary>
    private static async Task RequireShownAsync(FederationStage federation, CancellationToken cancellation)
    {
        const string Shown = "select count(*) from event e where exists (select from occurrence o where o.hub_key = e.hub_key and o.entry_id = e.entry_id)";
        var written = await federation.Author.ReadAsync<long>(Shown, cancellation);
        foreach (var node in federation.Others)
        {
            if (await node.ReadAsync<long>(Shown, cancellation) is var shown && shown != written)
                throw new InvalidOperationException($"Node {node.Hub} shows {shown} of {written} events.");
        }
    }
}
