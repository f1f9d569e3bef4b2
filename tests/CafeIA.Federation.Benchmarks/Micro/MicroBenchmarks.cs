using System.Globalization;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using CafeIA.Federation.Benchmarks.Report;
using Perfolizer.Horology;

namespace CafeIA.Federation.Benchmarks.Micro;

/// <summary>The node's inner loops, each alone, by BenchmarkDotNet.</summary>
/// <remarks>
/// In this process: a project that BenchmarkDotNet generates would be built by the rules of this repository, which are not made for it. What one benchmark leaves to
/// the garbage collector can so fall on the next one; the allocations, which are exact, say how much that is.
/// </remarks>
internal static class MicroBenchmarks
{
    private static readonly Type[] Classes = [typeof(HashBenchmarks), typeof(SegmentBenchmarks), typeof(DigestBenchmarks), typeof(BodyBenchmarks), typeof(OccurrenceBenchmarks)];

    private static readonly double[] Percentiles = [50, 95];

    /// <returns>False when not all could be measured.</returns>
    public static bool Run(BenchmarkOptions options, TextWriter output)
    {
        Progress.Say($"{Classes.Length} classes of microbenchmarks…");
        var artifacts = Directory.CreateTempSubdirectory("cafeia-micro-").FullName;
        try
        {
            var summaries = BenchmarkRunner.Run(Classes, Configuration(options, artifacts));
            Write(summaries, output);
            return summaries.Length > 0 && summaries.All(s => !s.HasCriticalValidationErrors && s.Reports.All(r => r.Success));
        }
        finally
        {
            Directory.Delete(artifacts, recursive: true);
        }
    }

    private static ManualConfig Configuration(BenchmarkOptions options, string artifacts) => ManualConfig.CreateEmpty()
        .AddJob(Job.Default
            .WithToolchain(InProcessEmitToolchain.DontLogOutput)
            .WithEvaluateOverhead(!options.Quick)
            .WithWarmupCount(options.Quick ? 1 : 6)
            .WithIterationCount(options.Quick ? 3 : 20)
            .WithIterationTime(TimeInterval.FromMilliseconds(options.Quick ? 20 : 250)))
        .AddDiagnoser(MemoryDiagnoser.Default)
        .AddColumnProvider(DefaultColumnProviders.Instance)
        .AddLogger(new StreamLogger(Path.Combine(artifacts, "log.txt")))
        .WithArtifactsPath(artifacts)
        .WithOptions(ConfigOptions.DisableLogFile | ConfigOptions.JoinSummary);

    private static void Write(IEnumerable<Summary> summaries, TextWriter output)
    {
        output.WriteLine();
        output.WriteLine("| what | p50 / p95 of the rounds | a second, one core | allocated |");
        output.WriteLine("| --- | --- | --- | --- |");
        foreach (var report in summaries.SelectMany(s => s.Reports).OrderBy(r => Array.IndexOf(Classes, r.BenchmarkCase.Descriptor.Type)).ThenBy(r => r.BenchmarkCase.Descriptor.MethodIndex))
            output.WriteLine(Row(report));
        output.WriteLine();
        output.WriteLine($"- {Machine.Describe()}");
    }

    private static string Row(BenchmarkReport report)
    {
        var what = report.BenchmarkCase.Descriptor.WorkloadMethodDisplayInfo.Trim('\'');
        if (report.ResultStatistics is not { } figures)
            return $"| {what} | not measured | | |";
        var times = string.Join(" / ", Percentiles.Select(p => Microseconds(figures.Percentiles.Percentile((int)p) / 1_000)));
        var allocated = report.GcStats.GetBytesAllocatedPerOperation(report.BenchmarkCase);
        return string.Create(CultureInfo.InvariantCulture, $"| {what} | {times} µs | {1e9 / figures.Percentiles.P50:#,0} | {allocated:#,0} B |");
    }

    private static string Microseconds(double time) => time.ToString(time >= 100 ? "0" : time >= 1 ? "0.0" : "0.000", CultureInfo.InvariantCulture);
}
