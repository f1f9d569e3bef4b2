using CafeIA.Federation.Benchmarks;
using CafeIA.Federation.Benchmarks.Baseline;
using CafeIA.Federation.Benchmarks.Load;
using CafeIA.Federation.Benchmarks.Repair;
using CafeIA.Federation.Benchmarks.Report;
using CafeIA.Federation.Benchmarks.Stage;

if (await BareServers.TryRunAsync(args))
    return 0;
if (BenchmarkOptions.TryParse(args) is not { } options)
{
    await Console.Error.WriteLineAsync(BenchmarkOptions.Usage);
    return 2;
}
using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, e) =>
{
    e.Cancel = true;
    stop.Cancel();
};
var table = new ResultTable();
try
{
    await using var postgres = await PostgresStage.StartAsync(stop.Token);
    if (options.Buckets)
    {
        await BucketRepair.MeasureAsync(postgres, options, table, stop.Token);
        table.Write(Console.Out, options);
        return 0;
    }
    if (options.Only is { } only)
    {
        await only(postgres, options, table, stop.Token);
        table.Write(Console.Out, options);
        return 0;
    }
    if (options.Takeover)
    {
        await SnapshotTakeover.MeasureAsync(postgres, options, table, stop.Token);
        table.Write(Console.Out, options);
        return 0;
    }
    await using (var federation = await FederationStage.StartAsync(postgres, stop.Token))
    {
        if (options.Feeds)
        {
            await Feeds.MeasureAsync(federation, options, table, stop.Token);
            table.Write(Console.Out, options);
            return 0;
        }
        await IdleMemory.MeasureAsync(federation, options, table, stop.Token);
        // The latency first: the closed loop leaves autovacuum and a checkpoint behind that belong to its own rate.
        await StartUp.MeasureAsync(federation, options, table, stop.Token);
        // The calendar is of so many events and no more: before all others are written.
        var read = options.All ? await Feeds.MeasureAsync(federation, options, table, stop.Token) : 0;
        var before = read + await Sustained.WarmUpAsync(federation, options, stop.Token);
        before += await OpenLoop.MeasureAsync(federation, options, table, stop.Token);
        await Sustained.MeasureAsync(federation, options, table, before, stop.Token);
    }
    await BareApply.MeasureAsync(postgres, options, table, stop.Token);
}
catch (OperationCanceledException) when (stop.IsCancellationRequested)
{
    await Console.Error.WriteLineAsync("Interrupted; what was measured until then:");
}
table.Write(Console.Out, options);
return stop.IsCancellationRequested ? 130 : 0;
