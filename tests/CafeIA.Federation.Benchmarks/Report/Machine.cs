using System.Globalization;

namespace CafeIA.Federation.Benchmarks.Report;

/// <summary>What the figures were taken on: they mean little elsewhere, and less on a machine that has other work.</summary>
internal static class Machine
{
    public static string Describe()
    {
        var memory = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 1e9;
        var load = File.Exists("/proc/loadavg") ? File.ReadAllText("/proc/loadavg").Split(' ')[0] : "unknown";
#if DEBUG
        const string Build = "Debug build: figures are not comparable";
#else
        const string Build = "Release build";
#endif
        return string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessorCount} cores, {memory:0} GB, {Build}, .NET {Environment.Version}, load average at the end {load}");
    }
}
