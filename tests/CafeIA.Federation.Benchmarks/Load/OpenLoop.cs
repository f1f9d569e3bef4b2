using System.Collections.Concurrent;
using CafeIA.Federation.Benchmarks.Report;
using CafeIA.Federation.Benchmarks.Stage;

namespace CafeIA.Federation.Benchmarks.Load;

/// <summary>Open loop: events come at a fixed rate whatever the nodes do, and each is looked for on the other nodes until it is there.</summary>
/// <remarks>
/// Latency counts from the moment an event was due, so a stall is not hidden by the events it holds back. Visibility is seen by a query at the followers'
/// databases every <see cref="Look"/>: the directory row and its search index are of one transaction.
/// </remarks>
internal static class OpenLoop
{
    private const double TargetMilliseconds = 250;
    private const int FirstNumber = 100_000_000;

    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(5);

    /// <returns>Events written.</returns>
    public static async Task<int> MeasureAsync(FederationStage federation, BenchmarkOptions options, ResultTable table, CancellationToken cancellation)
    {
        Progress.Say($"Open loop at {options.Rate}/s, {options.OpenLoop.TotalSeconds:0} s…");
        var client = new AuthorClient(federation.Client, new EventGenerator(options.Seed, Sustained.Today()));
        var accepted = new Latencies();
        var visible = new Latencies();
        var afterAcceptance = new Latencies();
        var pending = federation.Others.Select(_ => new ConcurrentDictionary<Guid, (long Due, long Accepted)>()).ToArray();
        using var done = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var lookers = federation.Others.Select((node, i) => LookAsync(node, pending[i], visible, afterAcceptance, done.Token)).ToArray();

        var total = (int)(options.Rate * options.OpenLoop.TotalSeconds);
        var sending = new List<Task>(total);
        var started = TimeProvider.System.GetTimestamp();
        while (sending.Count < total)
        {
            while (sending.Count < total && TimeProvider.System.GetElapsedTime(started).TotalSeconds * options.Rate >= sending.Count)
                sending.Add(SendAsync(FirstNumber + sending.Count, started + (long)(sending.Count * (double)TimeProvider.System.TimestampFrequency / options.Rate)));
            await Task.Delay(Tick, TimeProvider.System, cancellation);
        }
        await Task.WhenAll(sending);
        while (pending.Any(p => !p.IsEmpty))
            await Task.Delay(Look, TimeProvider.System, cancellation);
        await done.CancelAsync();
        await Task.WhenAll(lookers);

        var what = $"{options.Rate}/s open loop";
        table.Add($"{what}: due → accepted, p50 / p99 / p99.9", "ms", null, accepted);
        table.Add($"{what}: due → found on both other nodes, p50 / p99 / p99.9", "ms", Target.Below(TargetMilliseconds), visible, ResultTable.BareCommit);
        table.Add($"{what}: accepted → found on both other nodes, p50 / p99 / p99.9", "ms", Target.Below(TargetMilliseconds), afterAcceptance, ResultTable.BareCommit);
        return total;

        async Task SendAsync(int number, long due)
        {
            var id = await client.CreateAsync(number, cancellation);
            var now = TimeProvider.System.GetTimestamp();
            accepted.Add(TimeProvider.System.GetElapsedTime(due, now));
            foreach (var node in pending)
                node[id] = (due, now);
        }
    }

    private static async Task LookAsync(NodeProcess node, ConcurrentDictionary<Guid, (long Due, long Accepted)> pending, Latencies visible, Latencies afterAcceptance, CancellationToken done)
    {
        try
        {
            while (true)
            {
                await Task.Delay(Look, TimeProvider.System, done);
                var ids = pending.Keys.ToArray();
                if (ids.Length == 0)
                    continue;
                node.RequireRunning();
                await using var command = node.Database.CreateCommand("select entry_id from event where entry_id = any($1)");
                command.Parameters.Add(new() { Value = ids });
                await using var reader = await command.ExecuteReaderAsync(done);
                while (await reader.ReadAsync(done))
                {
                    var now = TimeProvider.System.GetTimestamp();
                    if (!pending.TryRemove(reader.GetGuid(0), out var times))
                        continue;
                    visible.Add(TimeProvider.System.GetElapsedTime(times.Due, now));
                    afterAcceptance.Add(TimeProvider.System.GetElapsedTime(times.Accepted, now));
                }
            }
        }
        catch (OperationCanceledException) when (done.IsCancellationRequested)
        {
            // All were found, or the run was interrupted.
        }
    }
}
