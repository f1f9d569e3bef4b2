using CafeIA.Federation.Benchmarks;
using CafeIA.Federation.Benchmarks.Baseline;
using CafeIA.Federation.Benchmarks.Micro;
using CafeIA.Federation.Benchmarks.Report;
using CafeIA.Federation.Benchmarks.Stage;

if (await BareServers.TryRunAsync(args))
    return 0;
if (BenchmarkOptions.TryParse(args) is not { } options)
{
    await Console.Error.WriteLineAsync(BenchmarkOptions.Usage);
    return 2;
}
if (options.Verb == Chapters.InnerLoops)
    return MicroBenchmarks.Run(options, Console.Out) ? 0 : 1;
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
    await Chapters.MeasureAsync(postgres, options, table, stop.Token);
}
catch (OperationCanceledException) when (stop.IsCancellationRequested)
{
    await Console.Error.WriteLineAsync("Interrupted; what was measured until then:");
}
table.Write(Console.Out, options);
if (options.Verb == Chapters.Everything && !stop.IsCancellationRequested && !MicroBenchmarks.Run(options, Console.Out))
    return 1;
return stop.IsCancellationRequested ? 130 : table.HasFailed ? 1 : 0;
