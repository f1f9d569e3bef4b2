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
// First, while this process holds nothing else: each round begins with a full garbage collection.
using var innerLoops = new StringWriter();
var hasInnerLoops = options.Verb != Chapters.Everything || MicroBenchmarks.Run(options, innerLoops);
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
await Console.Out.WriteAsync(innerLoops.ToString());
return stop.IsCancellationRequested ? 130 : table.HasFailed || !hasInnerLoops ? 1 : 0;
