using CafeIA.Federation.Chaos;
using Xunit.Runner.InProc.SystemConsole;

if (!ChaosOptions.IsMeant(args))
    return await ConsoleRunner.Run(args);
if (ChaosOptions.TryParse(args) is not { } options)
{
    await Console.Error.WriteLineAsync(ChaosOptions.Usage);
    return 2;
}
using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, e) =>
{
    e.Cancel = true;
    stop.Cancel();
};
using var terminated = System.Runtime.InteropServices.PosixSignalRegistration.Create(System.Runtime.InteropServices.PosixSignal.SIGTERM, signal =>
{
    signal.Cancel = true;
    stop.Cancel();
});
return await ChaosRun.RunAsync(options, Console.Out, stop.Token) ? 0 : 1;
